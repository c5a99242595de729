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

    /// What is said of addresses that two entries have, by a process that has no sockets yet.
    private func repeated(_ text: String) throws -> [String] {
        var problems: [String] = []
        let set = ListenerSet(adopting: [], problems: &problems)
        let settings = try #require(settings("[server]\n\(text)\n[handler /]\nmodule = echo").0)
        var diagnostics: [Diagnostic] = []
        set.reportRepeatedAddresses(settings, asksResolver: false, into: &diagnostics)
        return diagnostics.map { "\($0.location.line): \($0.message)" }
    }

    @Test(
        "An address under two entries is one error, at its line",
        arguments: [
            (
                "listen = 127.0.0.1:8443 localhost:8443",
                "2: listen: localhost:8443 needs 127.0.0.1:8443, and so does 127.0.0.1:8443 of listen"
            ),
            (
                "listen = 127.0.0.1:8443\nlisten_plain = 127.0.0.1:8443",
                "3: listen_plain: 127.0.0.1:8443 needs 127.0.0.1:8443, and so does 127.0.0.1:8443 of listen"
            ),
            (
                "listen = *:8443 127.0.0.1:8443",
                "2: listen: 127.0.0.1:8443 needs 127.0.0.1:8443, and so does *:8443 of listen"
            ),
            (
                "listen = systemd:web systemd:web\nlisten_plain = systemd:web",
                "3: listen_plain: systemd:web is an entry of listen, too"
            ),
            (
                "listen = 127.0.0.1:8443\n[listen a]\naddress = localhost:8443",
                "4: [listen a] address: localhost:8443 needs 127.0.0.1:8443, and so does 127.0.0.1:8443 of listen"
            ),
            (
                "listen =\n[listen a]\naddress = systemd:a\n[listen b]\naddress = systemd:a\ntls = no",
                "6: [listen b] address: systemd:a is an entry of [listen a] address, too"
            ),
            (
                "listen =\nlisten_plain = unix:/a unix:/b unix:/a 0.0.0.0:80 127.0.0.2:80",
                "3: listen_plain: 127.0.0.2:80 needs 127.0.0.2:80, and so does 0.0.0.0:80 of listen_plain"
            ),
        ])
    func addressTwice(text: String, message: String) throws {
        #expect(try repeated(text) == [message])
    }

    @Test(
        "Entries that have nothing in common are none, nor is an entry that stands there twice",
        arguments: [
            "listen = 127.0.0.1:8443 [::1]:8443",
            "listen = 127.0.0.1:0 127.0.0.1:0\nlisten_plain = 127.0.0.1:0",
            "listen = 127.0.0.1:8443 127.0.0.1:8443\nlisten_plain = 127.0.0.2:8443 *:8080",
            "listen = unix:/a\nlisten_plain = unix:@/a systemd:web",
        ])
    func addressesApart(text: String) throws {
        #expect(try repeated(text) == [])
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
