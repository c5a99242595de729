// A service manager's end of NOTIFY_SOCKET: what the daemon tells it, message by message.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

/// A unix datagram socket in a folder.
final class NotifySocket {
    let path: String
    private let descriptor: CInt

    init(in folder: TemporaryFolder) throws {
        path = folder["notify"].string
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0, "bind to \(path)")
    }

    deinit { close(descriptor) }

    /// Waits for a message that contains the text; gives it whole.
    @discardableResult
    func wait(containing text: String, seconds: CInt = 15) throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Int(seconds))
        while clock.now < end {
            try IntegrationTests.wait(for: POLLIN, on: descriptor, seconds: seconds, "a message with \(text)")
            var buffer = [UInt8](repeating: 0, count: 8192)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            let message = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            if message.contains(text) { return message }
        }
        throw Unfinished("no message with \(text)")
    }
}
