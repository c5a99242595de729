// Owns a look at the headers of the client's frames, before nghttp2 sees them: it tells nothing of frames that it
// ignores, and ignores requests whose number is too low, content of streams that are over, and wrong priorities.
import HTTPTypes

/// Finds the frame headers (RFC 9113 §4.1) in a client's bytes, at any split.
struct FrameScanner {
    /// What the header of a frame says.
    struct Header {
        let type: UInt8
        let stream: Int32
        /// The stream that a PRIORITY or PRIORITY_UPDATE frame names in its payload; nil for others.
        var named: Int32?

        var isPriority: Bool { type == FrameScanner.priority || type == FrameScanner.priorityUpdate }

        /// Whether it gives a priority to no stream, or has a stream depend on itself.
        var isWrongPriority: Bool {
            guard let named else { return false }
            return type == FrameScanner.priority ? stream == 0 || stream == named : named == 0
        }
    }

    private static let headerBytes = 9
    private static let data: UInt8 = 0
    private static let priority: UInt8 = 2
    private static let continuation: UInt8 = 9
    private static let priorityUpdate: UInt8 = 16
    /// What frames of priorities say first (RFC 9113 §6.3, RFC 9218 §7.1).
    private static let namedBytes = 4

    /// Bytes to pass over before the next header; the client's preface (§3.4) is the first.
    private var skipping = HTTP2Connection.preface.count
    private var collected: UInt64 = 0
    private var length = 0
    private var count = 0
    /// The frame whose header is there, and what it names not yet.
    private var begunPriority: Header?

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
            if count == Self.headerBytes {
                let header = Header(type: UInt8(truncatingIfNeeded: collected >> 40), stream: number)
                guard header.isPriority, length >= Self.namedBytes else { return complete(header) }
                begunPriority = header
            } else if count == Self.headerBytes + Self.namedBytes, var header = begunPriority {
                header.named = number
                length -= Self.namedBytes
                return complete(header)
            }
        }
        return nil
    }

    /// The stream that the last four bytes name.
    private var number: Int32 { Int32(truncatingIfNeeded: collected & 0x7FFF_FFFF) }

    private mutating func complete(_ header: Header) -> Header {
        skipping = length
        (collected, length, count) = (0, 0, 0)
        isContent = header.type == Self.data
        if header.type != Self.continuation { begun += 1 }
        return header
    }
}

/// The streams on which nothing may begin any more: those that the client has passed over, ended or
/// reset (RFC 9113 §5.1).
///
/// Those that the server has reset are none of them: the client may not know yet.
struct PastStreams {
    /// Some clients pass over a few numbers once. More gaps than this are forgotten, oldest first.
    private static let mostGaps = 16
    /// More ended streams than this are forgotten, oldest first.
    private static let mostEnded = 16

    private var highest: Int32 = -1
    private var gaps: [ClosedRange<Int32>] = []
    private var ended: [Int32] = []
    private var nextEnded = 0

    /// Notes that a field section begins on a stream.
    ///
    /// - Returns: what is wrong with that, if something is.
    mutating func beginSection(on stream: Int32) -> HTTP2ErrorCode? {
        guard stream > highest else { return problem(ofContentOn: stream) }
        if stream - 2 > highest {
            if gaps.count == Self.mostGaps { gaps.removeFirst() }
            gaps.append((highest + 1)...(stream - 1))
        }
        highest = stream
        return nil
    }

    /// What is wrong with content on a stream, if something is.
    func problem(ofContentOn stream: Int32) -> HTTP2ErrorCode? {
        if ended.contains(stream) { return .streamClosed }
        return gaps.contains { $0.contains(stream) } ? .protocolError : nil
    }

    /// Notes that the client has said all that it may.
    mutating func end(_ stream: Int32) {
        if ended.count < Self.mostEnded {
            ended.append(stream)
        } else {
            ended[nextEnded] = stream
            nextEnded = (nextEnded + 1) % Self.mostEnded
        }
    }
}
