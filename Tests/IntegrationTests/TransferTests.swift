// Large bodies in constant memory, in both directions, and slow clients that hold up nobody.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Large transfers", .timeLimit(.minutes(1)))
    struct TransferTests {
        /// In KiB, far below the size of what is sent.
        private static let memoryGrowth = 64 * 1024
        /// `PORTICO_LARGE_GIB=10` takes half a minute and more.
        private static let size: Int64 = {
            guard let text = unsafe getenv("PORTICO_LARGE_GIB") else { return 2 << 30 }
            return unsafe (Int64(String(cString: text)) ?? 2) << 30
        }()

        @Test("A download of any size takes constant memory")
        func download() throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: Self.size)
            try folder.write("www/small", "")
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            #expect(try server.curl("/files/small", .plain).status == 0)
            let before = try server.status("VmHWM")
            let result = try server.curl("/files/large", .plain, "-o", "/dev/null", "-w", "%{size_download}")
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == "\(Self.size)")
            #expect(try server.growth(of: "VmHWM", since: before) < Self.memoryGrowth)
        }

        @Test("A download of 1 GiB over TLS takes constant memory", arguments: Transport.secure)
        func downloadTLS(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 1 << 30)
            try folder.write("www/small", "")
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            #expect(try server.curl("/files/small").status == 0)
            let before = try server.status("VmHWM")
            let result = try server.curl(
                "/files/large", transport, "-o", "/dev/null", "-w", "%{size_download}")
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == "\(1 << 30)")
            #expect(try server.growth(of: "VmHWM", since: before) < Self.memoryGrowth)
        }

        @Test(
            "An upload arrives whole, by its length and in chunks",
            arguments: [[], ["-H", "Transfer-Encoding: chunked"]])
        func upload(options: [String]) throws {
            let folder = try TemporaryFolder()
            try folder.write("form", "text=" + String(repeating: "a", count: 8 << 20))
            let server = try PorticoProcess("[handler /echo]\nmodule = echo\nform_bytes = 16M")
            for transport in Transport.allCases {
                let answer = try server.startCurl(
                    "/echo", transport, options + ["--data-binary", "@\(folder["form"])"]
                ).finish()
                #expect(answer.status == 0, "\(answer.error)")
                #expect(answer.output.utf8.count == "You submitted text = \n".utf8.count + 8 << 20)
            }
        }

        @Test(
            "An upload that is too large is told so while it is sent, and takes no memory",
            arguments: Transport.allCases)
        func refusedUpload(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.resize("large", to: 1 << 30)
            let server = try PorticoProcess()
            #expect(try server.curl("/echo", transport).status == 0)
            let before = try server.status("VmHWM")
            for coding in ["Transfer-Encoding: chunked", "X-None: 1"] {
                let result = try server.curl(
                    "/echo", transport, "-X", "POST", "-H", "Expect:", "-H", coding, "-H",
                    "Content-Type: application/x-www-form-urlencoded", "-T", folder["large"].string, "-o",
                    "/dev/null", "-w", "%{http_code}")
                #expect(result.output == "413", "\(coding): \(result.error)")
            }
            #expect(try server.growth(of: "VmHWM", since: before) < Self.memoryGrowth)
        }

        @Test("Many slow readers of a large file cost no memory of its size")
        func slowReaders() throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 1 << 30)
            try folder.write("www/small", "")
            let server = try PorticoProcess(
                server: "workers = 1", Configuration.files(folder["www"]), in: folder)
            #expect(try server.curl("/files/small").status == 0)
            let before = try server.status("VmHWM")
            let clients = try (1...40).map { _ in try RawClient(server, receiveBuffer: 4096) }
            for client in clients {
                try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
                while !client.hasBytes { _ = try server.curl("/files/small", .plain) }
            }
            #expect(try server.growth(of: "VmHWM", since: before) < Self.memoryGrowth)
        }
    }
}
