// HTTP/2 as the clients speak it that people use: nghttp, h2load, curl and Chromium.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("HTTP/2 clients", .timeLimit(.minutes(1)))
    struct HTTP2ClientTests {
        @Test("nghttp: a page, a download and an upload over one connection")
        func nghttp() throws {
            let server = try probeServer()
            try server.folder.resize("upload", to: 1 << 20)
            let result = try run(
                "nghttp", "-nv", "--no-verify-peer", server.local("/"), server.local("/files/middle"),
                server.local("/probe/trailers"))
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output.ranges(of: "The negotiated protocol: h2").count == 1)
            #expect(result.output.ranges(of: ":status: 200").count == 3, "\(result.output)")
            #expect(result.output.contains("content-digest: done"))
            let upload = try run(
                "nghttp", "-v", "--no-verify-peer", "--trailer=x-trailer: yes", "-d",
                server.folder["upload"].string, server.local("/probe/count"))
            #expect(upload.output.contains("1048576 bytes"), "\(upload.output.suffix(500))")
        }

        @Test("nghttp: a refusal, and a response that is cut")
        func refusals() throws {
            let server = try probeServer()
            let result = try run(
                "nghttp", "-nv", "--no-verify-peer", server.local("/files/none"), server.local("/probe/few"))
            #expect(result.output.contains(":status: 404"), "\(result.output)")
            #expect(result.output.contains("error_code=INTERNAL_ERROR(0x02)"), "\(result.output)")
        }

        @Test("h2load: many streams of many connections, none of which fails")
        func h2load() throws {
            let server = try probeServer(server: "access_log = no")
            for path in ["/echo?text=a", "/files/middle"] {
                let number = path.contains("middle") ? 200 : 4000
                let result = try run(
                    "h2load", "-n", "\(number)", "-c", "8", "-m", "32", server.local(path))
                #expect(
                    result.output.contains("\(number) succeeded, 0 failed, 0 errored, 0 timeout"),
                    "\(result.output)")
            }
        }

        @Test("curl: asks for HTTP/2 by itself, and gets many files over one connection")
        func curl() throws {
            let server = try probeServer()
            let result = try run(
                "curl", "-sS", "--cacert", server.authority.string, "--resolve",
                "localhost:\(server.port(.tls)):127.0.0.1", "-Z", "-w", "%{http_version} %{num_connects}\n",
                "-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null",
                server.url("/files/middle"), server.url("/echo"), server.url("/"))
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("2 ") }, "\(result)")
        }

        @Test(
            "Chromium: the page says that it was asked for over h2",
            .enabled(if: Browser.path != nil, "chromium is not installed; make setup-test does that"))
        func chromium() throws {
            let server = try probeServer()
            let key = try run(
                "sh", "-c",
                "openssl s_client -connect 127.0.0.1:$0 -servername localhost </dev/null 2>/dev/null | "
                    + "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | "
                    + "openssl dgst -sha256 -binary | openssl base64", "\(server.port(.tls))")
            let hash = try #require(key.output.split(separator: "\n").first)
            let profile = server.folder["profile"].string
            let page = try run(
                [
                    try #require(Browser.path), "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                    "--user-data-dir=\(profile)", "--ignore-certificate-errors-spki-list=\(hash)",
                    "--dump-dom", "https://localhost:\(server.port(.tls))/",
                ], environment: ["HOME": server.folder.path.string])
            let protocols = page.output.ranges(of: /ALPN<\/th><td[^>]*>h2</)
            #expect(protocols.count == 1, "\(page.output)\(page.error)")
            #expect(page.output.contains("HTTP/2"))
        }
    }
}

extension PorticoProcess {
    /// An address for clients that are told neither a name nor whom to trust.
    fileprivate func local(_ path: String) -> String { "https://127.0.0.1:\(port(.http2))\(path)" }
}
