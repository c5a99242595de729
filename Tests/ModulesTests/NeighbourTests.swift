import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// A site whose file `a.css` has neighbours that say which they are, all of the same time.
private struct EncodedSite {
    let site: Site

    init(_ suffixes: [String] = ["br", "zst", "gz"]) throws {
        site = try Site(["a.css": "plain", "none.css": "plain"])
        try site.folder.setModificationTime(1_000, of: "root/a.css")
        for suffix in suffixes {
            try site.folder.write(suffix, to: "root/a.css.\(suffix)")
            try site.folder.setModificationTime(1_000, of: "root/a.css.\(suffix)")
        }
    }

    func get(_ accepted: String?, _ fields: HTTPFields = [:], path: String = "/a.css") async throws
        -> TestResponse
    {
        var fields = fields
        fields[.acceptEncoding] = accepted
        return try await site.get(path, fields)
    }
}

@Suite("files: neighbours in content codings", .timeLimit(.minutes(1)))
struct NeighbourTests {
    @Test(
        "RFC 9110 §12.5.3: the coding with the highest weight is sent, of equals br before zstd before gzip",
        arguments: [
            (nil, "plain"), ("", "plain"), ("identity", "plain"), ("gzip", "gz"), ("br", "br"),
            ("zstd", "zst"),
            ("gzip, deflate, br, zstd", "br"), ("gzip, zstd", "zst"), ("gzip;q=0.9, br;q=0.1", "gz"),
            ("br;q=0", "plain"), ("*", "br"), ("*, br;q=0", "zst"), ("*;q=0, identity", "plain"),
            ("GZIP", "gz"),
            ("x-gzip", "gz"), ("notgzip", "plain"), ("deflate", "plain"), ("gzip;q=0.5, identity", "plain"),
        ])
    func selects(_ accepted: String?, _ text: String) async throws {
        let response = try await EncodedSite().get(accepted)
        #expect(response.text == text)
        let coding = ["br": "br", "zst": "zstd", "gz": "gzip"][text]
        #expect(response.fields[.contentEncoding] == coding)
        #expect(response.fields[.contentType] == "text/css; charset=utf-8")
        #expect(response.fields[.vary] == "Accept-Encoding")
    }

    @Test("RFC 9110 §8.8.3: each coding has a tag of its own, which conditions and ranges go by")
    func tags() async throws {
        let site = try EncodedSite()
        var tags: Set<String> = []
        for accepted in ["identity", "br", "zstd", "gzip"] {
            let response = try await site.get(accepted)
            let tag = try #require(response.fields[.eTag])
            tags.insert(tag)
            let again = try await site.get(accepted, [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            #expect(again.fields[.vary] == "Accept-Encoding")
            #expect(
                try await site.get(accepted, [.range: "bytes=1-", .ifRange: tag]).text
                    == response.text.dropFirst())
        }
        #expect(tags.count == 4)
    }

    @Test("A file without neighbours does not vary, and its neighbours have none of their own")
    func alone() async throws {
        let site = try EncodedSite()
        #expect(try await site.get("gzip", path: "/none.css").fields[.vary] == nil)
        try site.site.folder.write("twice", to: "root/a.css.gz.gz")
        let direct = try await site.get("gzip", path: "/a.css.gz")
        #expect(direct.text == "gz")
        #expect(direct.fields[.contentEncoding] == nil)
        #expect(direct.fields[.contentType] == "application/gzip")
    }

    @Test("A neighbour that is older than its file is never sent")
    func stale() async throws {
        let site = try EncodedSite(["gz"])
        try site.site.folder.setModificationTime(1_001, of: "root/a.css")
        let response = try await site.get("gzip")
        #expect(response.text == "plain")
        #expect(response.fields[.vary] == nil)
    }

    @Test("A neighbour that leads outside, or is no regular file, is none")
    func outside() async throws {
        let site = try EncodedSite([])
        try site.site.folder.link("root/a.css.gz", to: "../secret.txt")
        try site.site.folder.makeFolder("root/a.css.br")
        #expect(try await site.get("gzip, br").text == "plain")
    }

    @Test("precompressed = no: neighbours are files like others")
    func off() async throws {
        let site = try EncodedSite()
        let response = try await site.site.get(
            "/a.css", [.acceptEncoding: "br"], section: "precompressed = no")
        #expect(response.text == "plain")
        #expect(response.fields[.vary] == nil)
    }

    @Test("?bytes=N is of the file itself")
    func prefix() async throws {
        #expect(try await EncodedSite().get("gzip", path: "/a.css?bytes=2").text == "pl")
        #expect(try await EncodedSite().get("gzip", path: "/a.css?v=2").text == "gz")
    }

    @Test("HEAD has the fields of GET", arguments: ["br", "zstd", "gzip", "identity"])
    func head(_ accepted: String) async throws {
        let site = try EncodedSite()
        let get = try await site.get(accepted)
        let head = try await site.site.get("/a.css", [.acceptEncoding: accepted], method: .head)
        #expect(head.fields == get.fields)
        #expect(head.length == get.length)
    }
}
