// Listeners beside TCP ports: unix sockets, and sockets that a service manager hands over.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Listeners", .timeLimit(.minutes(1)))
    struct ListenerTests {
        @Test("unix: serves TLS and plain HTTP on a path, which goes with the process")
        func unix() throws {
            let folder = try TemporaryFolder()
            let (https, http) = (folder["https.sock"], folder["http.sock"])
            let server = try PorticoProcess(
                server: "listen = unix:\(https)\nlisten_plain = unix:\(http)", in: folder)
            let tls = try run(
                "curl", "-sS", "--cacert", server.authority.string, "--unix-socket", https.string,
                "https://localhost/echo?text=tls")
            #expect(tls.output == "You submitted text = tls\n")
            let plain = try run(
                "curl", "-sS", "--unix-socket", http.string, "http://localhost/echo?text=plain")
            #expect(plain.output == "You submitted text = plain\n")
            server.signal(SIGTERM)
            #expect(try server.waitForExit() == 0)
            #expect(!names(in: folder.path).contains { $0.hasSuffix(".sock") })
        }

        @Test("unix: a socket file that a killed server left behind is no obstacle")
        func unixAgain() throws {
            let folder = try TemporaryFolder()
            let listen = "listen =\nlisten_plain = unix:\(folder["http.sock"])"
            let first = try PorticoProcess(server: listen, in: folder)
            first.signal(SIGKILL)
            _ = try first.waitForExit()
            let second = try PorticoProcess(server: listen, in: folder)
            let result = try run(
                "curl", "-sS", "--unix-socket", folder["http.sock"].string, "http://localhost/echo?text=again"
            )
            #expect(result.output == "You submitted text = again\n")
            second.signal(SIGTERM)
            #expect(try second.waitForExit() == 0)
        }

        @Test("sd_listen_fds(3): sockets are taken over by name")
        func activation() throws {
            let folder = try TemporaryFolder()
            let server = try PorticoProcess(
                server: "listen = systemd:https\nlisten_plain = systemd:http",
                launcher: ["python3", Scripts.path("activate.py"), "https", "http", "--"], in: folder)
            #expect(server.addresses.count == 2)
            for transport in Transport.allCases {
                let page = try server.curl("/", transport, "-H", "Accept: application/json").output
                #expect(page.contains("\"systemd\" : true"))
                #expect(
                    page.contains(
                        transport == .plain ? "\"name\" : \"systemd:http\"" : "\"name\" : \"systemd:https\""))
            }
        }

        @Test("A reload goes from a socket that was handed over to another one, and back")
        func activationReload() throws {
            let server = try PorticoProcess(
                server: "listen = systemd:https\nlisten_plain = systemd:http",
                launcher: ["python3", Scripts.path("activate.py"), "https", "http", "--"])
            #expect(
                try server.reload(server: "listen = systemd:https").contains("configuration was reloaded"))
            #expect(try server.curl("/echo", .tls).status == 0)
            let back = try server.reload(server: "listen = systemd:https\nlisten_plain = systemd:http")
            #expect(back.contains("configuration was reloaded"))
            #expect(try server.curl("/echo", .plain).status == 0)
        }

        @Test("A name that nothing was handed over for is an error of the configuration")
        func missingName() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "a.conf", Configuration.text(server: "listen = systemd:https", Configuration.handlers))
            let result = try run(PorticoProcess.binary, "run", "-c", file.string)
            #expect(result.status == 78)
            #expect(result.error.contains("no socket named 'https'"))
        }
    }
}
