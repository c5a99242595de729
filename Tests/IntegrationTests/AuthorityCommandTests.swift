// `portico ca` and `portico cert`: what they print and write, and who trusts the authority then. The system's trust store
// is a copy in a mount namespace, and the home folder is the test's.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("portico ca and portico cert", .timeLimit(.minutes(2)))
    struct AuthorityCommandTests {
        private let server: PorticoProcess
        private var folder: TemporaryFolder { server.folder }
        private var file: String { folder["portico.conf"].string }

        init() throws { server = try PorticoProcess() }

        /// Runs the program with a home of its own, and with the folder's configuration.
        private func portico(_ words: String...) throws -> ProgramResult {
            try run([PorticoProcess.binary] + words + ["-c", file], environment: home)
        }

        private var home: [String: String] { ["HOME": folder["home"].string, "SUDO_USER": ""] }

        /// Runs lines of shell where `portico` changes a copy of the system's trust store; `$0` is the program, `$1` the
        /// file, `$2` the port.
        private func withOwnTrust(_ script: String) throws -> ProgramResult {
            try folder.makeFolder("home")
            return try run(
                [
                    Scripts.path("own_trust.sh"), folder["trust"].string, "bash", "-uc", script,
                    PorticoProcess.binary, file, "\(server.port(.tls))",
                ], environment: home)
        }

        @Test("show: name, file, fingerprint as openssl prints it, dates, what it may sign for")
        func show() throws {
            let shown = try portico("ca", "show")
            #expect(shown.status == 0, "\(shown.error)")
            let openssl = try run(
                "openssl", "x509", "-in", server.authority.string, "-noout", "-fingerprint", "-sha256",
                "-subject")
            let fingerprint = try #require(openssl.output.firstMatch(of: /=([0-9A-F:]{95})/)?.output.1)
            let name = try #require(openssl.output.firstMatch(of: /CN = (.+)/)?.output.1)
            #expect(shown.output.contains("name: \(name)\n"))
            #expect(shown.output.contains("file: \(server.authority)\n"))
            #expect(shown.output.contains("SHA-256: \(fingerprint)\n"))
            #expect(shown.output.firstMatch(of: /valid: \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n/) != nil)
            #expect(shown.output.contains("signs for: localhost local test internal home.arpa 127.0.0.0/8 "))
        }

        @Test("export: the certificate alone, in PEM or DER", arguments: [[], ["--pem"], ["--der"]])
        func export(options: [String]) throws {
            let script = "\"$0\" ca export -c \"$1\" $3 | openssl x509 -inform $4 -noout -serial"
            let exported = try run(
                "sh", "-c", script, PorticoProcess.binary, file, "", options.first ?? "",
                options == ["--der"] ? "der" : "pem")
            let serial = try run("openssl", "x509", "-in", server.authority.string, "-noout", "-serial")
            #expect(exported.output == serial.output)
            if options != ["--der"] {
                #expect(try portico("ca", "export").output == contents(of: server.authority))
            }
        }

        @Test(
            "Without an authority, show and export say so with status 1 and make none",
            arguments: ["show", "export"])
        func none(command: String) throws {
            let empty = try TemporaryFolder()
            let file = try empty.write("a.conf", Configuration.handlers)
            let result = try run(
                [PorticoProcess.binary, "ca", command, "-c", file.string],
                environment: ["HOME": empty.path.string])
            #expect(result.status == 1)
            #expect(result.error.contains("There is no authority in \(empty.path)"))
            #expect(names(in: empty.path) == ["a.conf"])
        }

        @Test("install: every program of the system trusts it, within its names only; remove: none does")
        func systemStore() throws {
            let result = try withOwnTrust(
                """
                get() { curl -sS -o /dev/null --noproxy '*' --resolve "$1:$port:127.0.0.1" "https://$1:$port/"; }
                port=$2
                get wiki.test && echo trusted before
                "$0" ca install -c "$1" && "$0" ca install -c "$1" || echo install failed
                get wiki.test && get localhost && echo trusted
                get www.example.com && echo trusted outside
                stat -c %a /usr/local/share/ca-certificates/portico-*.crt
                "$0" ca remove -c "$1" && "$0" ca remove -c "$1" || echo remove failed
                get wiki.test && echo trusted after
                ls /usr/local/share/ca-certificates /etc/ssl/certs | grep portico
                """)
            let lines = result.output.split(separator: "\n").filter { !$0.contains("/home") }
            #expect(
                lines == [
                    "The system's store now trusts it.", "The system's store now trusts it.", "trusted",
                    "644",
                    "The system's store no longer trusts it.", "The system's store does not have it.",
                ], "\(result.output)\(result.error)")
        }

        @Test("Hooks of update-ca-certificates, such as Java's, are told of both")
        func hooks() throws {
            let result = try withOwnTrust(
                """
                printf '#!/bin/sh\\ngrep portico >>"$HOME/told"; true\\n' >/etc/ca-certificates/update.d/test
                chmod +x /etc/ca-certificates/update.d/test
                "$0" ca install -c "$1" && "$0" ca remove -c "$1" || echo failed
                cat "$HOME/told"
                """)
            let told = result.output.split(separator: "\n").suffix(2)
            #expect(
                told.first?.wholeMatch(of: /\+\/etc\/ssl\/certs\/portico-[0-9a-f]{16}\.pem/) != nil,
                "\(result)")
            #expect(told.last?.dropFirst() == told.first?.dropFirst())
            #expect(told.last?.first == "-")
        }

        @Test("install without root does the browsers' part, and says how to do the rest")
        func withoutRoot() throws {
            // Root is nobody special in a user namespace where it has another number.
            let launcher = geteuid() == 0 ? ["unshare", "--map-user=1000", "--"] : []
            try folder.makeFolder("home")
            try folder.makeFolder("home/.mozilla")
            try folder.makeFolder("home/.mozilla/firefox")
            try makeDatabase("home/.mozilla/firefox/a.default")
            let result = try run(
                launcher + [PorticoProcess.binary, "ca", "install", "-c", file], environment: home)
            #expect(result.status == 0, "\(result.error)")
            #expect(
                result.output.contains(
                    "Left out: the system's store needs root: run the same command with sudo\n"))
            #expect(result.output.contains("/home/.mozilla/firefox/a.default now trusts it.\n"))
        }

        private func makeDatabase(_ name: String) throws {
            try folder.makeFolder(name)
            let made = try run("certutil", "-N", "--empty-password", "-d", "sql:\(folder[name])")
            try #require(made.status == 0, "\(made.error)")
        }

        @Test("Each database of a browser is found: system's, Snap's, Flatpak's; trusted for servers only")
        func databases() throws {
            let databases = [
                "home/.pki/nssdb", "home/.local/share/pki/nssdb", "home/snap/chromium/current/.pki/nssdb",
                "home/.var/app/org.chromium.Chromium/.pki/nssdb", "home/.mozilla/firefox/a.default",
                "home/.mozilla/firefox/b.work", "home/snap/firefox/common/.mozilla/firefox/c",
                "home/.var/app/org.mozilla.firefox/.mozilla/firefox/d", "home/.config/mozilla/firefox/e",
            ]
            for database in databases {
                try #require(try run("mkdir", "-p", folder[database].string).status == 0)
                try makeDatabase(database)
            }
            let install = try withOwnTrust("\"$0\" ca install -c \"$1\"")
            #expect(install.status == 0, "\(install.error)")
            for database in databases {
                let list = try run("certutil", "-L", "-d", "sql:\(folder[database])").output
                #expect(list.firstMatch(of: /Portico local CA .* C,,/) != nil, "\(database): \(list)")
            }
            let remove = try withOwnTrust("\"$0\" ca remove -c \"$1\"")
            #expect(remove.status == 0, "\(remove.error)")
            for database in databases {
                #expect(
                    try !run("certutil", "-L", "-d", "sql:\(folder[database])").output.contains("Portico"))
            }
        }

        @Test("Of authorities with one name, as they had before 2026-11, remove takes the right one")
        func sharedName() throws {
            try folder.makeFolder("home/.mozilla/firefox")
            try makeDatabase("home/.mozilla/firefox/a")
            try makeDatabase("home/.mozilla/firefox/b")
            for name in ["one", "two"] { try makeNamesake(name) }
            #expect(try commandWithoutRoot("install", namesake: "one").status == 0)
            try folder.move("home/.mozilla/firefox/b", to: "home/b")
            #expect(try commandWithoutRoot("install", namesake: "two").status == 0)
            try folder.move("home/b", to: "home/.mozilla/firefox/b")
            let removed = try commandWithoutRoot("remove", namesake: "two")
            #expect(removed.output.contains("/a no longer trusts it."), "\(removed)")
            #expect(removed.output.contains("/b does not have it."), "\(removed)")
            for name in ["a", "b"] {
                let kept = try run(
                    "certutil", "-L", "-n", "Portico local CA (box)", "-a", "-d",
                    "sql:\(folder["home/.mozilla/firefox/\(name)"])")
                #expect(
                    try kept.output.replacing("\r\n", with: "\n") == contents(of: folder["one/ca.pem"]),
                    "\(name)")
            }
        }

        /// An authority with a name that others have, and a configuration for it.
        private func makeNamesake(_ name: String) throws {
            try folder.makeFolder(name)
            let made = try run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=Portico local CA (box)", "-days", "30", "-keyout",
                folder["\(name)/ca.key"].string, "-out", folder["\(name)/ca.pem"].string)
            try #require(made.status == 0, "\(made.error)")
            try folder.write(
                "\(name).conf", "[server]\nstate_directory = \(name)\n[handler /]\nmodule = echo\n")
        }

        private func commandWithoutRoot(_ command: String, namesake: String) throws -> ProgramResult {
            let launcher = geteuid() == 0 ? ["unshare", "--map-user=1000", "--"] : []
            return try run(
                launcher + [PorticoProcess.binary, "ca", command, "-c", folder["\(namesake).conf"].string],
                environment: home)
        }

        @Test("Where certutil is missing, one line says which package has it")
        func withoutCertutil() throws {
            let result = try withOwnTrust(
                """
                mkdir -p "$HOME/bin" && printf '#!/bin/sh\\n' >"$HOME/bin/update-ca-certificates"
                chmod +x "$HOME/bin/update-ca-certificates"
                mount --bind /dev/null /usr/bin/certutil
                PATH="$HOME/bin:/usr/bin:/bin" "$0" ca install -c "$1"
                """)
            #expect(
                result.output.contains(
                    "Left out: Chromium and Firefox: certutil is not installed (Debian: libnss3-tools"),
                "\(result.output)\(result.error)")
        }

        @Test("p11-kit's trust is used where there is no update-ca-certificates")
        func p11Kit() throws {
            // The module has a folder of its own, and a hook after changes, as Fedora has it; Debian has neither.
            let result = try withOwnTrust(
                """
                modules=/usr/share/p11-kit/modules hooks=/usr/libexec/p11-kit
                mkdir "$HOME/anchors" "$HOME/modules" "$HOME/hooks"
                sed "s|^x-init-reserved:.*|x-init-reserved: paths='$HOME/anchors'|" $modules/p11-kit-trust.module \
                    >"$HOME/modules/p11-kit-trust.module"
                printf '#!/bin/sh\nexec trust extract --overwrite --format=pem-bundle --purpose=server-auth \
                    --filter=ca-anchors "%s/bundle.pem"\n' "$HOME" >"$HOME/hooks/trust-extract-compat"
                chmod +x "$HOME/hooks/trust-extract-compat"
                mount --bind "$HOME/modules" $modules && mount --bind "$HOME/hooks" $hooks
                mount --bind /dev/null /usr/sbin/update-ca-certificates
                port=$2
                export CURL_CA_BUNDLE="$HOME/bundle.pem"
                get() { curl -sS -o /dev/null --noproxy '*' --resolve "$1:$port:127.0.0.1" "https://$1:$port/"; }
                "$0" ca install -c "$1" && "$0" ca install -c "$1" || echo install failed
                ls "$HOME/anchors" | wc -l
                get wiki.test && echo trusted
                get www.example.com && echo trusted outside
                "$0" ca remove -c "$1" && "$0" ca remove -c "$1" || echo remove failed
                ls "$HOME/anchors"
                get wiki.test && echo trusted after
                """)
            let lines = result.output.split(separator: "\n").filter { !$0.contains("/home") }
            #expect(
                lines == [
                    "The system's store now trusts it.", "The system's store now trusts it.", "1", "trusted",
                    "The system's store no longer trusts it.", "The system's store no longer trusts it.",
                ], "\(result.output)\(result.error)")
        }

        @Test(
            "Chromium loads a page without a warning after install, not before, and not outside the names",
            .enabled(if: Browser.path != nil, "chromium is not installed; make setup-test does that"),
            arguments: [true, false])
        func chromium(isFirstStart: Bool) throws {
            // Its first start makes the database, at a place that differs between versions.
            if !isFirstStart { #expect(!(try visit("wiki.test").contains("ALPN"))) }
            let install = try withOwnTrust("\"$0\" ca install -c \"$1\"")
            #expect(
                install.output.contains(/\/home\/\S*nssdb now trusts it.\n/),
                "\(install.output)\(install.error)")
            for host in ["localhost", "wiki.test"] {
                let page = try visit(host)
                #expect(page.contains(/ALPN<\/th><td[^>]*>h2</), "\(page)")
            }
            #expect(!(try visit("www.example.com").contains("ALPN")))
        }

        /// What Chromium makes of a page, without any flag about certificates.
        private func visit(_ host: String) throws -> String {
            try run(
                [
                    try #require(Browser.path), "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                    "--user-data-dir=\(folder["profile"])", "--host-resolver-rules=MAP * 127.0.0.1",
                    "--dump-dom", "https://\(host):\(server.port(.tls))/",
                ], environment: home
            ).output
        }

        @Test("cert: a server's certificate for names and addresses, the key for its owner only")
        func serverCertificate() throws {
            let made = try portico("cert", "*.wiki.test", "192.168.1.7", "::1", "--days", "30", "--out", out)
            #expect(made.status == 0, "\(made.error)")
            let name = "\(out)/_wildcard.wiki.test+2"
            #expect(made.output == "\(name).key\n\(name).pem\n")
            #expect(try run("stat", "-c", "%a", "\(name).key", "\(name).pem").output == "600\n644\n")
            let verified = try run(
                "openssl", "verify", "-x509_strict", "-CAfile", server.authority.string, "-purpose",
                "sslserver",
                "-verify_hostname", "a.wiki.test", "\(name).pem")
            #expect(verified.status == 0, "\(verified.error)")
            let text = try run("openssl", "x509", "-in", "\(name).pem", "-noout", "-text").output
            #expect(text.contains("DNS:*.wiki.test, IP Address:192.168.1.7, IP Address:0:0:0:0:0:0:0:1"))
            #expect(
                try run("openssl", "x509", "-in", "\(name).pem", "-noout", "-checkend", "2591000").status == 0
            )
            #expect(
                try run("openssl", "x509", "-in", "\(name).pem", "-noout", "-checkend", "2593000").status == 1
            )
        }

        private var out: String { folder.path.string }

        @Test("cert --client: e-mail addresses, for clients only")
        func clientCertificate() throws {
            #expect(try portico("cert", "ann@example.org", "--client", "--out", out).status == 0)
            let name = "\(out)/ann@example.org-client.pem"
            let verified = try run(
                "openssl", "verify", "-x509_strict", "-CAfile", server.authority.string, "-purpose",
                "sslclient",
                "-verify_email", "ann@example.org", name)
            #expect(verified.status == 0, "\(verified.error)")
            #expect(
                try run(
                    "openssl", "verify", "-CAfile", server.authority.string, "-purpose", "sslserver", name
                ).status
                    != 0)
            #expect(
                try run("openssl", "x509", "-in", name, "-noout", "-subject").output
                    == "subject=CN = ann@example.org\n")
        }

        @Test("cert --p12: key, certificate and authority, by the password that was chosen or printed")
        func pkcs12() throws {
            let printed = try portico("cert", "a.test", "--p12", "--out", out)
            let password = try #require(printed.output.firstMatch(of: /\npassword: (\w{20})\n/)?.output.1)
            let chosen = try portico("cert", "b.test", "--p12", "--password", "open sesame", "--out", out)
            #expect(chosen.output == "\(out)/b.test.p12\n")
            for (name, password) in [("a.test", String(password)), ("b.test", "open sesame")] {
                let file = "\(out)/\(name).p12"
                #expect(try run("stat", "-c", "%a", file).output == "600\n")
                let read = try run("openssl", "pkcs12", "-in", file, "-noenc", "-passin", "pass:\(password)")
                #expect(read.output.ranges(of: "BEGIN CERTIFICATE").count == 2)
                try folder.write(read.output, to: "read.pem")
                let key = try run("openssl", "pkey", "-in", "\(out)/read.pem", "-pubout")
                #expect(key.status == 0, "\(key.error)")
                let certified = try run("openssl", "x509", "-in", "\(out)/read.pem", "-pubkey", "-noout")
                #expect(key.output == certified.output)
                #expect(try run("openssl", "pkcs12", "-in", file, "-noenc", "-passin", "pass:x").status != 0)
            }
        }

        @Test(
            "cert never replaces a file unless it is told to, and leaves no half of a pair",
            arguments: ["key", "pem"])
        func overwriting(suffix: String) throws {
            try folder.write("mine", to: "a.test.\(suffix)")
            let refused = try portico("cert", "a.test", "--out", out)
            #expect(refused.status == 1)
            #expect(refused.error.contains("a.test.\(suffix) is there already; --force replaces it"))
            #expect(try contents(of: folder["a.test.\(suffix)"]) == "mine")
            #expect(names(in: folder.path).count { $0.hasPrefix("a.test") } == 1)
            #expect(try portico("cert", "a.test", "--out", out, "--force").status == 0)
            #expect(try contents(of: folder["a.test.\(suffix)"]).contains("BEGIN"))
        }

        @Test("cert leaves no part of a file that it could not write")
        func interrupted() throws {
            // The limit stands for a disk that is full.
            let result = try run(
                [
                    "env", "--ignore-signal=XFSZ", "prlimit", "--fsize=100", PorticoProcess.binary, "cert",
                    "a.test", "--out", out, "-c", file,
                ], environment: home)
            #expect(result.status == 1)
            #expect(result.error.contains("a.test.key: file cannot be written"), "\(result.error)")
            #expect(!names(in: folder.path).contains { $0.contains("a.test") })
        }

        @Test(
            "cert refuses what the authority may not sign for, and what is no name, with status 1",
            arguments: ["www.example.com", "8.8.8.8", "a b", "a,DNS:b.test", "../a.test", "ann@example.org"])
        func refused(name: String) throws {
            let result = try portico("cert", name, "--out", out)
            #expect(result.status == 1)
            #expect(!result.error.isEmpty)
            #expect(!names(in: folder.path).contains { $0.hasSuffix(".pem") })
        }

        @Test("cert makes the authority that portico serve will use, when there is none")
        func firstUse() throws {
            let empty = try TemporaryFolder()
            let file = try empty.write("a.conf", Configuration.handlers)
            let result = try run(
                [PorticoProcess.binary, "cert", "a.test", "--out", empty.path.string, "-c", file.string],
                environment: ["HOME": empty.path.string, "SUDO_USER": ""])
            #expect(result.status == 0, "\(result.error)")
            #expect(names(in: empty[".local/share/portico"]).contains("ca.pem"))
        }
    }
}
