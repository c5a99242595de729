// Fields that are encoded once go out as if they were encoded each time.
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

@Suite("Encoded fields")
struct EncodedFieldsTests {
    private static let fields: HTTPFields = [
        .contentType: "text/plain", .eTag: "\"a\"", .cacheControl: "no-cache", .acceptRanges: "",
    ]
    private static let date = Array("Sat, 21 Nov 2026 00:00:00 GMT".utf8)

    @Test("RFC 9112 §5: the same lines", arguments: [0, 5])
    func lines(length: UInt64) throws {
        let encoder = ResponseEncoder(server: "x")
        let heads = try [nil, EncodedFields(Self.fields)].map { encoded in
            var output: [UInt8] = []
            _ = try encoder.appendHead(
                .ok, Self.fields, encoded: encoded, content: .length(length), context: ResponseContext(),
                date: Self.date, to: &output)
            return String(decoding: output, as: UTF8.self)
        }
        #expect(heads[0] == heads[1])
        #expect(heads[0].contains("\r\nETag: \"a\"\r\n"))
    }

    @Test("RFC 9113 §8.2: the same frames")
    func frames() throws {
        let outputs = try [nil, EncodedFields(Self.fields)].map { encoded in
            let link = try HTTP2Link()
            try link.feed(request(1))
            let stream = try #require(link.streams[1])
            _ = try link.connection.respond(
                to: stream,
                { block throws(ResponseFailure) in
                    try ResponseEncoder(server: "x").appendHead(
                        .ok, Self.fields, encoded: encoded, content: .length(0),
                        context: ResponseContext(version: .http2), date: Self.date, to: &block)
                }, content: [], isComplete: true)
            link.drain()
            return link.output
        }
        #expect(outputs[0] == outputs[1])
    }

    @Test(
        "What the server decides about is not encoded beforehand",
        arguments: [
            "Connection", "Content-Length", "Date", "Keep-Alive", "Proxy-Connection", "Server",
            "Transfer-Encoding",
            "Upgrade",
        ])
    func serversOwn(_ name: String) throws {
        #expect(EncodedFields([try #require(HTTPField.Name(name)): "1"]) == nil)
    }
}
