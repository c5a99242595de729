import FuzzProperties
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

/// What the server adds, on Sun, 06 Nov 1994 08:49:37 GMT.
private func ownFields(_ server: String? = nil) -> ServerFields {
    ServerFields(date: HTTPDate(secondsSinceEpoch: 784_111_777), server: server)
}

/// The lines of a head and what it commits to.
private func encode(
    _ response: HTTPResponse, _ content: ResponseContent = .length(5),
    _ context: ResponseContext = ResponseContext(),
    server: String? = nil
) throws -> (lines: [String], plan: ResponsePlan) {
    var output: [UInt8] = []
    let plan = try ResponseEncoder.appendHead(
        response.status, response.headerFields, content: content, context: context, server: ownFields(server),
        to: &output)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.hasSuffix("\r\n\r\n"))
    let lines = text.split(separator: "\r\n").map(String.init)
    return (lines.filter { !$0.hasPrefix("Date: ") }, plan)
}

@Suite("Response heads")
struct ResponseEncoderTests {
    @Test("RFC 9112 §4: status line, the handler's fields, then the server's")
    func whole() throws {
        var output = Array("before".utf8)
        let response = HTTPResponse(status: .ok, headerFields: [.contentType: "text/plain"])
        let plan = try ResponseEncoder.appendHead(
            response.status, response.headerFields, content: .length(13), context: ResponseContext(),
            server: ownFields("Portico"), to: &output)
        #expect(
            String(decoding: output, as: UTF8.self) == """
                beforeHTTP/1.1 200 OK\r
                Content-Type: text/plain\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Server: Portico\r
                Content-Length: 13\r
                \r

                """)
        #expect(plan.framing == .length(13) && plan.keepAlive)
    }

    @Test(
        "RFC 9112 §4: reason phrases",
        arguments: [
            (.notFound, "HTTP/1.1 404 Not Found"), (.init(code: 404), "HTTP/1.1 404 Not Found"),
            (.init(code: 299), "HTTP/1.1 299 "),
            (.init(code: 200, reasonPhrase: "Fine"), "HTTP/1.1 200 Fine"),
            (.init(code: 500, reasonPhrase: "a\r\nX: y"), "HTTP/1.1 500 a  X: y"),
        ] as [(HTTPResponse.Status, String)])
    func statusLine(status: HTTPResponse.Status, line: String) throws {
        #expect(try encode(HTTPResponse(status: status)).lines.first == line)
    }

    @Test(
        "RFC 9112 §6, RFC 9110 §8.6: framing by status, method, version and what is known of the length",
        arguments: [
            (200, .length(5), "1.1 GET", ["Content-Length: 5"], .length(5)),
            (200, .length(0), "1.1 GET", ["Content-Length: 0"], .none),
            (200, .stream, "1.1 GET", ["Transfer-Encoding: chunked"], .chunked),
            (200, .stream, "1.0 GET", ["Connection: close"], .untilClose),
            (200, .length(5), "1.0 GET", ["Content-Length: 5", "Connection: keep-alive"], .length(5)),
            (200, .length(5), "1.1 HEAD", ["Content-Length: 5"], .none),
            (200, .stream, "1.1 HEAD", [], .none),
            (200, .stream, "1.0 HEAD", ["Connection: keep-alive"], .none),
            (204, .length(0), "1.1 GET", [], .none),
            (204, .stream, "1.1 GET", [], .none), (304, .length(0), "1.1 GET", [], .none),
            (304, .stream, "1.1 GET", [], .none),
        ] as [(Int, ResponseContent, String, [String], ResponseFraming)])
    func framing(
        status: Int, content: ResponseContent, request: String, lines: [String], framing: ResponseFraming
    ) throws {
        let context = ResponseContext(
            version: request.hasPrefix("1.0") ? .http10 : .http11, isHEAD: request.hasSuffix("HEAD"),
            keepAlive: true)
        let (encoded, plan) = try encode(HTTPResponse(status: .init(code: status)), content, context)
        #expect(Array(encoded.dropFirst()) == lines)
        #expect(plan.framing == framing)
        #expect(plan.keepAlive == (framing != .untilClose))
    }

    @Test("RFC 9110 §8.6: a handler's Content-Length frames a stream, tells a HEAD, and must fit the content")
    func ownLength() throws {
        let response = HTTPResponse(status: .ok, headerFields: [.contentLength: "7"])
        #expect(try encode(response, .stream).plan.framing == .length(7))
        #expect(try encode(response, .stream).lines.dropFirst() == ["Content-Length: 7"])
        #expect(
            try encode(response, .length(0), ResponseContext(isHEAD: true)).lines.dropFirst() == [
                "Content-Length: 7"
            ])
        #expect(try encode(response, .length(7)).lines.dropFirst() == ["Content-Length: 7"])
        #expect(throws: ResponseFailure.invalidContentLength) { try encode(response, .length(8)) }
        let notModified = HTTPResponse(status: .notModified, headerFields: [.contentLength: "7"])
        #expect(try encode(notModified, .length(0)).lines.dropFirst() == ["Content-Length: 7"])
    }

    @Test(
        "What cannot be sent leaves the output as it was",
        arguments: ["x", "-1", "1 2", "1, 2", "", "99999999999999999999"])
    func unsendable(length: String) {
        var output = Array("before".utf8)
        let response = HTTPResponse(status: .ok, headerFields: [.contentLength: length])
        #expect(throws: ResponseFailure.invalidContentLength) {
            try ResponseEncoder.appendHead(
                response.status, response.headerFields, content: .stream, context: ResponseContext(),
                server: ownFields(), to: &output)
        }
        #expect(output == Array("before".utf8))
    }

    @Test("RFC 9110 §15.2: an interim status is no final one")
    func interimStatus() {
        #expect(throws: ResponseFailure.invalidStatus) { try encode(HTTPResponse(status: .continue)) }
        #expect(throws: ResponseFailure.invalidStatus) { try encode(HTTPResponse(status: .init(code: 99))) }
    }

    @Test("RFC 9110 §7.6.1: connection fields are the server's; close among the handler's closes")
    func connectionFields() throws {
        var fields: HTTPFields = [.transferEncoding: "gzip", .upgrade: "x", .connection: "x, Close"]
        fields.append(HTTPField(name: try #require(.init("Keep-Alive")), value: "timeout=5"))
        let (lines, plan) = try encode(HTTPResponse(status: .ok, headerFields: fields))
        #expect(lines.dropFirst() == ["Content-Length: 5", "Connection: close"])
        #expect(!plan.keepAlive)
        #expect(
            try encode(HTTPResponse(status: .ok), .length(5), ResponseContext(keepAlive: false)).lines.last
                == "Connection: close")
    }

    @Test("RFC 9110 §6.6.1: a handler's own Date and Server are not repeated")
    func ownDate() throws {
        let own = HTTPResponse(status: .ok, headerFields: [.date: "x", .server: "y"])
        var output: [UInt8] = []
        _ = try ResponseEncoder.appendHead(
            own.status, own.headerFields, content: .length(0), context: ResponseContext(),
            server: ownFields("Portico"),
            to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text == "HTTP/1.1 200 OK\r\nDate: x\r\nServer: y\r\nContent-Length: 0\r\n\r\n")
    }

    @Test(
        "RFC 9110 §5.5: no value can bring a line end into a head", arguments: ["a\r\nX: y", "a\nb", "a\0b"])
    func injection(value: String) throws {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .location, value: value))
        fields.append(HTTPField(name: .location, lenientValue: Array(value.utf8)))
        let (lines, _) = try encode(HTTPResponse(status: .found, headerFields: fields), .length(0))
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 } })
    }

    @Test("RFC 9110 §5.5: a value that is not UTF-8 is sent as it is")
    func obsText() throws {
        let value: [UInt8] = [0x61, 0xE9, 0x62]
        var output: [UInt8] = []
        _ = try ResponseEncoder.appendHead(
            .ok, [.location: "é"], content: .length(0), context: ResponseContext(), server: ownFields(),
            to: &output)
        #expect(output.contains(Array("Location: é\r\n".utf8)))
        var fields = HTTPFields()
        fields.append(HTTPField(name: .location, value: value))
        _ = try ResponseEncoder.appendHead(
            .ok, fields, content: .length(0), context: ResponseContext(), server: ownFields(), to: &output)
        #expect(output.contains(Array("Location: ".utf8) + value + Array("\r\n".utf8)))
    }

    @Test(
        "RFC 9112 §7.1: chunks as they are written are chunks as they are read",
        arguments: [1, 9, 10, 15, 16, 255, 4_096])
    func chunks(count: Int) throws {
        var output: [UInt8] = []
        let data = [UInt8](repeating: 0x61, count: count)
        ResponseEncoder.appendChunkHeader(count, to: &output)
        output += data
        ResponseEncoder.appendChunkEnd(to: &output)
        ResponseEncoder.appendLastChunk(trailers: [.eTag: "\"a\""], to: &output)
        let decoded = decode(.chunked, output, piece: 100)
        #expect(decoded.data == data)
        #expect(decoded.trailers == [.eTag: "\"a\""])
        #expect(decoded.consumed == output.count)
    }

    @Test("RFC 9110 §15.2.1: 100 Continue")
    func interim() {
        var output: [UInt8] = []
        ResponseEncoder.appendInterim(HTTPResponse(status: .continue), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
