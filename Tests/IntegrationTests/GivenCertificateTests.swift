// Certificates that are given: how they are found, how they change while the daemon serves, and what is said of those
// that end.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Given certificates", .timeLimit(.minutes(1)))
    struct GivenCertificateTests {
        private static let given = "[tls]\ncertificate = tls.pem\nkey = tls.key\n"

        /// The names on the certificate that a client is shown.
        private func subject(_ server: PorticoProcess, _ options: String...) throws -> String {
            let result = try server.handshake(options)
            return String(result.output.split(separator: "\n").first { $0.hasPrefix("subject=") } ?? "")
        }

        @Test("LoadCredential=: tls.crt and tls.key are used when the file names no certificate")
        func credentials() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("tls", for: "given.localhost", in: folder)
            try folder.makeFolder("credentials")
            try folder.move("tls.pem", to: "credentials/tls.crt")
            try folder.move("tls.key", to: "credentials/tls.key")
            try folder.setMode(0o600, of: "credentials/tls.key")
            let file = try folder.write(
                "portico.conf", Configuration.text(server: "", Configuration.handlers))
            let server = try PorticoProcess(
                ["run", "-c", file.string],
                environment: ["CREDENTIALS_DIRECTORY": folder["credentials"].string], in: folder)
            try server.waitUntilReady()
            #expect(try subject(server).contains("given.localhost"))
            #expect(!names(in: folder["state"]).contains("ca.pem"))
        }

        @Test("A key with a passphrase, a shuffled chain, and an RSA certificate beside that of ECDSA")
        func everything() throws {
            let folder = try TemporaryFolder()
            let authority = try ClientAuthority("authority", in: folder)
            try authority.issue("leaf", usage: "serverAuth")
            let result = try run(
                "openssl", "pkcs8", "-topk8", "-in", folder["authority/leaf.key"].string, "-out",
                folder["leaf.key"].string, "-passout", "pass:open sesame")
            try #require(result.status == 0)
            try folder.setMode(0o600, of: "leaf.key")
            try folder.write("passphrase", "open sesame\n")
            try folder.write(
                "chain.pem",
                try contents(of: folder["authority/ca.pem"]) + contents(of: folder["authority/leaf.pem"]))
            let rsa = try run(
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rsa", "-keyout",
                folder["rsa.key"].string, "-out", folder["rsa.pem"].string)
            try #require(rsa.status == 0)
            let server = try PorticoProcess(
                "[tls]\ncertificate = chain.pem rsa.pem\nkey = leaf.key rsa.key\npassphrase = passphrase\n"
                    + Configuration.handlers, in: folder)
            let shown = try server.handshake("-showcerts", "-tls1_3", "-sigalgs", "ECDSA+SHA256")
            let lines = shown.output.split(separator: "\n").filter { $0.contains(" s:") }
            #expect(lines.map { $0.suffix(9) } == [" CN = leaf", " authority"].map { $0.suffix(9) })
            #expect(try subject(server, "-tls1_3", "-sigalgs", "RSA-PSS+SHA256").contains("rsa"))
            #expect(try subject(server, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256").contains("rsa"))
        }

        @Test("RFC 6066 §3: a wildcard is for one label, and an exact name comes before it")
        func wildcard() throws {
            let folder = try TemporaryFolder()
            for (file, name) in [("star", "*.a.test"), ("exact", "b.a.test"), ("tls", "default.test")] {
                try makeCertificate(file, for: name, in: folder)
            }
            let server = try PorticoProcess(
                Self.given + "[tls *.a.test]\ncertificate = star.pem\nkey = star.key\n"
                    + "[tls b.a.test]\ncertificate = exact.pem\nkey = exact.key\nminimum = 1.3\n"
                    + Configuration.handlers, in: folder)
            let cases = [
                ("c.a.test", "*.a.test"), ("C.A.TEST", "*.a.test"), ("b.a.test", "b.a.test"),
                ("a.test", "default.test"), ("d.c.a.test", "default.test"),
            ]
            for (asked, shown) in cases {
                #expect(try subject(server, "-servername", asked).hasSuffix("= \(shown)"), "\(asked)")
            }
            #expect(
                try server.handshake("-servername", "b.a.test", "-tls1_2").error.contains("protocol version"))
            #expect(try server.handshake("-servername", "c.a.test", "-tls1_2").status == 0)
        }

        @Test("SIGHUP takes new files for new handshakes; files that don't fit leave the old ones in force")
        func hangUp() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("tls", for: "old.test", in: folder)
            let server = try PorticoProcess(Self.given + Configuration.handlers, in: folder)
            let request = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
            let connected = try RawClient(server, .tls, options: ["-CAfile", folder["tls.pem"].string])
            #expect(try connected.exchange(request).status == 200)
            #expect(try subject(server).contains("old.test"))
            try makeCertificate("other", for: "other.test", in: folder)
            try folder.move("other.pem", to: "tls.pem")
            #expect(try server.hangUp().contains("refused"))
            #expect(try subject(server).contains("old.test"))
            try folder.move("other.key", to: "tls.key")
            #expect(try server.hangUp().contains("was reloaded"))
            #expect(try subject(server).contains("other.test"))
            #expect(try connected.exchange(request).status == 200)
        }

        /// How a renewal gets to its place.
        enum Renewal: String, CaseIterable {
            case inPlace, rename, certbot, kubernetes
        }

        @Test("watch = yes: a renewal is in force by itself, however it is done", arguments: Renewal.allCases)
        func watch(renewal: Renewal) throws {
            let folder = try TemporaryFolder()
            try install("old.test", 1, renewal, in: folder)
            let server = try PorticoProcess(
                "[tls]\nwatch = yes\ncertificate = live/tls.pem\nkey = live/tls.key\n"
                    + Configuration.handlers,
                in: folder)
            #expect(try subject(server).contains("old.test"))
            for (number, name) in [(2, "new.test"), (3, "newest.test")] {
                let start = server.log.lines.count
                try install(name, number, renewal, in: folder)
                try server.log.wait(from: start, containing: "was reloaded", "changes=certificates")
                #expect(try subject(server).contains(name))
            }
            #expect(!server.log.lines.contains { $0.contains("refused") })
        }

        private func install(
            _ name: String, _ number: Int, _ renewal: Renewal, in folder: TemporaryFolder
        ) throws {
            try makeCertificate("made", for: name, in: folder)
            let version = "v\(number)"
            for file in ["tls.pem", "tls.key"] {
                let made = "made.\(file.suffix(3))"
                switch renewal {
                case .inPlace: try folder.write("live/\(file)", try contents(of: folder[made]))
                case .rename:
                    try folder.makeFolder("live")
                    try folder.move(made, to: "live/\(file)")
                case .certbot:
                    try folder.makeFolder("live")
                    try folder.makeFolder("archive")
                    try folder.move(made, to: "archive/\(version)-\(file)")
                    try folder.link("live/.new", to: "../archive/\(version)-\(file)")
                    try folder.move("live/.new", to: "live/\(file)")
                case .kubernetes:
                    try folder.makeFolder("live/..\(version)")
                    try folder.move(made, to: "live/..\(version)/\(file)")
                    if number == 1 { try folder.link("live/\(file)", to: "..data/\(file)") }
                }
            }
            guard renewal == .kubernetes else { return }
            try folder.link("live/..data_tmp", to: "..\(version)")
            try folder.move("live/..data_tmp", to: "live/..data")
        }

        @Test("watch = yes: a folder that goes is told, and one of its name is watched when it comes")
        func watchedFolder() throws {
            let folder = try TemporaryFolder()
            try folder.makeFolder("live")
            try makeCertificate("live/tls", for: "old.test", in: folder)
            let server = try PorticoProcess(
                "[tls]\nwatch = yes\ncertificate = live/tls.pem\nkey = live/tls.key\n"
                    + Configuration.handlers,
                in: folder)
            try folder.move("live", to: "gone")
            try server.log.wait(containing: " warning: ", "can't be watched", "folder=\(folder["live"])")
            try folder.makeFolder("coming")
            try makeCertificate("coming/tls", for: "new.test", in: folder)
            let start = server.log.lines.count
            try folder.move("coming", to: "live")
            try server.log.wait(from: start, containing: "was reloaded", "changes=certificates")
            #expect(try subject(server).contains("new.test"))
        }

        @Test(
            "watch = yes: a renewal keeps the local authority, whose certificate clients have; SIGHUP makes one"
        )
        func renewalKeepsAuthority() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("tls", for: "given.example", in: folder)
            let server = try PorticoProcess(
                "[tls]\nwatch = yes\n[tls given.example]\ncertificate = tls.pem\nkey = tls.key\n"
                    + Configuration.handlers,
                in: folder)
            let authority = try folder.write("old.pem", try contents(of: server.authority))
            try folder.delete("state/ca.pem")
            try folder.delete("state/ca.key")
            try makeCertificate("made", for: "given.example", in: folder)
            let start = server.log.lines.count
            try folder.move("made.key", to: "tls.key")
            try folder.move("made.pem", to: "tls.pem")
            let line = try server.log.wait(from: start, containing: " reload")
            #expect(server.log.lines[line].contains("was reloaded"))
            let shown = try server.handshake(
                "-servername", "wiki.test", "-verify_return_error", "-CAfile", authority.string)
            #expect(shown.output.contains("Verify return code: 0 (ok)"), "\(shown)")
            #expect(!names(in: folder["state"]).contains("ca.pem"))
            #expect(try server.hangUp().contains("was reloaded"))
            let download = try server.curl("/.well-known/portico/ca.pem")
            #expect(try download.output == contents(of: server.authority))
            #expect(try download.output != contents(of: authority))
        }

        @Test("watch = yes: what is not the certificates' changes nothing, nor does the configuration's file")
        func otherFiles() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("tls", for: "old.test", in: folder)
            let server = try PorticoProcess(
                "[tls]\nwatch = yes\n" + Self.given + Configuration.handlers, in: folder)
            try folder.write("other.pem", "nothing")
            try folder.write("portico.conf", "[nonsense]\n")
            try makeCertificate("made", for: "new.test", in: folder)
            let start = server.log.lines.count
            try folder.move("made.key", to: "tls.key")
            try folder.move("made.pem", to: "tls.pem")
            let line = try server.log.wait(from: start, containing: " reload")
            #expect(server.log.lines[line].contains("was reloaded"))
            #expect(server.log.lines[start..<line].filter { $0.contains("reload") } == [])
            #expect(try subject(server).contains("new.test"))
        }

        @Test(
            "A certificate that ends soon is told in the log and in STATUS=; check takes it",
            arguments: [("20400101000000Z", false), ("in 3 days", true)])
        func nearExpiry(end: String, isTold: Bool) throws {
            let folder = try TemporaryFolder()
            let server = try startWithEnd(isTold ? nextDays(3) : end, in: folder)
            let told = server.log.lines.filter { $0.contains("needs to be renewed") }
            #expect(told.count == (isTold ? 1 : 0))
            #expect(
                told.allSatisfy { $0.contains(" warning: ") && $0.contains("CN=leaf expires in 3 days") },
                "\(told)")
            #expect(try status(server).contains("CN=leaf expires in 3 days") == isTold)
            #expect(try check(folder).status == 0)
        }

        @Test("An expired certificate is an error of check; a daemon serves with it, and says so as an error")
        func expired() throws {
            let folder = try TemporaryFolder()
            let server = try startWithEnd("20210101000000Z", in: folder)
            #expect(
                server.log.lines.contains { $0.contains(" error: ") && $0.contains("CN=leaf has expired") })
            #expect(try status(server).contains("CN=leaf has expired"))
            #expect(try subject(server).contains("leaf"))
            let checked = try check(folder)
            #expect(checked.status == 78)
            #expect(checked.error.contains("error: "))
            #expect(checked.error.contains("the certificate of CN=leaf has expired"))
        }

        @Test(
            "A reload takes up an expired certificate, and check --reload, by which systemctl tells, agrees")
        func expiredReload() throws {
            let folder = try TemporaryFolder()
            let server = try startWithEnd("20210101000000Z", in: folder)
            #expect(try server.hangUp().contains("configuration was reloaded"))
            let checked = try run(
                PorticoProcess.binary, "check", "--reload", "-c", folder["portico.conf"].string)
            #expect(checked.status == 0)
            #expect(checked.error.contains("warning: "))
            #expect(checked.error.contains("the certificate of CN=leaf has expired"))
        }

        private func startWithEnd(_ end: String, in folder: TemporaryFolder) throws -> PorticoProcess {
            let authority = try ClientAuthority("authority", in: folder)
            try authority.issue("leaf", to: end, usage: "serverAuth")
            return try PorticoProcess(
                "[tls]\ncertificate = authority/leaf.pem\nkey = authority/leaf.key\n"
                    + Configuration.handlers,
                in: folder)
        }

        /// A moment in so many days and a half, as `openssl ca` has it.
        private func nextDays(_ days: Int) throws -> String {
            let made = try run("date", "-u", "-d", "\(days * 24 + 12) hours", "+%Y%m%d%H%M%SZ")
            return String(made.output.prefix(15))
        }

        private func check(_ folder: TemporaryFolder) throws -> ProgramResult {
            try run(PorticoProcess.binary, "check", "-c", folder["portico.conf"].string)
        }

        /// The line that STATUS= has.
        private func status(_ server: PorticoProcess) throws -> String {
            let start = server.log.lines.count
            server.signal(SIGUSR1)
            let line = try server.log.wait(from: start, containing: "Serving ")
            return server.log.lines[line]
        }

        @Test("SSLKEYLOGFILE: secrets of every connection, 0600, with a warning in the log and in STATUS=")
        func keyLog() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "portico.conf", Configuration.text(server: "", Configuration.handlers))
            let server = try PorticoProcess(
                ["run", "-c", file.string], environment: ["SSLKEYLOGFILE": folder["secrets"].string],
                in: folder)
            try server.waitUntilReady()
            let own = folder["own"].string
            let result = try server.handshake("-tls1_3", "-keylogfile", own)
            #expect(result.status == 0)
            let secrets = try contents(of: folder["secrets"]).split(separator: "\n")
            let theirs = try contents(of: folder["own"]).split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(secrets.count >= 4)
            #expect(Set(theirs).isSubset(of: Set(secrets)))
            #expect(try folder["secrets"].stat().permissions == [.ownerReadWrite])
            #expect(
                server.log.lines.contains { $0.contains(" warning: ") && $0.contains("TLS secrets go to") })
            #expect(try status(server).contains("TLS secrets are written to \(folder["secrets"])"))
        }

        @Test(
            "ticket_keys: a session resumes on another machine with the same keys, and after a reload that adds one",
            arguments: ["-tls1_2", "-tls1_3"])
        func sharedTickets(version: String) throws {
            let keys = try TemporaryFolder()
            for name in ["first", "second"] {
                try #require(run("openssl", "rand", "-out", keys[name].string, "80").status == 0)
                try keys.setMode(0o600, of: name)
            }
            // Machines behind a balancer have one certificate too.
            try makeCertificate("tls", for: "localhost", in: keys)
            let tls = "[tls]\ncertificate = \(keys["tls.pem"])\nkey = \(keys["tls.key"])\nticket_keys = "
            let (one, two) = (
                try PorticoProcess(tls + "\(keys["first"])\n" + Configuration.handlers),
                try PorticoProcess(tls + "\(keys["first"])\n" + Configuration.handlers)
            )
            let saved = keys["session"].string
            let request = "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
            func resumes(_ server: PorticoProcess) throws -> Bool {
                try server.handshake([version, "-ign_eof", "-sess_in", saved], input: request).output
                    .contains("\"resumed\" : true")
            }
            _ = try one.handshake([version, "-ign_eof", "-sess_out", saved], input: request)
            #expect(try resumes(two))
            try two.reload(tls + "\(keys["second"]) \(keys["first"])\n" + Configuration.handlers)
            #expect(try resumes(two))
            try two.reload(tls + "\(keys["second"])\n" + Configuration.handlers)
            #expect(try !resumes(two))
            #expect(try resumes(one))
        }
    }
}
