import FuzzProperties
import HTTPTypes
import HTTPWire
import Testing

/// A request whose head has these lines after Host.
private func post(_ fields: String) -> String { "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n" }

@Suite("Requests that are refused")
struct RequestRefusalTests {
    @Test(
        "RFC 9112 §3: request lines",
        arguments: [
            ("GET /\r\n", .malformedRequestLine), ("GET\r\n", .malformedRequestLine),
            (" GET / HTTP/1.1\r\n", .malformedRequestLine),
            ("GET  / HTTP/1.1\r\n", .malformedRequestLine), ("GET / HTTP/1.1 \r\n", .malformedVersion),
            ("GET /a b HTTP/1.1\r\n", .malformedVersion), ("G(T / HTTP/1.1\r\n", .malformedRequestLine),
            ("GET\t/ HTTP/1.1\r\n", .malformedRequestLine), ("GET /\tHTTP/1.1\r\n", .malformedRequestLine),
            ("GET /\u{0} HTTP/1.1\r\n", .malformedRequestLine),
            ("GET /\u{7F} HTTP/1.1\r\n", .malformedRequestLine),
            ("GET /\rx HTTP/1.1\r\n", .malformedRequestLine), ("GET / http/1.1\r\n", .malformedVersion),
            ("GET / HTTP/1\r\n", .malformedVersion), ("GET / HTTP/11\r\n", .malformedVersion),
            ("GET / HTTP/01.01\r\n", .malformedVersion), ("GET / HTTP/1.1x\r\n", .malformedVersion),
            ("GET / HTTP/ 1.1\r\n", .malformedVersion), ("GET / HTTPS/1.1\r\n", .malformedVersion),
            ("GET / RTSP/1.0\r\n", .malformedVersion), ("GET / HTTP/1.1\n", .malformedVersion),
            ("GET / HTTP/1.1\rHost: a\r\r", .malformedVersion), ("GET / HTTP/2.0\r\n", .unsupportedVersion),
            ("GET / HTTP/9.9\r\n", .unsupportedVersion), ("GET / HTTP/0.9\r\n", .unsupportedVersion),
            ("GET * HTTP/1.1\r\n", .malformedTarget), ("GET a:80 HTTP/1.1\r\n", .malformedTarget),
            ("GET /%00 HTTP/1.1\r\n", .malformedTarget), ("GET /#x HTTP/1.1\r\n", .malformedTarget),
            ("CONNECT / HTTP/1.1\r\n", .malformedTarget), ("\nGET / HTTP/1.1\r\n", .bareLineEnding),
            ("\rGET / HTTP/1.1\r\n", .bareLineEnding),
        ] as [(String, RequestFailure.Code)])
    func requestLine(line: String, code: RequestFailure.Code) {
        #expect(refusal(line + "Host: a\r\n\r\n")?.code == code)
    }

    @Test(
        "RFC 3629: a target that is not UTF-8",
        arguments: [[0xC0, 0xAF], [0xFF], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func targetBytes(bytes: [UInt8]) {
        let request = Array("GET /".utf8) + bytes + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(refusal(request)?.code == .malformedTarget)
    }

    @Test(
        "RFC 9112 §5: field lines",
        arguments: [
            ("X : b", .malformedField), ("X\t: b", .malformedField), (": b", .malformedField),
            ("X", .bareLineEnding),
            ("X(Y): b", .malformedField), ("X\u{0}: b", .malformedField), ("X\u{E9}: b", .malformedField),
            ("X/Y: b", .malformedField),
            (" X: b", .foldedField), ("X: a\r\n b", .foldedField), ("X: a\r\n\tb", .foldedField),
            (" \r\nX: b", .foldedField),
            ("X: a\u{0}b", .malformedField), ("X: a\u{7}b", .malformedField), ("X: \u{7F}", .malformedField),
            ("X: \u{1F}", .malformedField),
            ("X: a\rb", .bareLineEnding), ("X: a\nY: b", .bareLineEnding), ("X: a\r\r", .bareLineEnding),
            ("X:\rY", .bareLineEnding),
            ("X\rY: b", .bareLineEnding), ("Transfer-Encoding:\u{B}chunked", .malformedField),
        ] as [(String, RequestFailure.Code)])
    func fieldLine(line: String, code: RequestFailure.Code) {
        #expect(refusal(post(line))?.code == code)
        #expect(refusal(post(line))?.status == .badRequest)
    }

    @Test(
        "RFC 9112 §3.2: Host",
        arguments: [
            ("", .missingHost), ("Host: a\r\nHost: a\r\n", .repeatedHost),
            ("Host: a\r\nhost: b\r\n", .repeatedHost),
            ("Host:\r\n", .invalidHost), ("Host: a b\r\n", .invalidHost), ("Host: a/\r\n", .invalidHost),
            ("Host: a@b\r\n", .invalidHost), ("Host: a, b\r\n", .invalidHost),
            ("Host: a:x\r\n", .invalidHost),
        ] as [(String, RequestFailure.Code)])
    func host(fields: String, code: RequestFailure.Code) {
        #expect(refusal("GET / HTTP/1.1\r\n\(fields)\r\n")?.code == code)
        #expect(refusal("GET http://a/ HTTP/1.1\r\n\(fields)\r\n")?.code == code)
        if code != .missingHost { #expect(refusal("GET / HTTP/1.0\r\n\(fields)\r\n")?.code == code) }
    }

    @Test(
        "RFC 9112 §6.1, §6.3: framing that two readers could read differently",
        arguments: [
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", .lengthAndCoding),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5", .lengthAndCoding),
            ("Content-Length: 5\r\nContent-Length: 6", .repeatedContentLength),
            ("Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
            ("Content-Length: 5, 5", .invalidContentLength),
            ("Content-Type: a/b\r\nContent-Type: a/b", .repeatedContentType),
            ("Content-Length:", .invalidContentLength), ("Content-Length: +5", .invalidContentLength),
            ("Content-Length: -5", .invalidContentLength), ("Content-Length: 5 5", .invalidContentLength),
            ("Content-Length: 0x5", .invalidContentLength), ("Content-Length: 5.0", .invalidContentLength),
            ("Content-Length: 99999999999999999999", .invalidContentLength),
            ("Content-Length: 18446744073709551621", .invalidContentLength),
            ("Transfer-Encoding:", .invalidTransferCoding),
            ("Transfer-Encoding: chunked, chunked", .invalidTransferCoding),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .invalidTransferCoding),
            ("Transfer-Encoding: chunked, gzip", .invalidTransferCoding),
            ("Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
            ("Transfer-Encoding: identity", .unknownTransferCoding),
            ("Transfer-Encoding: xchunked", .unknownTransferCoding),
            ("Transfer-Encoding: \"chunked\"", .unknownTransferCoding),
            ("Transfer-Encoding: chunked;q=1", .unknownTransferCoding),
        ] as [(String, RequestFailure.Code)])
    func framing(fields: String, code: RequestFailure.Code) {
        let failure = refusal(post(fields))
        #expect(failure?.code == code)
        #expect(failure?.status == (code == .unknownTransferCoding ? .notImplemented : .badRequest))
    }

    @Test("RFC 9112 §6.1: no transfer coding in HTTP/1.0")
    func codingInOldVersion() {
        #expect(
            refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")?.code == .invalidTransferCoding)
    }

    @Test(
        "RFC 9110 §10.1.1: an unknown expectation is 417",
        arguments: ["sausage", "100-continue, x", "100-continue;q=1", "\"100-continue\"", "100"])
    func expectation(value: String) {
        #expect(refusal(post("Expect: \(value)"))?.status == .expectationFailed)
    }

    @Test("A request line past its limit is 414, complete or not; one at the limit passes")
    func lineLimit() {
        let limits = HTTPLimits(requestLineBytes: 30)
        let fits = "GET /\(String(repeating: "a", count: 16)) HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(refusal(fits, limits: limits) == nil)
        #expect(refusal(fits.replacing("/a", with: "/aa"), limits: limits)?.status == .uriTooLong)
        #expect(refusal("GET /" + String(repeating: "a", count: 26), limits: limits)?.status == .uriTooLong)
        let bytes = Array(("GET /" + String(repeating: "a", count: 90)).utf8)
        #expect(parse(bytes, ends: 0...bytes.count, limits: limits)?.failure?.status == .uriTooLong)
    }

    @Test("RFC 9112 §3: a method that is longer than a request line may be is 501, whole or in pieces")
    func methodLimit() {
        let limits = HTTPLimits(requestLineBytes: 30)
        for end in ["", " / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let bytes = Array((String(repeating: "A", count: 40) + end).utf8)
            #expect(refusal(bytes, limits: limits)?.status == .notImplemented)
            #expect(parse(bytes, ends: 0...bytes.count, limits: limits)?.failure?.status == .notImplemented)
        }
    }

    @Test("A head past its limits is 431, complete or not; one at the limit passes")
    func headLimits() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 20))\r\n\r\n"
        let size = request.utf8.count
        #expect(refusal(request, limits: HTTPLimits(headerBytes: size)) == nil)
        #expect(
            refusal(request, limits: HTTPLimits(headerBytes: size - 1))?.status
                == .requestHeaderFieldsTooLarge)
        #expect(
            refusal(String(request.dropLast(4)), limits: HTTPLimits(headerBytes: 20))?.status
                == .requestHeaderFieldsTooLarge)
        #expect(refusal(request, limits: HTTPLimits(fieldCount: 2)) == nil)
        #expect(refusal(request, limits: HTTPLimits(fieldCount: 1))?.code == .tooManyFields)
    }

    @Test("Each failure has a message that says no more than the status does")
    func messages() {
        let failure = refusal("GET / HTTP/1.1\r\nX: <script>\r\n\r\n")
        #expect(failure?.publicMessage == "The Host field is missing.")
        #expect(failure?.description == "400 missingHost")
    }
}
