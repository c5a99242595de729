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
    private static let server = ServerFields(date: HTTPDate(secondsSinceEpoch: 1_795_219_200), server: "x")

    /// None, all, or all but the last of the fields encoded, and the others.
    private static let ways: [(encoded: EncodedFields?, others: HTTPFields)] = [
        (nil, fields), (EncodedFields(fields), [:]),
        (EncodedFields(HTTPFields(fields.dropLast())), HTTPFields(fields.suffix(1))),
    ]

    @Test("RFC 9112 §5: the same lines", arguments: [0, 5])
    func lines(length: UInt64) throws {
        let heads = try Self.ways.map { encoded, others in
            var output: [UInt8] = []
            _ = try ResponseEncoder.appendHead(
                .ok, others, behind: encoded, content: .length(length), context: ResponseContext(),
                server: Self.server, to: &output)
            return String(decoding: output, as: UTF8.self)
        }
        #expect(Set(heads).count == 1)
        #expect(heads[0].contains("\r\nETag: \"a\"\r\n"))
        #expect(heads[0].contains("\r\nAccept-Ranges: \r\n"))
    }

    @Test(
        "What the server decides about is its own behind encoded fields, too",
        arguments: [
            ([.date: "x"], true), ([.server: "mine"], true), ([.connection: "close"], false),
            ([.transferEncoding: "chunked"], true), ([.contentLength: "5"], true),
        ] as [(HTTPFields, Bool)])
    func serversBehind(others: HTTPFields, keepsAlive: Bool) throws {
        var all = Self.fields
        all.append(contentsOf: others)
        let ways: [(EncodedFields?, HTTPFields)] = [(nil, all), (EncodedFields(Self.fields), others)]
        let heads = try ways.map { encoded, others in
            var output: [UInt8] = []
            let plan = try ResponseEncoder.appendHead(
                .ok, others, behind: encoded, content: .length(5), context: ResponseContext(),
                server: Self.server, to: &output)
            #expect(plan.keepAlive == keepsAlive)
            return String(decoding: output, as: UTF8.self)
        }
        #expect(heads[0] == heads[1])
        for name in ["Date", "Server", "Content-Length"] {
            #expect(heads[1].split(separator: "\r\n\(name): ").count == 2)
        }
        #expect(!heads[1].contains("Transfer-Encoding"))
        var output: [UInt8] = []
        #expect(throws: ResponseFailure.invalidContentLength) {
            try ResponseEncoder.appendHead(
                .ok, [.contentLength: "6"], behind: EncodedFields(Self.fields), content: .length(5),
                context: ResponseContext(), server: Self.server, to: &output)
        }
        #expect(output.isEmpty)
    }

    @Test("RFC 9113 §8.2: the same frames")
    func frames() throws {
        let outputs = try Self.ways.map { encoded, others in
            let link = try HTTP2Link()
            try link.feed(request(1))
            let stream = try #require(link.streams[1])
            _ = try link.connection.respond(
                to: stream,
                { block throws(ResponseFailure) in
                    try ResponseEncoder.appendHead(
                        .ok, others, behind: encoded, content: .length(0),
                        context: ResponseContext(version: .http2), server: Self.server, to: &block)
                }, content: [], isComplete: true)
            link.drain()
            return link.output
        }
        #expect(Set(outputs).count == 1)
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
