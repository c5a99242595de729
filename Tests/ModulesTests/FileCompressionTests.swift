import Compression
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

private let text = String(repeating: "All work and no play. ", count: 500)
private let large = String(repeating: text, count: 30)

@Suite("files: compressed as they are sent", .timeLimit(.minutes(1)))
struct FileCompressionTests {
    private func site() throws -> Site {
        try Site([
            "a.txt": text, "large.txt": large, "small.txt": "x", "a.png": text, "a.svg": text, "a.json": text,
        ])
    }

    @Test(
        "compress = yes: what a client takes, of equals zstd before br before gzip",
        arguments: [
            ("gzip", ContentCoding.gzip), ("br", .brotli), ("zstd", .zstd),
            ("gzip, deflate, br, zstd", .zstd),
            ("gzip, br", .brotli), ("br;q=0.5, gzip", .gzip),
        ], ["/a.txt", "/a.svg", "/a.json"])
    func compresses(_ row: (String, ContentCoding), _ target: String) async throws {
        let site = try site()
        let response = try await site.get(target, [.acceptEncoding: row.0], section: "compress = yes")
        #expect(response.fields[.contentEncoding] == row.1.rawValue)
        #expect(response.body == row.1.encode(Array(text.utf8)))
        #expect(response.fields[.vary] == "Accept-Encoding")
        #expect(response.fields[.acceptRanges] == nil)
        let tag = try #require(response.fields[.eTag])
        #expect(tag.hasPrefix("W/\"") && tag.hasSuffix("-\(row.1.rawValue)\""))
        let again: HTTPFields = [.acceptEncoding: row.0, .ifNoneMatch: tag]
        #expect(try await site.get(target, again, section: "compress = yes").status == .notModified)
    }

    @Test("A large file is compressed as it is sent, without a length")
    func stream() async throws {
        for coding in [ContentCoding.gzip, .brotli, .zstd] {
            let fields: HTTPFields = [.acceptEncoding: coding.rawValue]
            let response = try await site().get("/large.txt", fields, section: "compress = yes")
            #expect(response.fields[.contentEncoding] == coding.rawValue)
            #expect(response.length == nil)
            #expect(response.body.count < large.utf8.count / 20)
            let head = try await site().get("/large.txt", fields, method: .head, section: "compress = yes")
            #expect(head.fields[.contentEncoding] == coding.rawValue)
            #expect(head.length == nil)
        }
    }

    @Test(
        "What is small, no text, asked for in parts or by who takes no coding is sent as it is",
        arguments: [
            ("/small.txt", [.acceptEncoding: "gzip"]), ("/a.png", [.acceptEncoding: "gzip"]), ("/a.txt", [:]),
            ("/a.txt", [.acceptEncoding: "gzip;q=0"]), ("/a.txt", [.acceptEncoding: "identity, gzip;q=0.5"]),
            ("/a.txt", [.acceptEncoding: "gzip", .range: "bytes=0-9"]),
            ("/a.txt?bytes=9", [.acceptEncoding: "gzip"]),
        ] as [(String, HTTPFields)])
    func plain(_ target: String, _ fields: HTTPFields) async throws {
        let response = try await site().get(target, fields, section: "compress = yes")
        #expect(response.fields[.contentEncoding] == nil)
        #expect(response.fields[.vary] == (target.hasPrefix("/a.txt") ? "Accept-Encoding" : nil))
    }

    @Test("By default nothing is compressed, and compress_bytes says from which size")
    func keys() async throws {
        let fields: HTTPFields = [.acceptEncoding: "gzip"]
        #expect(try await site().get("/a.txt", fields).fields[.contentEncoding] == nil)
        #expect(try await site().get("/a.txt", fields).fields[.vary] == nil)
        for (minimum, coding) in [("1", "gzip"), ("2", nil)] {
            let section = "compress = yes\ncompress_bytes = \(minimum)"
            #expect(
                try await site().get("/small.txt", fields, section: section).fields[.contentEncoding]
                    == coding)
        }
    }

    @Test("A neighbour is sent in place of what would be made")
    func neighbour() async throws {
        let site = try site()
        try site.folder.write("made before", to: "root/a.txt.gz")
        try site.folder.setModificationTime(4_000_000_000, of: "root/a.txt.gz")
        #expect(
            try await site.get("/a.txt", [.acceptEncoding: "gzip"], section: "compress = yes").text
                == "made before")
        let other = try await site.get("/a.txt", [.acceptEncoding: "zstd"], section: "compress = yes")
        #expect(other.fields[.contentEncoding] == "zstd")
    }
}
