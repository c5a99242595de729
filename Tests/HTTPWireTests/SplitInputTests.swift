import FuzzProperties
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

private let samples: [String] = [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "\r\n\r\nGET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET /",
    "POST /a?b HTTP/1.1\r\nHost: [::1]:8443\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "PUT http://h/%41 HTTP/1.0\r\nUser-Agent: curl/8\r\nAccept: */*\r\nX-Long: \(String(repeating: "v", count: 90))\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\t;q=1\r\nCookie: a=b\r\nCookie: c=d\r\nX:\r\n\r\n\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
]

@Suite("Input that arrives in pieces")
struct SplitInputTests {
    @Test(
        "A head that is split anywhere, or comes byte by byte, is the head that comes whole",
        arguments: samples)
    func heads(sample: String) {
        let bytes = Array(sample.utf8)
        let whole = parse(bytes, ends: [bytes.count])
        #expect(whole != nil)
        for split in 0...bytes.count { #expect(parse(bytes, ends: [split, bytes.count]) == whole) }
        #expect(parse(bytes, ends: 0...bytes.count) == whole)
    }

    @Test("A head is not complete before its last byte", arguments: samples.prefix(4))
    func incomplete(sample: String) throws {
        let bytes = Array(sample.utf8)
        let consumed = try #require(parse(bytes, ends: [bytes.count])).consumed
        #expect(parse(bytes, ends: 0..<consumed) == nil)
    }

    @Test("A head that doesn't end is refused as soon as it is past a limit, though it comes byte by byte")
    func endless() {
        let limits = HTTPLimits(headerBytes: 100, fieldCount: 10, requestLineBytes: 40)
        let rest = String(repeating: "x", count: 100)
        let head = Array("GET / HTTP/1.1\r\nX: \(rest)".utf8)
        #expect(parse(head, ends: 0...100, limits: limits) == nil)
        #expect(parse(head, ends: 0...101, limits: limits)?.failure?.code == .headTooLarge)
        let line = Array("GET /\(rest)".utf8)
        #expect(parse(line, ends: 0...40, limits: limits) == nil)
        #expect(parse(line, ends: 0...42, limits: limits)?.failure?.code == .requestLineTooLong)
    }

    @Test(
        "Mutated requests are read or refused, the same way whole and byte by byte", .timeLimit(.minutes(1)))
    func mutations() {
        var random = SplitMix(state: 0x5EED)
        var refused = 0
        for round in 0..<3_000 {
            var bytes = Array(samples[round % samples.count].utf8)
            for _ in 0..<(1 + Int(random.next() % 4)) { mutate(&bytes, &random) }
            // Bytes that come one by one are judged when a head is complete at the latest.
            bytes += Array("\r\n\r\n".utf8)
            let whole = parse(bytes, ends: [bytes.count])
            let pieces = parse(bytes, ends: 0...bytes.count)
            #expect(whole == pieces)
            refused += whole?.failure == nil ? 0 : 1
        }
        #expect(refused > 500)
    }

    @Test("Mutated chunks are read or refused, the same way whole and byte by byte", .timeLimit(.minutes(1)))
    func chunkMutations() {
        var random = SplitMix(state: 0xC4A2)
        let sample = Array(
            "5;a=b;c=\"d\\\"\"\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX-T: v\r\n\r\nGET".utf8)
        for _ in 0..<3_000 {
            var bytes = sample
            for _ in 0..<(1 + Int(random.next() % 3)) { mutate(&bytes, &random) }
            let whole = decode(.chunked, bytes, piece: bytes.count)
            let pieces = decode(.chunked, bytes, piece: 1)
            #expect(whole.failure == pieces.failure)
            #expect(whole.data == pieces.data)
            if whole.failure == nil { #expect(whole == pieces) }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let index = Int(random.next() % UInt64(bytes.count))
        let interesting: [UInt8] = [
            0x00, 0x09, 0x0A, 0x0D, 0x20, 0x2C, 0x3A, 0x3B, 0x7F, 0x80, 0xFF, 0x30, 0x41,
        ]
        switch random.next() % 4 {
        case 0: bytes[index] = interesting[Int(random.next() % UInt64(interesting.count))]
        case 1: bytes.insert(interesting[Int(random.next() % UInt64(interesting.count))], at: index)
        case 2: bytes.remove(at: index)
        default: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        }
    }
}

/// A small generator whose sequence is the same everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
