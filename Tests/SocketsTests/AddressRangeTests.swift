// Networks as a list of trusted peers names them.

import Testing

@testable import Sockets

@Suite("Address ranges")
struct AddressRangeTests {
    @Test(
        "contain addresses that begin with their prefix, whatever the port",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1:1", true), ("10.0.0.0/8", "11.0.0.0:1", false),
            ("192.0.2.1", "192.0.2.1:65535", true), ("192.0.2.1", "192.0.2.2:1", false),
            ("192.0.2.128/25", "192.0.2.127:1", false), ("0.0.0.0/0", "203.0.113.9:1", true),
            ("0.0.0.0/0", "[2001:db8::1]:1", false), ("::1", "[::1]:1", true), ("::1", "[::2]:1", false),
            ("fd00::/8", "[fdff::1]:1", true), ("fd00::/8", "[fe00::1]:1", false),
            ("2001:db8::/65", "[2001:db8::7fff:0:0:1]:1", true),
            ("2001:db8::/65", "[2001:db8::8000:0:0:1]:1", false), ("::/0", "[2001:db8::1]:1", true),
            ("::/0", "192.0.2.1:1", false), ("unix", "unix:/run/a", true), ("unix", "unix:@a", true),
            ("unix", "127.0.0.1:1", false), ("127.0.0.0/8", "unix:/run/a", false),
        ])
    func contains(range: String, address: String, isInside: Bool) throws {
        let address = try SocketAddress(parsing: address)
        #expect(try AddressRange(parsing: range).contains(address) == isInside)
    }

    @Test("RFC 4291 §2.5.5.2: IPv4 mapped into IPv6 is IPv4")
    func mapped() throws {
        let range = try AddressRange(parsing: "::ffff:10.0.0.0/104")
        #expect(range == .ipv4(0x0A00_0000, prefix: 8))
        #expect(range.description == "10.0.0.0/8")
    }

    @Test("unix(7): a client without a name is a unix socket, too")
    func unnamed() throws { #expect(AddressRange.unix.contains(.unnamed)) }

    @Test(
        "are written as they are read",
        arguments: ["10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1", "0.0.0.0/0", "::/0", "unix"])
    func description(text: String) throws { #expect(try AddressRange(parsing: text).description == text) }

    @Test(
        "that are none say why",
        arguments: [
            ("10.0.0.1/8", "10.0.0.1/8: there are bits behind the prefix, 10.0.0.0/8 has none"),
            ("fd00::1/8", "fd00::1/8: there are bits behind the prefix, fd00::/8 has none"),
            ("10.0.0.0/33", "10.0.0.0/33: 33 is not a prefix of 0 to 32 bits"),
            ("::/129", "::/129: 129 is not a prefix of 0 to 128 bits"),
            ("10.0.0.0/", "10.0.0.0/:  is not a prefix of 0 to 32 bits"),
            ("10.0.0.0/-1", "10.0.0.0/-1: -1 is not a prefix of 0 to 32 bits"),
            ("localhost", "localhost: localhost is no IP address"),
            ("[::1]", "[::1]: [::1] is no IP address"),
            ("", ":  is no IP address"),
        ])
    func mistakes(text: String, problem: String) {
        let error = #expect(throws: SocketFailure.self) { try AddressRange(parsing: text) }
        #expect(error?.context.hasSuffix(problem) == true, "\(error?.context ?? "")")
    }
}
