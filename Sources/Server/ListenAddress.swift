// A `listen` entry: an address to bind, or the name of sockets that systemd hands over.

import Configuration
import Sockets

/// An entry of `listen` or `listen_plain`.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Something to bind, in a form that ``SocketAddress`` resolves.
    case address(String)
    /// All sockets of this name that were handed over (`FileDescriptorName=` of systemd.socket(5)).
    case activated(name: String)

    package var description: String {
        switch self {
        case .address(let text): text
        case .activated(let name): "systemd:\(name)"
        }
    }
}

extension ValueType where Value == ListenAddress {
    /// `host:port`, `[::1]:port`, `*:port`, `unix:/path`, `unix:@name` or `systemd:NAME`.
    static var listenAddress: ValueType {
        ValueType(name: "address") { (text, _) throws(ValueProblem) in
            if text.hasPrefix("systemd:") {
                let name = String(text.dropFirst(8))
                guard !name.isEmpty else {
                    throw ValueProblem("'\(text)' lacks the socket's name", offset: 8)
                }
                return .activated(name: name)
            }
            do throws(SocketFailure) { try SocketAddress.check(text) } catch {
                throw ValueProblem(error.context)
            }
            return .address(text)
        }
    }
}
