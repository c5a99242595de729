// Which addresses this machine has, as the kernel's tables say.

import Testing

@testable import Sockets

@Suite("Interface addresses")
struct InterfaceAddressesTests {
    @Test("What the kernel says are addresses, and none is a loopback's or a link's")
    func current() throws {
        for address in InterfaceAddresses.current() {
            let text = address.contains(":") ? "[\(address)]:1" : "\(address):1"
            #expect(try SocketAddress(parsing: text).host == address)
            #expect(!address.hasPrefix("127.") && address != "::1" && !address.hasPrefix("fe80:"))
        }
    }

    @Test("IPv6: lasting addresses are taken, link-local, temporary, deprecated and tentative ones are not")
    func version6() {
        let table = """
            00000000000000000000000000000001 01 80 10 80       lo
            fe800000000000000042acfffe110002 02 40 20 80     eth0
            febf0000000000000042acfffe110002 02 40 20 80     eth0
            fd000000000000000000000000000007 02 40 00 80     eth0
            20010db8000000000000000000000008 02 40 00 01     eth0
            20010db8000000000000000000000009 02 40 00 20     eth0
            20010db800000000000000000000000a 02 40 00 40     eth0
            20010db800000000000000000000000b 02 40 00 00     eth0
            nonsense
            """
        #expect(InterfaceAddresses.version6(table).map(\.host) == ["::1", "fd00::7", "2001:db8::b"])
    }
}
