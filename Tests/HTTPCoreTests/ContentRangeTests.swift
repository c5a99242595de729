import HTTPCore
import Testing

@Suite("Content-Range of a request")
struct ContentRangeTests {
    @Test(
        "RFC 9110 §14.4: a part, with the size of the whole or without, or the size alone",
        arguments: [
            ("bytes 0-0/1", 0..<1, 1), ("bytes 10-99/100", 10..<100, 100), ("Bytes 0-4/10", 0..<5, 10),
            ("bytes 5-9/*", 5..<10, nil), ("bytes */0", nil, 0), ("bytes */*", nil, nil),
            ("bytes */4611686018427387904", nil, 1 << 62),
        ] as [(String, Range<UInt64>?, UInt64?)])
    func valid(_ value: String, _ part: Range<UInt64>?, _ size: UInt64?) throws {
        let range = try #require(ContentRange(value))
        #expect(range.part == part)
        #expect(range.size == size)
    }

    @Test(
        "RFC 9110 §14.4: a part that does not lie within the whole, and what is malformed, is invalid",
        arguments: [
            "", "bytes", "bytes 0-9", "bytes=0-9/10", "lines 0-9/10", "bytes 9-0/10", "bytes 0-10/10",
            "bytes 0-9/", "bytes -9/10", "bytes 0-/10", "bytes 0-9/10/11", "bytes +0-9/10",
            "bytes 0 - 9/10", "bytes 0-99999999999999999999/*", "bytes 0x0-9/10", "bytes 0-9/10, 0-9/10",
        ])
    func invalid(_ value: String) {
        #expect(ContentRange(value) == nil)
    }
}
