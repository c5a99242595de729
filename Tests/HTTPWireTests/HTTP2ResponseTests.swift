// HTTP/2 responses: what is framed when, and how much of it.
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

@Suite("HTTP/2 responses")
struct HTTP2ResponseTests {
    @Test("RFC 9113 §8.1: a response is HEADERS, then DATA that ends the stream")
    func response() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        try link.respond(1, .ok, [:], Array("hello".utf8))
        let frames = link.frames.filter { $0.stream == 1 }
        #expect(frames.map(\.type) == [FrameType.headers.rawValue, FrameType.data.rawValue])
        #expect(frames[0].flags == endHeaders)
        #expect(frames[0].payload.first == 0x88, "RFC 7541 §A: :status 200 is index 8")
        #expect(frames[1].flags == endStream)
        #expect(link.content() == Array("hello".utf8))
        #expect(link.log.last == "closed 1")
    }

    @Test(
        "RFC 9110 §6.4.1: no content with HEAD, 204 and 304",
        arguments: [(true, 200), (false, 204), (false, 304)])
    func noContent(isHEAD: Bool, status: Int) throws {
        let link = try HTTP2Link()
        try link.feed(request(1, fields(isHEAD ? "HEAD" : "GET")))
        try link.respond(1, HTTPResponse.Status(code: status), [:], isHEAD ? [1, 2] : [], isHEAD: isHEAD)
        #expect(link.frames(.headers).map(\.flags) == [endHeaders | endStream])
        #expect(link.frames(.data).isEmpty)
    }

    @Test("Content that is made on the way, and trailers after it")
    func stream() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        let stream = try #require(link.streams[1])
        try link.respond(isComplete: false)
        #expect(link.log.last == "drained 1")
        link.connection.append([1, 2], to: stream)
        link.drain()
        link.connection.append([3], to: stream)
        link.connection.finish(stream, trailers: [.contentLanguage: "en"])
        link.drain()
        #expect(link.content() == [1, 2, 3])
        #expect(link.frames(.headers).map(\.flags) == [endHeaders, endHeaders | endStream])
        #expect(stream.isSent)
        #expect(stream.sent == 3)
    }

    @Test("RFC 9110 §15.2: interim responses go before the final one")
    func interim() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        let stream = try #require(link.streams[1])
        link.connection.inform(stream, HTTPResponse(status: .init(code: 103)))
        try link.respond()
        #expect(link.frames(.headers).count == 2)
        link.connection.inform(stream, HTTPResponse(status: .continue))
        link.drain()
        #expect(link.frames(.headers).count == 2, "none after it")
    }

    @Test("RFC 9113 §5.2: no more content than the windows allow, and more when they open")
    func window() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try link.respond(1, .ok, [:], content)
        #expect(link.content().count == 65_535)
        try link.feed(frame(.windowUpdate, 0, 0, number(50_000)))
        #expect(link.content().count == 65_535)
        try link.feed(frame(.windowUpdate, 0, 1, number(10_000)))
        #expect(link.content().count == 75_535)
        try link.feed(frame(.windowUpdate, 0, 1, number(50_000)))
        #expect(link.content() == content)
        #expect(
            link.frames(.data).allSatisfy { $0.payload.count <= 16_384 - 9 }, "a frame fills a TLS record")
    }

    @Test("RFC 9113 §6.9: a client may send as much as was taken, for each stream by itself")
    func receivingWindow() throws {
        var limits = HTTP2Limits()
        limits.window = 10_000
        let link = try HTTP2Link(limits)
        try link.feed(opening(1, fields("POST")) + opening(3, fields("POST")))
        for stream: UInt32 in [1, 3] {
            try link.feed(frame(.data, 0, stream, [UInt8](repeating: 0, count: 10_000)))
        }
        #expect(link.frames(.windowUpdate).allSatisfy { $0.stream == 0 }, "nobody has read anything")
        let stream = try #require(link.streams[1])
        #expect(link.connection.takeContent(of: stream).count == 10_000)
        link.drain()
        #expect(link.frames(.windowUpdate).filter { $0.stream == 1 }.map(\.payload) == [number(10_000)])
        try link.feed(frame(.data, 0, 3, [0]))
        #expect(link.reset(3) == 3, "FLOW_CONTROL_ERROR")
    }

    @Test(
        "RFC 9113 §8.1: a response before the end of its request is told of, so that the rest is called off")
    func early() throws {
        let link = try HTTP2Link()
        try link.feed(opening(1, fields("POST")))
        try link.respond(1, .contentTooLarge)
        #expect(link.log.last == "answered early 1")
        let stream = try #require(link.streams[1])
        link.connection.reset(stream, .noError)
        link.drain()
        #expect(link.reset() == 0)
        #expect(link.log.last == "closed 1")
    }

    @Test("RFC 9113 §6.4: a reset stream is closed, whatever waited to be sent")
    func reset() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        try link.respond(1, .ok, [:], [UInt8](repeating: 0, count: 100_000))
        try link.feed(frame(.reset, 0, 1, number(8)))
        let stream = try #require(link.streams[1])
        #expect(stream.isClosed && stream.isReset && !stream.isSent)
        link.connection.append([1], to: stream)
        link.drain()
        #expect(link.content().count == 65_535)
    }

    @Test("RFC 9113 §6.8: a stop is announced, then new streams are refused, and those that are open finish")
    func shutdown() throws {
        let link = try HTTP2Link()
        try link.feed(request(1))
        link.connection.announceShutdown()
        link.drain()
        #expect(link.frames(.goAway).last?.number(at: 0) == UInt32(Int32.max))
        try link.feed(request(3))
        link.connection.refuseStreams()
        link.drain()
        #expect(link.frames(.goAway).last?.payload == number(3) + number(0))
        try link.feed(request(5))
        #expect(link.heads.count == 2)
        try link.respond(1)
        #expect(!link.connection.isFinished)
        try link.respond(3)
        #expect(link.connection.isFinished)
    }

    @Test("RFC 9218 §4: more urgent responses go first")
    func priorities() throws {
        let link = try HTTP2Link()
        try link.feed(frame(.windowUpdate, 0, 0, number(1 << 20)))
        try link.feed(request(1, fields([("priority", "u=6")])) + request(3, fields([("priority", "u=1")])))
        try link.feed(frame(.reset, 0, 1, number(8)) + request(5, fields([("priority", "u=6")])))
        let content = [UInt8](repeating: 0, count: 40_000)
        for id: Int32 in [5, 3] { try link.respond(id, .ok, [:], content, drains: false) }
        link.drain()
        let order = link.frames(.data).map(\.stream)
        #expect(order == order.sorted(), "stream 3 before stream 5, though it was answered later: \(order)")
    }

    @Test(
        "RFC 9218 §4: what the Priority field says",
        arguments: [
            ("", 3, false), ("u=0", 0, false), ("u=7, i", 7, true), ("i=?1, u=5", 5, true),
            ("i=?0", 3, false),
            ("u=8", 3, false), ("u=-1", 3, false), ("u=1;x=2, i;y", 1, true), ("urgency", 3, false),
            ("u=", 3, false),
        ] as [(String, UInt32, Bool)])
    func priorityField(_ field: String, urgency: UInt32, isIncremental: Bool) {
        let priority = StreamPriority(field)
        #expect(priority.urgency == urgency)
        #expect(priority.isIncremental == isIncremental)
    }
}
