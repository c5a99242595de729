// The lines that a person copies: they must work as they stand.

import Server
import Sockets
import SystemPackage
import Testing

@testable import Daemon

@Suite("What the terminal is told")
struct AnnouncementTests {
    private func listener(_ text: String, isTLS: Bool = true) throws -> Listener {
        let address = try #require(try SocketAddress.resolve(text).first)
        return Listener(
            entry: .address(text), rules: ListenerRules(isTLS: isTLS),
            socket: try ListeningSocket(binding: address))
    }

    private func port(of listener: Listener) -> String { listener.address.port.map { "\($0)" } ?? "none" }

    @Test(
        "Loopback and every address are localhost, the name in the certificate",
        arguments: ["127.0.0.1", "*", "0.0.0.0"])
    func localhost(_ host: String) throws {
        let listener = try listener("\(host):0")
        let announcement = Announcement(listeners: [listener], authority: nil)
        #expect(announcement.url == "https://localhost:\(port(of: listener))/")
    }

    @Test("TLS comes before plain HTTP, and a unix socket has no URL")
    func order() throws {
        let plain = try listener("127.0.0.1:0", isTLS: false)
        let local = try listener("unix:@portico-announcement-\(UInt64.random(in: 0 ... .max))")
        let secure = try listener("127.0.0.1:0")
        #expect(
            Announcement(listeners: [plain, local, secure], authority: nil).url
                == "https://localhost:\(port(of: secure))/")
        #expect(
            Announcement(listeners: [local, plain], authority: nil).url
                == "http://localhost:\(port(of: plain))/")
        #expect(Announcement(listeners: [local], authority: nil).url == nil)
        #expect(Announcement(listeners: [local], authority: nil).curl == nil)
    }

    @Test(
        "The authority's path is one word of a shell",
        arguments: [
            ("certs-dev/ca.pem", "certs-dev/ca.pem"), ("/a b/ca.pem", "'/a b/ca.pem'"),
            ("/it's/ca.pem", #"'/it'\''s/ca.pem'"#), ("/$(x)/ca.pem", "'/$(x)/ca.pem'"),
            ("/ä/ca.pem", "'/ä/ca.pem'"),
        ])
    func quoting(_ path: String, _ word: String) throws {
        let listener = try listener("127.0.0.1:0")
        let announcement = Announcement(listeners: [listener], authority: FilePath(path))
        #expect(announcement.curl == "curl --cacert \(word) https://localhost:\(port(of: listener))/")
    }

    @Test("No authority is named for a certificate that was given, nor for plain HTTP")
    func withoutAuthority() throws {
        let (secure, plain) = (try listener("127.0.0.1:0"), try listener("127.0.0.1:0", isTLS: false))
        #expect(
            Announcement(listeners: [secure], authority: nil).curl
                == "curl https://localhost:\(port(of: secure))/")
        #expect(
            Announcement(listeners: [plain], authority: "/ca.pem").curl
                == "curl http://localhost:\(port(of: plain))/")
    }

    @Test("How browsers come to trust it is told when the authority is new")
    func trust() {
        var announcement = Announcement(listeners: [], authority: "/ca.pem")
        #expect(announcement.trust(program: "portico", configuration: "a.conf") == nil)
        announcement.isAuthorityNew = true
        #expect(
            announcement.trust(program: ".build/portico", configuration: "my files/a.conf")
                == "sudo .build/portico ca install -c 'my files/a.conf'")
    }
}
