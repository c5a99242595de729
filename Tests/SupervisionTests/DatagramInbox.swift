// DatagramInbox: a service manager's end of NOTIFY_SOCKET, for tests.
import Glibc
import Testing

/// A unix datagram socket that messages can be read from; a name that starts with `@` is abstract.
final class DatagramInbox {
    let name: String
    private let descriptor: CInt

    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length)
            }
        }
        try #require(result == 0, "bind to \(name)")
    }

    deinit {
        close(descriptor)
        if !name.hasPrefix("@") { unsafe unlink(name) }
    }

    /// The next message, in lines; nil if there is none.
    func receive() -> [String]? {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = unsafe recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Runs `body` with variables set, or unset if nil, and puts back what was there.
@discardableResult
func withEnvironment<Result>(
    _ variables: [String: String?], _ body: () throws -> Result
) rethrows -> Result {
    let before = variables.keys.map { name in (name, unsafe getenv(name).map { unsafe String(cString: $0) }) }
    for (name, value) in variables { setVariable(name, value) }
    defer { for (name, value) in before { setVariable(name, value) } }
    return try body()
}

/// Sets a variable of this process, or unsets it.
func setVariable(_ name: String, _ value: String?) {
    if let value { unsafe setenv(name, value, 1) } else { unsafe unsetenv(name) }
}

/// Whether this process has the variable.
func isSet(_ name: String) -> Bool { unsafe getenv(name) != nil }
