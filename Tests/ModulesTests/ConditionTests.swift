import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

private let lastModified = "Sun, 06 Nov 1994 08:49:37 GMT"
private let before = "Sun, 06 Nov 1994 08:49:36 GMT"
private let after = "Sun, 06 Nov 1994 08:49:38 GMT"

/// A site whose file `f` has ten digits and was modified in 1994; in memory or not.
private struct Digits {
    let site: Site
    let etag: String

    init() async throws {
        site = try Site(["f": "0123456789"])
        try site.folder.setModificationTime(784_111_777, of: "root/f")
        etag = try await #require(site.get("/f").fields[.eTag])
    }

    func get(_ fields: HTTPFields, method: HTTPRequest.Method = .get) async throws -> TestResponse {
        try await site.get("/f", fields, method: method)
    }
}

@Suite("files: conditions and ranges", .timeLimit(.minutes(1)))
struct ConditionTests {
    @Test("Last-Modified is the file's time; one in the future is that of the change that set it")
    func dates() async throws {
        let digits = try await Digits()
        #expect(try await digits.get([:]).fields[.lastModified] == lastModified)
        try digits.site.folder.setModificationTime(4_000_000_000, of: "root/f")
        #expect(try await digits.get([:]).fields[.lastModified]?.contains("2096") == false)
    }

    @Test("A strong tag differs for the same size and second, and for a file that replaces another")
    func tags() async throws {
        let digits = try await Digits()
        try digits.site.folder.write("9876543210", to: "root/g")
        try digits.site.folder.setModificationTime(784_111_777, of: "root/g")
        try digits.site.folder.move("root/g", to: "root/f")
        #expect(try await digits.get([:]).fields[.eTag] != digits.etag)
    }

    @Test(
        "RFC 9110 §13.1.2: If-None-Match answers 304 with the tag and Cache-Control alone",
        arguments: ["", "W/"])
    func notModified(_ weak: String) async throws {
        let digits = try await Digits()
        let response = try await digits.get([.ifNoneMatch: "\"x\", \(weak)\(digits.etag)"])
        #expect(response.status == .notModified)
        #expect(response.fields == [.eTag: digits.etag, .cacheControl: "no-cache"])
        #expect(response.body.isEmpty)
    }

    @Test(
        "RFC 9110 §13.2.2: conditions count in this order",
        arguments: [
            ([.ifModifiedSince: lastModified], 304), ([.ifModifiedSince: before], 200),
            ([.ifModifiedSince: after], 304),
            ([.ifUnmodifiedSince: before], 412), ([.ifUnmodifiedSince: lastModified], 200),
            ([.ifMatch: "\"x\""], 412), ([.ifMatch: "*"], 200), ([.ifNoneMatch: "*"], 304),
            ([.ifMatch: "*", .ifUnmodifiedSince: before], 200),
            ([.ifNoneMatch: "\"x\"", .ifModifiedSince: after], 200),
            ([.ifMatch: "\"x\"", .ifNoneMatch: "*"], 412), ([.ifModifiedSince: "garbage"], 200),
        ] as [(HTTPFields, Int)])
    func order(_ fields: HTTPFields, _ status: Int) async throws {
        #expect(try await Digits().get(fields).status.code == status)
        #expect(try await Digits().get(fields, method: .head).status.code == status)
    }

    @Test("RFC 9110 §13.1.1: If-Match compares strongly")
    func ifMatch() async throws {
        let digits = try await Digits()
        #expect(try await digits.get([.ifMatch: digits.etag]).status == .ok)
        #expect(try await digits.get([.ifMatch: "W/\(digits.etag)"]).status == .preconditionFailed)
    }

    @Test(
        "RFC 9110 §14.1.2: one range is a 206 with Content-Range",
        arguments: [
            ("bytes=0-0", "0", "bytes 0-0/10"), ("bytes=2-4", "234", "bytes 2-4/10"),
            ("bytes=7-", "789", "bytes 7-9/10"),
            ("bytes=-3", "789", "bytes 7-9/10"), ("bytes=-99", "0123456789", "bytes 0-9/10"),
            ("bytes=5-99999999999999999999", "56789", "bytes 5-9/10"), ("BYTES=1-1", "1", "bytes 1-1/10"),
            ("bytes=8-9, 20-30", "89", "bytes 8-9/10"),
        ])
    func range(_ range: String, _ text: String, _ contentRange: String) async throws {
        let response = try await Digits().get([.range: range])
        #expect(response.status == .partialContent)
        #expect(response.text == text)
        #expect(response.fields[.contentRange] == contentRange)
        #expect(response.fields[.contentType] == "application/octet-stream")
    }

    @Test(
        "Ranges of a file that is not held in memory",
        arguments: [("bytes=99999-100000", "bc"), ("bytes=-1", "d")])
    func largeFile(_ range: String, _ text: String) async throws {
        let site = try Site(["big": String(repeating: "a", count: 99_999) + "bcd"])
        let response = try await site.get("/big", [.range: range])
        #expect(response.status == .partialContent)
        #expect(response.text == text)
    }

    @Test(
        "RFC 9110 §15.5.17: no range that can be met is a 416 with the size",
        arguments: ["bytes=10-", "bytes=10-20", "bytes=-0"])
    func unsatisfiable(_ range: String) async throws {
        let response = try await Digits().get([.range: range])
        #expect(response.status == .rangeNotSatisfiable)
        #expect(response.fields[.contentRange] == "bytes */10")
    }

    @Test(
        "RFC 9110 §14.2: a range that is malformed, overlapping or in other units is ignored",
        arguments: ["bytes=5-2", "bytes=", "bytes=a-b", "lines=0-1", "0-1", "bytes=0-5,3-8", "bytes=--1"])
    func ignored(_ range: String) async throws {
        let response = try await Digits().get([.range: range])
        #expect(response.status == .ok)
        #expect(response.text == "0123456789")
    }

    @Test("RFC 9110 §14.2: a range is for GET alone")
    func headRange() async throws {
        let response = try await Digits().get([.range: "bytes=0-0"], method: .head)
        #expect(response.status == .ok)
        #expect(response.length == 10)
    }

    @Test("RFC 9110 §14.6: several ranges are multipart/byteranges", arguments: ["f", "big"])
    func multipart(_ name: String) async throws {
        let site = try Site(["f": "0123456789", "big": "0123456789" + String(repeating: "x", count: 99_990)])
        let response = try await site.get("/\(name)", [.range: "bytes=0-1, 4-5"])
        let size = name == "f" ? 10 : 100_000
        #expect(response.status == .partialContent)
        #expect(response.fields[.contentRange] == nil)
        let type = try #require(response.fields[.contentType])
        #expect(type.hasPrefix("multipart/byteranges; boundary="))
        let boundary = type.dropFirst("multipart/byteranges; boundary=".count)
        #expect(
            response.text == """
                --\(boundary)\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 0-1/\(size)\r\n\r\n01\r
                --\(boundary)\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 4-5/\(size)\r\n\r\n45\r
                --\(boundary)--\r\n
                """)
        #expect(response.length == UInt64(response.body.count))
    }

    @Test("More ranges than anyone needs are answered with the whole")
    func manyRanges() async throws {
        let site = try Site(["f": String(repeating: "x", count: 1_000)])
        let ranges = (0..<100).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")
        #expect(try await site.get("/f", [.range: "bytes=\(ranges)"]).status == .ok)
    }

    @Test("RFC 9110 §13.1.5: If-Range takes the strong tag or the exact date, else the whole is sent")
    func ifRange() async throws {
        let digits = try await Digits()
        let outcomes = [
            (digits.etag, 206), ("W/\(digits.etag)", 200), ("\"other\"", 200), (lastModified, 206),
            (before, 200),
            (after, 200), ("garbage", 200),
        ]
        for (condition, status) in outcomes {
            let response = try await digits.get([.range: "bytes=0-1", .ifRange: condition])
            #expect(response.status.code == status, "If-Range: \(condition)")
        }
    }

    @Test("A condition that fails counts before the range")
    func conditionBeforeRange() async throws {
        let digits = try await Digits()
        #expect(
            try await digits.get([.range: "bytes=0-1", .ifNoneMatch: digits.etag]).status == .notModified)
        #expect(try await digits.get([.range: "bytes=99-", .ifMatch: "\"x\""]).status == .preconditionFailed)
    }

    @Test(
        "?bytes=N is the first N bytes, or all if there are fewer",
        arguments: [
            ("?bytes=1", "0"), ("?bytes=3", "012"), ("?bytes=10", "0123456789"), ("?bytes=007", "0123456"),
            ("?bytes=99999999999999999999", "0123456789"), ("?a=b&bytes=2", "01"), ("?%62ytes=2", "01"),
            ("?", "0123456789"), ("?other=0", "0123456789"),
        ], ["/f", "/big"])
    func prefix(_ row: (String, String), _ path: String) async throws {
        let site = try Site(["f": "0123456789", "big": "0123456789" + String(repeating: "x", count: 99_990)])
        let response = try await site.get("\(path)\(row.0)")
        #expect(response.status == .ok)
        #expect(response.text.prefix(10) == row.1)
        #expect(response.length == UInt64(response.body.count))
        let head = try await site.get("\(path)\(row.0)", method: .head)
        #expect(head.fields == response.fields)
        #expect(head.length == response.length)
    }

    @Test(
        "?bytes= that is no positive integer is a 400",
        arguments: ["", "0", "000", "-1", "+1", "1.5", "0x10", "ten", "1%20", "%D9%A1"])
    func invalidPrefix(_ value: String) async throws {
        #expect(try await Site(["f": "0123456789"]).get("/f?bytes=\(value)").status == .badRequest)
    }

    @Test("Conditions and ranges apply to the first bytes, whose tag is their own")
    func prefixConditions() async throws {
        let digits = try await Digits()
        let tag = try #require(try await digits.site.get("/f?bytes=4").fields[.eTag])
        #expect(tag != digits.etag)
        let range = try await digits.site.get("/f?bytes=4", [.range: "bytes=-2", .ifRange: tag])
        #expect(range.text == "23")
        #expect(range.fields[.contentRange] == "bytes 2-3/4")
        #expect(try await digits.site.get("/f?bytes=4", [.range: "bytes=4-"]).status == .rangeNotSatisfiable)
        #expect(try await digits.site.get("/f?bytes=4", [.ifNoneMatch: tag]).status == .notModified)
        #expect(try await digits.site.get("/f?bytes=4", [.ifNoneMatch: digits.etag]).status == .ok)
    }

    @Test("RFC 9110 §14.2: the parts of an answer are bounded, however they are asked for")
    func bounded() async throws {
        let site = try Site(["f": String(repeating: "x", count: 1_000)])
        let most = (0..<16).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")
        #expect(try await site.get("/f", [.range: "bytes=\(most)"]).status == .partialContent)
        #expect(try await site.get("/f", [.range: "bytes=\(most),-1"]).status == .ok)
        let nested = (0..<16).map { "\($0)-" }.joined(separator: ",")
        #expect(try await site.get("/f", [.range: "bytes=\(nested)"]).length == 1_000)
    }
}
