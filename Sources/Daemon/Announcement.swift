// What a person at a terminal is told once the daemon is up: where, and how to get there with curl.

import Server
import Sockets
import SystemPackage

/// Where the server can be reached.
struct Announcement {
    let listeners: [Listener]
    /// The local authority's certificate; nil when the certificates were given.
    let authority: FilePath?
    /// Whether the authority was made just now, so that nothing trusts it yet.
    var isAuthorityNew = false

    /// The URL of the first listener that has one, TLS first.
    var url: String? {
        // Who is told of is at this machine, and may be one that has to begin with a PROXY header.
        let direct = listeners.filter { $0.rules.trustedProxies.isEmpty && $0.rules.fault == nil }
        let ordered = direct.filter(\.isTLS) + direct.filter { !$0.isTLS }
        return ordered.lazy.compactMap(Self.url).first
    }

    /// A curl line that works as it stands.
    var curl: String? {
        url.map { url in
            guard let authority, url.hasPrefix("https:") else { return "curl \(url)" }
            return "curl --cacert \(Self.quoted(authority.string)) \(url)"
        }
    }

    /// A line that lets this machine trust the authority; nil unless it is new.
    func trust(program: String, configuration: String) -> String? {
        guard isAuthorityNew else { return nil }
        return "sudo \(Self.quoted(program)) ca install -c \(Self.quoted(configuration))"
    }

    private static func url(of listener: Listener) -> String? {
        guard let port = listener.address.port else { return nil }
        let scheme = listener.isTLS ? "https" : "http"
        let isUsual = port == (listener.isTLS ? 443 : 80)
        return "\(scheme)://\(host(of: listener.address))\(isUsual ? "" : ":\(port)")/"
    }

    private static func host(of address: SocketAddress) -> String {
        switch address {
        case .ipv4(0, _), .any, .ipv6(0, 0, _, _): "localhost"
        case .ipv4(let bits, _) where bits == 0x7F00_0001: "localhost"
        case .ipv6(0, 1, _, _): "localhost"
        case .ipv6: "[\(address.host)]"
        default: address.host
        }
    }

    /// The path as one word of a shell.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-".utf8.contains(byte)
            }
        }
        guard !isPlain else { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
