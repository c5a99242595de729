// Owns a look at the headers of the client's frames, before nghttp2 sees them: it tells nothing of frames that it
// ignores, and ignores requests whose number is too low.

/// Finds the frame headers (RFC 9113 §4.1) in a client's bytes, at any split.
struct FrameScanner {
    /// What the header of a frame says.
    struct Header {
        let type: UInt8
        let stream: Int32
    }

    private static let headerBytes = 9
    private static let data: UInt8 = 0
    private static let continuation: UInt8 = 9

    /// Bytes to pass over before the next header; the client's preface (§3.4) is the first.
    private var skipping = HTTP2Connection.preface.count
    private var collected: UInt64 = 0
    private var length = 0
    private var count = 0

    /// Whether what the frame under way carries is content, which has a time of its own.
    private var isContent = false
    /// Frames that have begun, but for those that go on with a field section.
    private(set) var begun = 0

    /// Whether the bytes so far end within a frame, but for its content.
    var isInFrame: Bool { count > 0 || skipping > 0 && !isContent }

    /// The next frame header in `bytes` at or after `index`, which is moved past it; nil when there is none.
    mutating func next(_ bytes: Span<UInt8>, _ index: inout Int) -> Header? {
        let skipped = min(skipping, bytes.count - index)
        skipping -= skipped
        index += skipped
        while index < bytes.count {
            if count < 3 {
                length = length << 8 | Int(bytes[index])
            } else {
                collected = collected << 8 | UInt64(bytes[index])
            }
            count += 1
            index += 1
            if count == Self.headerBytes { return complete() }
        }
        return nil
    }

    private mutating func complete() -> Header {
        defer {
            skipping = length
            (collected, length, count) = (0, 0, 0)
        }
        let header = Header(
            type: UInt8(truncatingIfNeeded: collected >> 40),
            stream: Int32(truncatingIfNeeded: collected & 0x7FFF_FFFF))
        isContent = header.type == Self.data
        if header.type != Self.continuation { begun += 1 }
        return header
    }
}

/// The numbers of streams that a client has passed over; they are closed (RFC 9113 §5.1.1).
struct SkippedStreams {
    /// Some clients pass over a few numbers once. More gaps than this are forgotten, oldest first.
    private static let most = 16

    private var highest: Int32 = -1
    private var gaps: [ClosedRange<Int32>] = []

    /// Notes that a field section begins on a stream.
    ///
    /// - Returns: whether that is wrong: the client has passed over this number.
    mutating func isWrong(_ stream: Int32) -> Bool {
        guard stream > highest else { return gaps.contains { $0.contains(stream) } }
        if Int(stream) - Int(highest) > 2 {
            if gaps.count == Self.most { gaps.removeFirst() }
            gaps.append((highest + 1)...(stream - 1))
        }
        highest = stream
        return false
    }
}
