// SIGHUP: all or nothing, and nothing dropped. The thousand reloads under load are in ReloadLoadTests.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Reload", .timeLimit(.minutes(1)))
    struct ReloadTests {
        @Test(
            "New requests are served by the new configuration, on kept-alive connections too",
            arguments: Transport.allCases)
        func swap(transport: Transport) throws {
            let server = try PorticoProcess()
            let client = try RawClient(server, transport)
            #expect(try client.exchange("GET /new HTTP/1.1\r\nHost: a\r\n\r\n").body.hasPrefix("Request"))
            let line = try server.reload("[handler /new]\nmodule = echo")
            #expect(line.contains("configuration was reloaded"))
            #expect(line.contains("generation=2"))
            #expect(
                try client.exchange("GET /new?text=a HTTP/1.1\r\nHost: a\r\n\r\n").body.hasPrefix(
                    "You submitted"))
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }

        @Test("The next request of a kept-alive connection is judged by the new limits of heads")
        func headLimits() throws {
            let server = try PorticoProcess()
            let client = try RawClient(server)
            let request = "GET /echo HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n"
            #expect(try client.exchange(request).status == 200)
            try server.reload(server: "header_fields = 3")
            #expect(try client.exchange(request).status == 200)
            try server.reload(server: "header_fields = 2")
            #expect(try client.exchange(request).status == 431)
        }

        @Test("A request in flight finishes on the configuration that it began with")
        func inFlight() throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 16 << 20)
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let client = try RawClient(server, receiveBuffer: 4096)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.waitForBytes()
            #expect(try server.reload("[handler /]\nmodule = echo").contains("configuration was reloaded"))
            #expect(try client.readResponse().body.utf8.count == 16 << 20)
        }

        @Test("A broken file changes nothing, and every reason is in the log with its place")
        func broken() throws {
            let server = try PorticoProcess()
            let client = try RawClient(server, .tls)
            #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let before = server.descriptorCount
            let refused = try server.reload(
                server: "idle_timeout = soon\nlisten = 127.0.0.1:0\nnonsense = 1",
                "[handler /]\nmodule = nothing")
            #expect(refused.contains("reload was refused"))
            let file = server.folder["portico.conf"]
            try server.log.wait(containing: "\(file):4:16: error: ")
            try server.log.wait(containing: "\(file):6:1: error: ", "nonsense")
            try server.log.wait(containing: "\(file):8:10: error: ", "nothing")
            let facts = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n")
                .body
            #expect(facts.contains("\"configuration_generation\" : 1"))
            #expect(facts.contains("\"applied\" : false"))
            #expect(server.descriptorCount == before)
            #expect(try server.reload().contains("generation=2"))
        }

        static let failures = [
            ("a certificate that is none", "", "[tls]\ncertificate = portico.conf\nkey = portico.conf\n"),
            ("a root that isn't there", "", "[handler /files]\nmodule = files\nroot = nowhere\n"),
            ("an address that can't be bound", "listen = 192.0.2.1:8443 127.0.0.1:0", ""),
        ]

        @Test("What can only be seen by trying it refuses the reload too", arguments: failures)
        func failing(_ what: String, lines: String, sections: String) throws {
            let server = try PorticoProcess()
            let refused = try server.reload(server: lines, sections + Configuration.handlers)
            #expect(refused.contains("reload was refused"), "\(what)")
            try server.log.wait(containing: "portico.conf:", "error")
            #expect(try server.curl("/echo").status == 0)
        }

        @Test("New handshakes get the new certificate, open connections go on")
        func certificate() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("own", for: "first.localhost", in: folder)
            let server = try PorticoProcess(
                "[tls]\ncertificate = own.pem\nkey = own.key\n" + Configuration.handlers, in: folder)
            #expect(try server.handshake().output.contains("first.localhost"))
            try makeCertificate("own", for: "second.localhost", in: folder)
            #expect(try server.handshake().output.contains("first.localhost"))
            #expect(try server.hangUp().contains("configuration was reloaded"))
            #expect(try server.handshake().output.contains("second.localhost"))
        }

        @Test("A listener that goes is closed although connections from it live on, and can come back")
        func listeners() throws {
            let server = try PorticoProcess(server: "listen = 127.0.0.1:0\nlisten_plain = 127.0.0.1:0")
            let address = server.addresses[1]
            let port = server.port(.plain)
            let client = try RawClient(server)
            #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try server.reload(server: "listen = 127.0.0.1:0").contains("configuration was reloaded"))
            try server.log.wait(containing: "No longer listening.", address)
            #expect(throws: Errno.connectionRefused) { try RawClient(port: port) }
            #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let back = try server.reload(server: "listen = 127.0.0.1:0\nlisten_plain = \(address)")
            #expect(back.contains("configuration was reloaded"))
            let second = try RawClient(port: port)
            #expect(try second.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("A listener that is named twice is one, before and after a reload")
        func repeatedListener() throws {
            let options = "listen_plain = 127.0.0.1:0 127.0.0.1:0"
            let server = try PorticoProcess(server: options)
            let before = server.descriptorCount
            #expect(server.addresses.count == 2, "one for each key")
            for _ in 1...4 { try server.reload(server: options) }
            #expect(server.descriptorCount == before)
            #expect(try server.curl("/", .plain).output.ranges(of: "(plain)").count == 1)
        }

        @Test("One address can't have both kinds of connections, and can go from one kind to the other")
        func kinds() throws {
            let server = try PorticoProcess()
            let (tls, plain) = (server.addresses[0], server.addresses[1])
            let both = try server.reload(server: "listen = \(tls)\nlisten_plain = \(plain) \(tls)")
            #expect(both.contains("reload was refused"))
            #expect(try server.curl("/echo", .tls).status == 0)
            let swapped = try server.reload(server: "listen = \(plain)\nlisten_plain = \(tls)")
            #expect(swapped.contains("configuration was reloaded"))
            let renamed = try server.reload(
                server: "listen = localhost:\(server.port(.plain))\nlisten_plain = \(tls)")
            #expect(renamed.contains("configuration was reloaded"))
            #expect(try server.curl("/echo", .tls).status != 0)
            let port = server.port(.plain)
            let page = try run(
                "curl", "-sS", "--cacert", server.authority.string, "--resolve",
                "localhost:\(port):127.0.0.1",
                "https://localhost:\(port)/echo?text=tls")
            #expect(page.output == "You submitted text = tls\n")
        }

        @Test("A SIGHUP before READY=1 waits, and is not lost")
        func early() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "portico.conf", Configuration.text(server: "", Configuration.handlers))
            let server = try PorticoProcess(["run", "-c", file.string], in: folder)
            let started = try server.log.wait(containing: " starts.")
            server.signal(SIGHUP)
            let ready = try server.log.wait(from: started, containing: "Ready.")
            try server.log.wait(from: ready, containing: "configuration was reloaded", "generation=2")
        }

        @Test("A higher limit of connections lets in who waits")
        func limit() throws {
            let server = try PorticoProcess(server: "connections = 1")
            let first = try RawClient(server)
            #expect(try first.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let second = try RawClient(server)
            try second.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            try server.reload(server: "connections = 2")
            #expect(try second.readResponse().status == 200)
            #expect(try first.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("A key that others can read is a warning that names it")
        func readableKey() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("own", for: "localhost", in: folder)
            #expect(unsafe chmod(folder["own.key"].string, 0o644) == 0)
            let server = try PorticoProcess(
                "[tls]\ncertificate = own.pem\nkey = own.key\n" + Configuration.handlers, in: folder)
            try server.log.wait(containing: " warning: ", "own.key")
        }

        @Test("The report names what changed, and what waits for a restart")
        func report() throws {
            let server = try PorticoProcess(server: "workers = 1")
            let line = try server.reload(server: "workers = 2\nidle_timeout = 5s")
            #expect(line.contains("workers"))
            #expect(line.contains("restart"))
            #expect(line.contains("idle_timeout"))
        }
    }
}
