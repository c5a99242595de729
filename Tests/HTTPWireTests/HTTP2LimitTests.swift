// What a client of HTTP/2 may not do, and how it is told.
import HTTPTypes
import HTTPWire
import Testing

@Suite("HTTP/2 limits")
struct HTTP2LimitTests {
    /// A way to ask for more than a limit: what to send once, what to send again and again.
    struct Excess: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let limit: @Sendable (inout HTTP2Limits) -> Void
        var before: [UInt8] = []
        let again: @Sendable (UInt32) -> [UInt8]
    }

    static let floods: [Excess] = [
        Excess(testDescription: "RFC 9113 §10.5, CVE-2023-44487: streams that are reset at once") {
            $0.resets = 20
        } again: {
            request(2 * $0 + 1) + frame(.reset, 0, 2 * $0 + 1, number(8))
        },
        Excess(testDescription: "CVE-2025-8671: streams that the server is made to reset") {
            $0.resets = 20
        } again: {
            request(2 * $0 + 1) + frame(.windowUpdate, 0, 2 * $0 + 1, number(0x7FFF_FFFF))
        },
        Excess(testDescription: "malformed requests, which reset their streams too") {
            $0.resets = 20
        } again: {
            request(2 * $0 + 1, fields("GET", ""))
        },
        Excess(testDescription: "CVE-2019-9515: SETTINGS") {
            $0.settings = 20
        } again: { _ in
            frame(.settings, 0, 0, [0, 3] + number(100))
        },
        Excess(testDescription: "CVE-2019-9512: PING") {
            $0.pings = 20
        } again: { _ in
            frame(.ping, 0, 0, [UInt8](repeating: 0, count: 8))
        },
        Excess(
            testDescription: "CVE-2019-9518: DATA with nothing in it", limit: { $0.emptyFrames = 20 },
            before: opening(1, fields("POST")), again: { _ in frame(.data, 0, 1) }),
        Excess(
            testDescription: "CVE-2019-9518: DATA with padding in it", limit: { $0.emptyFrames = 20 },
            before: opening(1, fields("POST")), again: { _ in frame(.data, 8, 1, [3, 0, 0, 0]) }),
        Excess(testDescription: "CVE-2019-9513: PRIORITY") {
            $0.otherFrames = 20
        } again: {
            frame(.priority, 0, 2 * $0 + 1, number(0) + [16])
        },
        Excess(testDescription: "RFC 9113 §5.5: frames of unknown types") {
            $0.otherFrames = 20
        } again: { _ in
            frame(0xB7, 0, 0, [1])
        },
        Excess(testDescription: "RFC 9113 §10.5: windows opened for nothing") {
            $0.otherFrames = 20
        } again: { _ in
            frame(.windowUpdate, 0, 0, number(1))
        },
        Excess(
            testDescription: "CVE-2024-27316: CONTINUATION", limit: { $0.continuations = 20 },
            before: frame(.headers, 0, 1, section(fields())),
            again: { frame(.continuation, 0, 1, section([("x-\($0)", "y")])) }),
    ]

    @Test("Past its limit the client gets ENHANCE_YOUR_CALM", arguments: floods)
    func flood(_ excess: Excess) throws {
        var limits = HTTP2Limits()
        excess.limit(&limits)
        let link = try HTTP2Link(limits)
        try link.feed(excess.before)
        for index in 0..<UInt32(10) { try link.feed(excess.again(index)) }
        #expect(link.goAway == nil, "some are in order")
        #expect(throws: HTTP2Failure.self) {
            for index in UInt32(10)..<40 { try link.feed(excess.again(index)) }
        }
        link.drain()
        #expect(link.goAway == HTTP2ErrorCode.enhanceYourCalm.rawValue)
    }

    @Test(
        "RFC 9113 §6.10: as many CONTINUATION frames as there may be, in any pieces",
        arguments: [1, 5, 1_000])
    func continuations(size: Int) throws {
        let link = try HTTP2Link()
        for stream: UInt32 in [1, 3] {
            let more = (1...8).flatMap {
                frame(.continuation, $0 == 8 ? endHeaders : 0, stream, section([("x-\($0)", "y")]))
            }
            try link.feed(frame(.headers, endStream, stream, section(fields())) + more, by: size)
        }
        #expect(link.heads.map(\.request.headerFields.count) == [8, 8])
    }

    @Test("The count begins anew each minute")
    func minute() throws {
        var limits = HTTP2Limits()
        limits.pings = 20
        let link = try HTTP2Link(limits)
        let ping = frame(.ping, 0, 0, [UInt8](repeating: 0, count: 8))
        for _ in 0..<5 {
            for _ in 0..<20 { try link.feed(ping) }
            link.wait(60)
        }
        #expect(link.goAway == nil)
    }

    @Test("Frames of use are not counted: requests, content, windows of what is being sent")
    func useful() throws {
        var limits = HTTP2Limits()
        limits.otherFrames = 20
        let link = try HTTP2Link(limits)
        for index in 0..<100 {
            let id = UInt32(1 + 2 * index)
            try link.feed(opening(id, fields("POST")))
            for _ in 0..<10 { try link.feed(frame(.data, 0, id, [0])) }
            try link.feed(frame(.data, endStream, id, [0]))
            try link.respond(Int32(id), .ok, [:], [UInt8](repeating: 0, count: 10_000))
            try link.feed(frame(.windowUpdate, 0, 0, number(10_000)))
        }
        #expect(link.goAway == nil)
        #expect(link.heads.count == 100)
    }

    @Test("RFC 9113 §5.1.2: more streams than there may be are refused, and may come again")
    func streams() throws {
        var limits = HTTP2Limits()
        limits.streams = 2
        let link = try HTTP2Link(limits, hello: false)
        try link.feed(HTTP2Connection.preface + frame(.settings))
        for id: UInt32 in [1, 3, 5] { try link.feed(request(id)) }
        #expect(link.heads.count == 2)
        #expect(link.reset(5) == 7, "REFUSED_STREAM")
        try link.respond(1)
        try link.feed(request(7))
        #expect(link.heads.count == 3)
    }

    @Test("RFC 9113 §5.4.2: who asks for more, after it acknowledged the limit, has lost the connection")
    func streamsKnown() throws {
        var limits = HTTP2Limits()
        limits.streams = 2
        let link = try HTTP2Link(limits)
        for id: UInt32 in [1, 3, 5] { try link.feed(request(id)) }
        #expect(link.goAway == 1)
    }

    @Test("RFC 9113 §6.5.2: the client is told of the limits")
    func settings() throws {
        let link = try HTTP2Link()
        let settings = try #require(link.frames(.settings).first).payload
        #expect(
            settings == [0, 3] + number(128) + [0, 4] + number(65_536) + [0, 6] + number(65_536) + [0, 9]
                + number(1))
    }

    @Test(
        "RFC 9113: connection errors",
        arguments: [
            ("§5.1.1: an even stream", request(2), 1),
            ("§5.1.1: a stream that was passed over", request(5) + request(3), 1),
            ("§6.1: DATA on stream 0", frame(.data, 1, 0, [1]), 1),
            ("§5.1: DATA on an idle stream", frame(.data, 1, 1, [1]), 1),
            ("§6.5.3: an acknowledgement of nothing", frame(.settings, 1), 1),
            ("§6.5: SETTINGS of 5 bytes", frame(.settings, 0, 0, [0, 0, 0, 0, 0]), 6),
            ("§6.9: a window opened by 0", frame(.windowUpdate, 0, 0, number(0)), 1),
            ("§6.9.1: a window too large", frame(.windowUpdate, 0, 0, number(0x7FFF_FFFF)), 3),
            ("§8.4: PUSH_PROMISE", request(1) + frame(.push, 4, 1, number(2) + section(fields())), 1),
            ("§6.10: CONTINUATION of nothing", frame(.continuation, 4, 1, section(fields())), 1),
            ("§6.10: a frame within a section", frame(.headers, 1, 1, section(fields())) + frame(.ping), 1),
            ("RFC 7541 §6.1: index 0", frame(.headers, 5, 1, [0x80]), 9),
        ] as [(String, [UInt8], UInt32)])
    func connectionErrors(_ what: String, _ bytes: [UInt8], code: UInt32) throws {
        let link = try HTTP2Link()
        // A failure that throws tells the client all the same.
        do throws(HTTP2Failure) { try link.feed(bytes) } catch { link.drain() }
        #expect(link.goAway == code, "\(what): \(link.frames)")
    }

    @Test("RFC 9113 §3.4: what doesn't begin with the preface is no HTTP/2")
    func preface() throws {
        let link = try HTTP2Link(hello: false)
        #expect(throws: HTTP2Failure.self) { try link.feed(Array("GET / HTTP/1.1\r\n\r\n".utf8)) }
    }

    @Test("What the client began is incomplete until it is there: preface, frame, section, but not content")
    func incomplete() throws {
        let link = try HTTP2Link(hello: false)
        #expect(link.connection.isIncomplete)
        try link.feed(HTTP2Connection.preface)
        #expect(link.connection.isIncomplete, "SETTINGS must follow")
        try link.feed(frame(.settings))
        #expect(!link.connection.isIncomplete)
        let ping = frame(.ping, 0, 0, [UInt8](repeating: 0, count: 8))
        for end in 1..<ping.count {
            try link.feed(Array(ping[(end - 1)..<end]))
            #expect(link.connection.isIncomplete)
        }
        try link.feed([0])
        #expect(!link.connection.isIncomplete)
        try link.feed(frame(.headers, 0, 1, section(fields("POST"))))
        #expect(link.connection.isIncomplete)
        let begun = link.connection.begun
        try link.feed(frame(.continuation, endHeaders, 1))
        #expect(!link.connection.isIncomplete)
        #expect(link.connection.begun == begun, "a section that goes on is not begun anew")
        try link.feed(Array(frame(.data, 0, 1, [1, 2, 3]).dropLast()))
        #expect(!link.connection.isIncomplete, "content has a time of its own")
    }
}
