// The addresses of this machine's interfaces, asked for without netlink, which a confined service has not.

import CLinux
import Glibc
import SystemPackage

/// Under which addresses this machine can be reached from others.
package enum InterfaceAddresses {
    private static let most = 64
    /// `IFA_F_*` of rtnetlink(7) for addresses that come and go: temporary, failed, deprecated, tentative.
    private static let passing: UInt8 = 0x01 | 0x08 | 0x20 | 0x40

    /// The addresses of interfaces that are up, at most 64 of each family, without loopback and link-local IPv6;
    /// those of a family that the kernel doesn't tell are left out.
    package static func current() -> [String] {
        (version4() + version6()).filter { !$0.isLoopback }.map(\.host)
    }

    private static func version4() -> [SocketAddress] {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return [] }
        defer { _ = close(descriptor) }
        var addresses = [UInt32](repeating: 0, count: most)
        let count = unsafe clinux_interface_addresses(descriptor, &addresses, CInt(most))
        return addresses.prefix(max(0, Int(count))).map { .ipv4(UInt32(bigEndian: $0), port: 0) }
    }

    private static func version6() -> [SocketAddress] {
        do {
            let file = try FileDescriptor.open(
                FilePath("/proc/self/net/if_inet6"), .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                var text = [UInt8](repeating: 0, count: 16_384)
                let count = try unsafe text.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                return version6(String(decoding: text.prefix(count), as: UTF8.self))
            }
        } catch {
            // A kernel without IPv6, or a service that may not look.
            return []
        }
    }

    /// Reads lines of the kernel's table: address, index, prefix, scope and flags, all hexadecimal, and a name.
    static func version6(_ table: String) -> [SocketAddress] {
        table.split(separator: "\n").prefix(most).compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count == 6, fields[0].utf8.count == 32, let flags = UInt8(fields[4], radix: 16),
                flags & passing == 0, let high = UInt64(fields[0].prefix(16), radix: 16),
                let low = UInt64(fields[0].suffix(16), radix: 16), high >> 54 != 0xFE80 >> 6
            else { return nil }
            return .ipv6(high, low, port: 0, scope: 0)
        }
    }
}
