// HAProxy in front of daemons: it takes a socket from the test, so that no port is guessed.

import Glibc
import HandlerTesting
import SystemPackage

/// A running HAProxy that passes on bytes.
final class HAProxy {
    /// Where it is reached.
    let port: UInt16
    private let folder: TemporaryFolder
    private let child: ChildProcess

    /// Starts it. Connections wait in the backlog until it is ready.
    ///
    /// - Parameters:
    ///   - ports: of the daemons behind it at 127.0.0.1, used in turn.
    ///   - options: of each of them, `send-proxy` for example.
    ///   - isIPv6: whether it is at `::1`, not at 127.0.0.1.
    init(before ports: [UInt16], _ options: String, isIPv6: Bool = false) throws {
        let listener = try Self.listen(isIPv6: isIPv6)
        defer { close(listener) }
        port = try Self.port(of: listener)
        folder = try TemporaryFolder()
        let servers = ports.enumerated().map { "    server s\($0) 127.0.0.1:\($1) \(options)\n" }.joined()
        let file = try folder.write(
            "haproxy.cfg",
            """
            defaults
                mode tcp
                timeout connect 10s
                timeout client 40s
                timeout server 40s
            listen front
                bind fd@\(listener)
                balance roundrobin
            \(servers)
            """)
        let null = try FileDescriptor.open(FilePath("/dev/null"), .readWrite, options: .closeOnExec)
        defer { close(null.rawValue) }
        let error = try FileDescriptor.open(
            try folder.write("error", ""), .writeOnly, options: [.append, .closeOnExec])
        defer { close(error.rawValue) }
        // In the foreground; Debian has it where only root's PATH looks.
        child = try ChildProcess(
            ["env", "PATH=/usr/sbin:/usr/bin:/bin", "haproxy", "-db", "-f", file.string], input: null,
            output: null, error: error)
    }

    /// A listening socket that programs inherit.
    private static func listen(isIPv6: Bool) throws -> CInt {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        var storage = sockaddr_storage()
        let result = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            let pointer = unsafe bytes.baseAddress.unsafelyUnwrapped
            if isIPv6 {
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_addr = in6addr_loopback
                unsafe pointer.storeBytes(of: address, as: sockaddr_in6.self)
            } else {
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                unsafe pointer.storeBytes(of: address, as: sockaddr_in.self)
            }
            let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
            return unsafe bind(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
        }
        guard result == 0, Glibc.listen(descriptor, 64) == 0 else { throw Errno(rawValue: errno) }
        return descriptor
    }

    private static func port(of descriptor: CInt) throws -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
        // At the same place in both families.
        return unsafe withUnsafeBytes(of: &storage) {
            UInt16(bigEndian: unsafe $0.load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
