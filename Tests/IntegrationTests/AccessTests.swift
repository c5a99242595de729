// Who is let in: by address and by password, over each protocol.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Access to handlers", .timeLimit(.minutes(1)))
    struct AccessTests {
        private static let places = """
            [handler /]
            module = respond
            body = inside
            [handler /open]
            module = respond
            body = open
            allow = 127.0.0.0/8 unix
            [handler /shut]
            module = echo
            deny = 127.0.0.1
            """

        @Test("allow lets its addresses in, deny answers with 403", arguments: Transport.allCases)
        func addresses(transport: Transport) throws {
            let server = try PorticoProcess(Self.places)
            #expect(try server.curl("/open", transport).output == "open")
            let refused = try server.curl(
                "/shut", transport, "-d", "text=x", "-w", " %{http_code}", "-H", "Accept: text/plain")
            #expect(refused.output.hasPrefix("403 Forbidden: Clients of your address may not see this."))
            #expect(refused.output.hasSuffix(" 403"))
            try server.log.wait(containing: "/shut ", " 403 ")
        }

        @Test("A unix socket is one of its own, and what a trusted proxy says of the client counts")
        func otherClients() throws {
            let folder = try TemporaryFolder()
            let socket = folder["portico.sock"].string
            let server = try PorticoProcess(
                """
                [listen local]
                address = unix:\(socket)
                [listen proxied]
                address = 127.0.0.1:0
                tls = no
                proxy_protocol = yes
                trusted = 127.0.0.1
                [handler /unix]
                module = respond
                body = unix
                allow = unix
                [handler /far]
                module = respond
                body = far
                allow = 192.0.2.0/24
                """, in: folder)
            #expect(try server.curl("/unix", .tls, "--unix-socket", socket).output == "unix")
            #expect(try server.curl("/unix", .tls, "-o", "/dev/null", "-w", "%{http_code}").output == "403")
            for (client, status) in [("192.0.2.7", 200), ("198.51.100.7", 403)] {
                let raw = try RawClient(port: server.port(.plain))
                try raw.send("PROXY TCP4 \(client) 198.51.100.2 56324 443\r\n")
                #expect(try raw.exchange("GET /far HTTP/1.1\r\nHost: a\r\n\r\n").status == status)
            }
        }

        /// A file by htpasswd(1), and a handler behind it.
        private func guarded(_ keys: String = "", server: String = "") throws -> PorticoProcess {
            let folder = try TemporaryFolder()
            let users = folder["users"].string
            for (user, password, option) in [("alice", "wön der", "-cbB"), ("bob", "builder", "-bB")] {
                let made = try run("htpasswd", option, "-C", "6", users, user, password)
                #expect(made.status == 0, "\(made.error)")
            }
            return try PorticoProcess(
                server: server, Self.guardedPlaces(users, keys), in: folder)
        }

        private static func guardedPlaces(_ users: String, _ keys: String = "") -> String {
            """
            [handler /]
            module = diagnostics
            auth = \(users)
            auth.realm = A place
            \(keys)
            [handler /stub]
            module = respond
            body = inside
            auth = \(users)
            """
        }

        @Test(
            "RFC 7617: users of a file by htpasswd are let in, and named to the handler and in the log",
            arguments: Transport.allCases)
        func passwords(transport: Transport) throws {
            let server = try guarded()
            let options = ["-o", "/dev/null", "-w", "%{http_code} %header{www-authenticate}"]
            let asked = try server.startCurl("/", transport, options).finish()
            #expect(asked.output == "401 Basic realm=\"A place\", charset=\"UTF-8\"")
            let wrong = try server.startCurl("/", transport, options + ["-u", "alice:wonder"]).finish()
            #expect(wrong.output.hasPrefix("401 "))
            let page = try server.curl("/", transport, "-u", "alice:wön der").output
            #expect(page.contains("User        alice\n"), "\(page)")
            #expect(try server.curl("/stub", transport, "-u", "bob:builder").output == "inside")
            try server.log.wait(containing: "GET / ", " 200 ", "user=alice")
            #expect(!server.log.lines.contains { $0.contains("wön") || $0.contains("uthorization") })
        }

        @Test("A wrong password too many is a 429 with Retry-After, and the log says so once")
        func tooMany() throws {
            let server = try guarded("auth.failures = 2")
            for status in ["401", "401", "429"] {
                let answer = try server.curl(
                    "/", .http2, "-u", "alice:guess\(status)", "-o", "/dev/null", "-w",
                    "%{http_code} %header{retry-after}")
                #expect(answer.output.hasPrefix(status))
                guard status == "429" else { continue }
                #expect((1...60).contains(Int(answer.output.dropFirst(4)) ?? 0), "\(answer.output)")
            }
            try server.log.wait(containing: "Too many wrong passwords", "127.0.0.1")
        }

        @Test("SIGHUP reads the file again; what is wrong in it is told, and the old users stay")
        func reloads() throws {
            let server = try guarded()
            let users = server.folder["users"]
            #expect(try server.curl("/stub", .tls, "-u", "bob:builder").output == "inside")
            #expect(try run("htpasswd", "-D", users.string, "bob").status == 0)
            #expect(try server.hangUp().contains("was reloaded"))
            let options = ["-u", "bob:builder", "-o", "/dev/null", "-w", "%{http_code}"]
            #expect(try server.startCurl("/stub", .tls, options).finish().output == "401")
            try server.folder.write("users", "alice:plain\n")
            #expect(try server.hangUp().contains("refused"))
            try server.log.wait(containing: "users:1:1: error: this is no hash of a password")
            #expect(try server.curl("/stub", .tls, "-u", "alice:wön der").output == "inside")
        }

        @Test("portico check looks into the file, and warns of passwords that go without TLS")
        func checked() throws {
            let folder = try TemporaryFolder()
            try folder.write("users", "alice:$apr1$x$y\n")
            func check(_ server: String) throws -> ProgramResult {
                let text = Configuration.text(server: server, Self.guardedPlaces("users"))
                let file = try folder.write("portico.conf", text)
                return try run(PorticoProcess.binary, "check", "-c", file.string)
            }
            let broken = try check("")
            #expect(broken.status == 78)
            #expect(broken.error.contains("users:1:1: error: a hash by MD5 is weak"), "\(broken.error)")
            #expect(try run("htpasswd", "-cbB", "-C", "4", folder["users"].string, "a", "b").status == 0)
            let warned = try check("")
            #expect(warned.status == 0)
            #expect(
                warned.error.contains("warning: passwords go over '127.0.0.1:0' of listen_plain without TLS"))
            #expect(!(try check("listen = 127.0.0.1:0").error.contains("warning: passwords")))
        }

        @Test("A credential of the service manager can be the file")
        func credential() throws {
            let folder = try TemporaryFolder()
            try folder.write("credentials/empty", "")
            let users = folder["credentials"].appending("web-users").string
            #expect(try run("htpasswd", "-cbB", "-C", "4", users, "alice", "secret").status == 0)
            let file = try folder.write(
                "portico.conf",
                Configuration.text(
                    server: "", "[handler /]\nmodule = respond\nbody = in\nauth = credential:web-users"))
            let server = try PorticoProcess(
                ["run", "-c", file.string],
                environment: ["CREDENTIALS_DIRECTORY": folder["credentials"].string], in: folder)
            try server.waitUntilReady()
            #expect(try server.curl("/", .plain, "-u", "alice:secret").output == "in")
        }
    }
}
