import HandlerKit
import Sockets
import Testing

@testable import Middleware

@Suite("Failed logins are counted by client, a minute at a time")
struct FailedLoginsTests {
    private func client(_ host: String) -> FailedLogins.Client {
        .client(Endpoint(host: host, port: host.isEmpty ? nil : 1))
    }

    @Test("RFC 6585 §4: after the limit the rest of the minute is named, then it begins anew")
    func window() {
        var logins = FailedLogins(limit: 2)
        #expect(logins.begin(client("192.0.2.1"), at: 1000) == nil)
        #expect(logins.begin(client("192.0.2.1"), at: 1030) == nil)
        #expect(logins.begin(client("192.0.2.1"), at: 1040) == 20)
        #expect(logins.begin(client("192.0.2.2"), at: 1040) == nil)
        #expect(logins.begin(client("192.0.2.1"), at: 1060) == nil)
    }

    @Test("An attempt that was right is taken back")
    func forgiven() {
        var logins = FailedLogins(limit: 1)
        for _ in 1...3 {
            #expect(logins.begin(client("::1"), at: 0) == nil)
            logins.forgive(client("::1"))
        }
        #expect(logins.clients == 0)
    }

    @Test("A network of 64 bits is one client, and so are all unix sockets")
    func networks() {
        #expect(client("2001:db8::1") == client("2001:db8::ffff:1"))
        #expect(client("2001:db8::1") != client("2001:db8:0:1::1"))
        #expect(client("192.0.2.1") != client("192.0.2.2"))
        #expect(client("::ffff:192.0.2.1") == client("192.0.2.1"))
        #expect(client("") == client(""))
    }

    @Test("A clock that was set back locks nobody out for longer than a minute")
    func clock() {
        var logins = FailedLogins(limit: 1)
        #expect(logins.begin(client("::1"), at: 100_000) == nil)
        #expect(logins.begin(client("::1"), at: 0) == nil)
        #expect(logins.begin(client("::1"), at: 1) == 59)
    }

    @Test("However many clients fail, a bounded number is kept in mind, the latest ones")
    func bounded() {
        var logins = FailedLogins(limit: 1)
        for number in 0..<UInt32(FailedLogins.mostClients + 10) {
            #expect(logins.begin(.ipv4(number, port: 0), at: Int64(number) / 100) == nil)
        }
        #expect(logins.clients == FailedLogins.mostClients)
        #expect(logins.isSpent(.ipv4(UInt32(FailedLogins.mostClients), port: 0)))
    }
}
