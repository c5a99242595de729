import Decoding
import Testing

@testable import Compression

/// Text that compresses, and bytes that don't.
private func content(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let half = (0..<count / 2).map { UInt8(truncatingIfNeeded: $0 / 7) }
    return half + (count / 2..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

@Suite("Content codings", .timeLimit(.minutes(1)))
struct ContentCodingTests {
    @Test(
        "RFC 9110 §8.4.1: a decoder gets back what was encoded, in whatever pieces",
        arguments: ContentCoding.allCases, [0, 1, 100, 70_000, 500_000])
    func roundTrip(_ coding: ContentCoding, _ count: Int) {
        let content = content(count)
        #expect(decoded(coding.encode(content), coding) == content)
        let encoder = coding.makeEncoder()
        var coded: [UInt8] = []
        for start in stride(from: 0, to: count, by: 777) {
            coded += encoder.encode(Array(content[start..<min(start + 777, count)]))
        }
        coded += encoder.finish()
        #expect(decoded(coded, coding) == content)
    }

    @Test("What repeats takes less room", arguments: ContentCoding.allCases)
    func compresses(_ coding: ContentCoding) {
        #expect(coding.encode([UInt8](repeating: 65, count: 100_000)).count < 1_000)
    }

    @Test(
        "After a flush all that was taken can be decoded", arguments: [ContentCoding.gzip, .deflate])
    func flush(_ coding: ContentCoding) {
        let encoder = coding.makeEncoder()
        let content = Array("an event".utf8)
        #expect(decoded(encoder.encode(content) + encoder.flush(), coding) == content)
    }

    @Test(
        "A flush gives something, and what follows it is decoded with it", arguments: ContentCoding.allCases)
    func goesOn(_ coding: ContentCoding) {
        let encoder = coding.makeEncoder()
        var coded = encoder.encode(Array("one ".utf8))
        let flushed = encoder.flush()
        #expect(!(coded + flushed).isEmpty)
        coded += flushed + encoder.encode(Array("two".utf8)) + encoder.finish()
        #expect(decoded(coded, coding) == Array("one two".utf8))
    }

    @Test("RFC 1952 §2.3.1, RFC 1950 §2.2: gzip and zlib begin as they have to")
    func formats() {
        #expect(ContentCoding.gzip.encode([]).starts(with: [0x1F, 0x8B, 8]))
        #expect(ContentCoding.deflate.encode([]).first == 0x78)
    }
}
