// Which sockets a configuration asks for, on machines that don't have every address.

import Configuration
import Server
import Sockets
import SystemPackage
import Testing

@testable import Daemon

@Suite("Listeners")
struct ListenerSetTests {
    /// What is planned on a machine without IPv6: the addresses, and what there is to say.
    private func plan(_ text: String, failing errno: Errno) throws -> (addresses: [String], said: [String]) {
        var problems: [String] = []
        let set = ListenerSet(adopting: [], problems: &problems) { (address) throws(SocketFailure) in
            if case .ipv6 = address { throw SocketFailure(.bind, errno, "\(address)") }
            return try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
        }
        let settings = try #require(settings("[server]\n\(text)\n[handler /]\nmodule = echo").0)
        var diagnostics: [Diagnostic] = []
        let planned = set.planned(settings, into: &diagnostics)
        return (planned.map(\.address.host), diagnostics.map { "\($0.severity): \($0.message)" })
    }

    @Test(
        "ipv6(7): a machine without IPv6 serves on what it has, and says so",
        arguments: [Errno.addressNotAvailable, .addressFamilyNotSupported])
    func withoutIPv6(errno: Errno) throws {
        let (addresses, said) = try plan("listen = 127.0.0.1:0 [::1]:8443", failing: errno)
        #expect(addresses == ["127.0.0.1"])
        #expect(said == ["warning: listen: bind [::1]:8443: \(errno)"])
    }

    @Test(
        "What was asked for and can't be had is an error",
        arguments: [
            ("listen = [::1]:8443", Errno.addressNotAvailable, "[::1]"),
            ("listen = 127.0.0.1:0 [::1]:8443", .addressInUse, "[::1]"),
            ("listen = 127.0.0.1:0 [2001:db8::1]:8443", .addressNotAvailable, "[2001:db8::1]"),
        ])
    func absent(text: String, errno: Errno, host: String) throws {
        let said = try plan(text, failing: errno).said
        #expect(said == ["error: listen: bind \(host):8443: \(errno)"])
    }
}
