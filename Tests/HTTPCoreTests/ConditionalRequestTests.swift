import HTTPCore
import HTTPTypes
import Testing

private let tag = EntityTag("v1")
private let modified = HTTPDate(secondsSinceEpoch: 784_111_777)
private let sameDate = "Sun, 06 Nov 1994 08:49:37 GMT"
private let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
private let later = "Sun, 06 Nov 1994 08:49:38 GMT"

@Suite("Conditional requests")
struct ConditionalRequestTests {
    @Test(
        "RFC 9110 §13.2.2: conditions, in order",
        arguments: [
            ([:], .proceed), ([.ifMatch: "\"v1\""], .proceed), ([.ifMatch: "*"], .proceed),
            ([.ifMatch: "\"v0\""], .preconditionFailed), ([.ifMatch: "W/\"v1\""], .preconditionFailed),
            ([.ifMatch: "\"v0\", \"v1\""], .proceed), ([.ifUnmodifiedSince: sameDate], .proceed),
            ([.ifUnmodifiedSince: earlier], .preconditionFailed), ([.ifUnmodifiedSince: "x"], .proceed),
            ([.ifMatch: "\"v1\"", .ifUnmodifiedSince: earlier], .proceed),
            ([.ifNoneMatch: "\"v1\""], .notModified),
            ([.ifNoneMatch: "W/\"v1\""], .notModified), ([.ifNoneMatch: "*"], .notModified),
            ([.ifNoneMatch: "\"v0\""], .proceed), ([.ifModifiedSince: sameDate], .notModified),
            ([.ifModifiedSince: later], .notModified), ([.ifModifiedSince: earlier], .proceed),
            ([.ifModifiedSince: "yesterday"], .proceed),
            ([.ifNoneMatch: "\"v0\"", .ifModifiedSince: later], .proceed),
            ([.ifMatch: "\"v0\"", .ifNoneMatch: "\"v1\""], .preconditionFailed),
            ([.ifMatch: "\"v1\"", .ifNoneMatch: "\"v1\""], .notModified),
        ] as [(HTTPFields, ConditionalRequest.Outcome)])
    func reading(fields: HTTPFields, expected: ConditionalRequest.Outcome) {
        for method in [HTTPRequest.Method.get, .head] {
            let outcome = ConditionalRequest.evaluate(
                fields, method: method, etag: tag, lastModified: modified)
            #expect(outcome == expected)
        }
    }

    @Test("RFC 9110 §13.1.2: If-None-Match stops a write, If-Modified-Since does not")
    func writing() {
        func put(_ fields: HTTPFields, exists: Bool = true) -> ConditionalRequest.Outcome {
            ConditionalRequest.evaluate(
                fields, method: .put, etag: exists ? tag : nil, lastModified: exists ? modified : nil,
                exists: exists)
        }
        #expect(put([.ifNoneMatch: "*"]) == .preconditionFailed)
        #expect(put([.ifNoneMatch: "*"], exists: false) == .proceed)
        #expect(put([.ifMatch: "*"], exists: false) == .preconditionFailed)
        #expect(put([.ifModifiedSince: later]) == .proceed)
    }

    @Test(
        "RFC 9110 §13.1.5: If-Range",
        arguments: [
            (nil, true), ("\"v1\"", true), ("\"v0\"", false), ("W/\"v1\"", false), (sameDate, true),
            (later, false), ("x", false),
        ] as [(String?, Bool)])
    func ifRange(value: String?, expected: Bool) {
        var fields = HTTPFields()
        if let value { fields[.ifRange] = value }
        #expect(ConditionalRequest.permitsRange(fields, etag: tag, lastModified: modified) == expected)
    }

    @Test(
        "RFC 9110 §8.8.3: tags",
        arguments: [
            ("\"\"", true), ("W/\"a\"", true), ("\"a", false), ("a", false), ("w/\"a\"", false),
            ("\"a b\"", false), ("\"", false), ("\"a\"\"", false),
            // With a quote each of these is one Character.
            ("\"\u{301}a\"", true), ("W/\"\u{200D}\"", true), ("W/\"\u{301}", false),
        ])
    func tags(text: String, isTag: Bool) {
        #expect((EntityTag(parsing: text[...]) != nil) == isTag)
        if isTag { #expect(EntityTag(parsing: text[...])?.description == text) }
    }

    @Test("RFC 9110 §8.8.3: a list of tags may hold commas and backslashes inside them")
    func tagList() {
        #expect(
            EntityTag.list("\"a,b\", W/\"c\\\" , \"d\"").map(\.description) == [
                "\"a,b\"", "W/\"c\\\"", "\"d\"",
            ])
        #expect(EntityTag.list("\"a\",W/\"b\"").map(\.isWeak) == [false, true])
    }
}

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test(
        "RFC 9110 §14.1.2: ranges of 100 bytes",
        arguments: [
            (nil, .whole), ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)),
            ("bytes=-10", .part(90..<100)), ("bytes=-200", .part(0..<100)),
            ("bytes=0-200", .part(0..<100)),
            ("bytes=99-99", .part(99..<100)), ("BYTES=0-0", .part(0..<1)),
            ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=100-200,-0", .unsatisfiable), ("bytes=9-0", .whole),
            ("bytes=", .whole), ("bytes=a-b", .whole), ("bytes=-", .whole), ("bytes=1", .whole),
            ("items=0-1", .whole),
            ("bytes=+1-2", .whole), ("bytes 0-1", .whole), ("bytes=0-0,x", .whole),
            ("bytes=0-0, -1", .parts([0..<1, 99..<100])), ("bytes=-1,0-0", .parts([99..<100, 0..<1])),
            ("bytes=0-0,200-", .part(0..<1)), ("bytes=0-10,5-20", .whole),
            ("bytes=0-18446744073709551615", .part(0..<100)),
            ("bytes=99999999999999999999999-", .unsatisfiable),
            ("bytes=-99999999999999999999999", .part(0..<100)),
        ] as [(String?, ByteRangeRequest)])
    func resolved(value: String?, expected: ByteRangeRequest) {
        #expect(ByteRangeRequest(value, size: 100) == expected)
    }

    @Test("RFC 9110 §14.2: no range of nothing, and no more ranges than the limit")
    func bounds() {
        #expect(ByteRangeRequest("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRangeRequest("bytes=-5", size: 0) == .unsatisfiable)
        #expect(ByteRangeRequest("bytes=0-0,2-2", size: 9, limit: 2) == .parts([0..<1, 2..<3]))
        #expect(ByteRangeRequest("bytes=0-0,2-2,4-4", size: 9, limit: 2) == .whole)
    }

    @Test("RFC 9110 §14.4: Content-Range")
    func contentRange() {
        #expect(ByteRangeRequest.contentRange(0..<10, size: 100) == "bytes 0-9/100")
        #expect(ByteRangeRequest.unsatisfiedContentRange(size: 100) == "bytes */100")
    }
}
