import FuzzProperties
import HTTPTypes
import HTTPWire
import Testing

@Suite("Content of requests")
struct BodyDecoderTests {
    @Test("RFC 9112 §6.2: Content-Length takes so many bytes and leaves the rest", arguments: [1, 2, 3, 100])
    func length(piece: Int) {
        let decoded = decode(.length(5), Array("helloGET /".utf8), piece: piece)
        #expect(decoded.data == Array("hello".utf8))
        #expect(decoded.consumed == 5)
        #expect(decoded.trailers == [:])
        #expect(decode(.length(5), Array("hell".utf8), piece: piece).trailers == nil)
        #expect(decode(.none, Array("GET".utf8), piece: piece).consumed == 0)
    }

    @Test(
        "RFC 9112 §7.1: chunks",
        arguments: [
            ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
            ("A\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n", "01234567890123456789"),
            ("0005\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello"), ("5;a=\"b;\\\"c\r\\\"\"\r\nhello\r\n0\r\n\r\n", nil),
            ("5;a=\"b;\\\"c\"\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5 ; a = b ;c\r\nhello\r\n0\r\n\r\n", "hello"),
        ] as [(String, String?)])
    func chunks(text: String, expected: String?) {
        let bytes = Array(text.utf8)
        for piece in 1...bytes.count {
            let decoded = decode(.chunked, bytes + Array("GET".utf8), piece: piece)
            guard let expected else {
                #expect(decoded.failure?.code == .invalidChunk)
                continue
            }
            #expect(decoded.data == Array(expected.utf8))
            #expect(decoded.consumed == bytes.count)
            #expect(decoded.trailers == [:])
        }
    }

    @Test(
        "RFC 9112 §7.1: chunk lines that are refused",
        arguments: [
            "\r\n", "x\r\n", "-1\r\n", "+5\r\nhello", "0x5\r\nhello", " 5\r\nhello", "5 \r\nhello",
            "5\nhello", "5\rhello", "1_0\r\n",
            "5;\r\nhello", "5;\n", "5;bad[=x\r\nhello", "5;a=\r\nhello", "5;a=b \r\nhello", "5;a \r\nhello",
            "5;=b\r\nhello", "5;\u{1}\r\n", "5;a=\"\u{1}\"\r\n",
            "5;a=\"b\"c\r\n", "5\r\r;ABCD\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello\rx",
            "FFFFFFFFFFFFFFFF\r\nabc", "8000000000000000\r\nabc", "10000000000000000\r\nabc", "g\r\n",
            "5,5\r\n",
        ])
    func refused(text: String) {
        let bytes = Array(text.utf8)
        for piece in [1, bytes.count] {
            #expect(decode(.chunked, bytes, piece: piece).failure?.code == .invalidChunk)
        }
    }

    @Test("RFC 9112 §7.1.1: extensions are bounded, in one line and in all")
    func extensionLimit() {
        let long = "1;" + String(repeating: "a", count: 17 << 10) + "\r\nx\r\n0\r\n\r\n"
        #expect(decode(.chunked, Array(long.utf8), piece: 4096).failure?.code == .invalidChunk)
        let many = String(repeating: "1;aaaaaaaaaaaaaaaa\r\nx\r\n", count: 1_100) + "0\r\n\r\n"
        #expect(decode(.chunked, Array(many.utf8), piece: 4096).failure?.code == .invalidChunk)
        let some = String(repeating: "1;aaaaaaaaaaaaaaaa\r\nx\r\n", count: 900) + "0\r\n\r\n"
        #expect(decode(.chunked, Array(some.utf8), piece: 4096).data.count == 900)
    }

    @Test("RFC 9112 §7.1: zeros in front of a size have an end")
    func zeros() {
        let some = String(repeating: "0", count: 31) + "5\r\nhello\r\n0\r\n\r\n"
        #expect(decode(.chunked, Array(some.utf8), piece: 4096).data.count == 5)
        #expect(decode(.chunked, Array(("0" + some).utf8), piece: 4096).failure?.code == .invalidChunk)
    }

    @Test("RFC 9112 §7.1.2: trailers are kept apart", arguments: [1, 3, 100])
    func trailers(piece: Int) throws {
        let text = "0\r\nX-Checksum: abc\r\nExpires: never\r\n\r\n"
        let decoded = decode(.chunked, Array((text + "GET").utf8), piece: piece)
        #expect(decoded.consumed == text.utf8.count)
        #expect(decoded.trailers?.map(\.value) == ["abc", "never"])
    }

    @Test(
        "RFC 9110 §6.5.1: trailers that are refused",
        arguments: [
            ("Content-Length: 50\r\n", .invalidTrailer), ("Transfer-Encoding: chunked\r\n", .invalidTrailer),
            ("Host: evil\r\n", .invalidTrailer), ("Connection: close\r\n", .invalidTrailer),
            ("Expect: 100-continue\r\n", .invalidTrailer), ("Content-Type: a/b\r\n", .invalidTrailer),
            (" X: y\r\n", .foldedField),
            ("GET / HTTP/1.1\r\n", .malformedField), ("X: y\n", .bareLineEnding),
            ("X: a\rb\r\n", .bareLineEnding),
            ("X : y\r\n", .malformedField), ("X: \u{0}\r\n", .malformedField), ("\n", .bareLineEnding),
        ] as [(String, RequestFailure.Code)])
    func refusedTrailers(fields: String, code: RequestFailure.Code) {
        let bytes = Array("0\r\n\(fields)\r\n".utf8)
        for piece in [1, bytes.count] {
            let failure = decode(.chunked, bytes, piece: piece).failure
            #expect(failure?.code == code)
            #expect(failure?.status == .badRequest)
        }
    }

    @Test("The trailer section is bounded as the head is")
    func trailerLimits() {
        let limits = HTTPLimits(headerBytes: 40, fieldCount: 2)
        func failure(_ fields: String) -> RequestFailure? {
            decode(.chunked, Array("0\r\n\(fields)\r\n".utf8), piece: 7, limits: limits).failure
        }
        #expect(failure("A: b\r\nC: d\r\n") == nil)
        #expect(failure("A: b\r\nC: d\r\nE: f\r\n")?.code == .tooManyFields)
        #expect(
            failure("A: \(String(repeating: "b", count: 40))\r\n")?.status == .requestHeaderFieldsTooLarge)
    }
}
