// Two daemons behind HAProxy, as machines behind a balancer: who the client is, and sessions that go from one to the other.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Behind a balancer", .timeLimit(.minutes(1)))
    struct BalancedTests {
        private static let request =
            "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\r\n"

        /// A daemon that trusts the balancer, with ticket keys in a file of that name.
        private func daemon(_ keys: TemporaryFolder, ticketKeys name: String) throws -> PorticoProcess {
            try PorticoProcess(
                server: "listen = \n",
                """
                [listen balancer]
                address = 127.0.0.1:0
                proxy_protocol = yes
                trusted = 127.0.0.1
                [tls]
                certificate = \(keys["tls.pem"])
                key = \(keys["tls.key"])
                ticket_keys = \(keys[name])
                \(Configuration.handlers)
                """)
        }

        /// What `openssl s_client` gets through the balancer, without blanks.
        private func diagnose(_ proxy: HAProxy, _ options: String...) throws -> String {
            let command = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(proxy.port)"]
            let result = try run(command + ["-servername", "localhost"] + options, input: Self.request)
            return result.output.filter { !$0.isWhitespace }
        }

        @Test(
            "ticket_keys: a session that began on one machine resumes on the other, if they share the keys",
            arguments: ["-tls1_2", "-tls1_3"], [true, false])
        func resumption(version: String, isShared: Bool) throws {
            let keys = try TemporaryFolder()
            try makeCertificate("tls", for: "localhost", in: keys)
            for name in ["one", "two"] {
                try #require(run("openssl", "rand", "-out", keys[name].string, "80").status == 0)
                try keys.setMode(0o600, of: name)
            }
            let daemons = [
                try daemon(keys, ticketKeys: "one"), try daemon(keys, ticketKeys: isShared ? "one" : "two"),
            ]
            let proxy = try HAProxy(before: daemons.map { $0.port(.tls) }, "send-proxy-v2")
            let session = keys["session"].string
            let first = try diagnose(proxy, version, "-sess_out", session)
            let second = try diagnose(proxy, version, "-sess_in", session)
            let answered = [first, second].map { page in
                daemons.firstIndex { page.contains("\"pid\":\($0.identifier),") }
            }
            // HAProxy takes them in turn.
            #expect(Set(answered) == [0, 1], "\(first)\(second)")
            #expect(first.contains(#""resumed":false"#))
            #expect(second.contains(#""resumed":\#(isShared)"#))
            #expect(second.contains(#""proxy_address":"127.0.0.1""#))
        }
    }
}
