// Owns the delimiting of multipart/form-data (RFC 7578, RFC 2046 §5.1). It copies nothing but the fields of parts:
// what it finds are ranges in the caller's bytes, and between calls it keeps a state, never a span.

/// What the decoder found in the bytes that it was given.
public enum MultipartEvent: Sendable, Hashable {
    /// Drop `consumed` bytes, which is all of them, and read more; at the end of the content call `finish()`.
    case needMore(consumed: Int)
    /// A part begins; its data follows after `consumed` bytes.
    case part(MultipartPart, consumed: Int)
    /// This range of the input is data of the part; what lies before its upper bound is consumed.
    case data(Range<Int>)
    /// These bytes are data of the part, and nothing of the input is consumed: earlier input ended with them, and
    /// they could have become a delimiter.
    case heldData(ArraySlice<UInt8>)
    /// The part has no more data; what comes next begins after `consumed` bytes.
    case endOfPart(consumed: Int)
    /// There are no more parts; what follows after `consumed` bytes is to be ignored (RFC 2046 §5.1.1).
    case end(consumed: Int)
}

/// How much of a form is read that is not data.
public struct MultipartLimits: Sendable, Hashable {
    /// Bytes of one part's fields.
    public var headBytes: Int
    /// Parts of one form.
    public var parts: Int
    /// Bytes before the first delimiter, and of white space after each; hardly anyone sends them.
    public var paddingBytes: Int

    /// Makes limits; by default 16 KiB, 1,000 parts and 1 KiB.
    public init(headBytes: Int = 16 << 10, parts: Int = 1_000, paddingBytes: Int = 1 << 10) {
        self.headBytes = headBytes
        self.parts = parts
        self.paddingBytes = paddingBytes
    }
}

/// Finds the parts of a form in pieces of any size.
///
/// - Lines end in CRLF. A boundary after a bare LF is data; in the fields of a part, or after a boundary, a bare LF
///   or CR is an error.
/// - A line that begins with the boundary is a delimiter (RFC 2046 §5.1.1: "it is sufficient that the boundary
///   appear in its entirety following the CRLF"); unless `--`, or white space and a CRLF, follow, it is an error.
/// - A preamble, and white space after a boundary, are skipped. A form may have no part, a part may have no data.
/// - Data is handed over as it came, whatever Content-Transfer-Encoding says, which RFC 7578 §4.7 deprecates.
public struct MultipartDecoder: Sendable {
    private enum State {
        case preamble
        case afterBoundary, afterDash, inPadding, afterCR
        case head, data
        case ended
    }

    private let limits: MultipartLimits
    private var search: DelimiterSearch
    private var state = State.preamble
    private var paddingBytes = 0
    private var parts = 0
    private var head: [UInt8] = []

    /// Makes a decoder for content of `type`, which is `multipart/form-data` with a boundary.
    /// - Throws: `invalidBoundary`, of another type too.
    public init(_ type: MediaType, limits: MultipartLimits = MultipartLimits()) throws(HTTPSyntaxError) {
        guard type.essence == "multipart/form-data", let boundary = type.parameter("boundary") else {
            throw HTTPSyntaxError(.invalidBoundary, context: "the form's type has no boundary")
        }
        try self.init(boundary: boundary, limits: limits)
    }

    /// Makes a decoder of parts that have `boundary` between them.
    /// - Throws: `invalidBoundary`, unless it has 1 to 70 of the characters of RFC 2046 §5.1.1.
    public init(
        boundary: String, limits: MultipartLimits = MultipartLimits()
    ) throws(HTTPSyntaxError) {
        let bytes = boundary.utf8
        guard (1...70).contains(bytes.count), bytes.last != UInt8(ascii: " "),
            ByteSet.boundary.containsAll(bytes.span)
        else { throw HTTPSyntaxError(.invalidBoundary, context: "the form's boundary is not valid") }
        self.limits = limits
        search = DelimiterSearch(boundary: boundary)
        search.beginLine()
    }

    /// Looks at what comes next; `input` starts where the event before said. May be called with no bytes.
    /// - Throws: why the form is refused; nothing that follows can be trusted.
    public mutating func next(_ input: Span<UInt8>) throws(HTTPSyntaxError) -> MultipartEvent {
        if state == .data { return input.isEmpty ? .needMore(consumed: 0) : nextOfData(input) }
        var index = state == .preamble ? try skipPreamble(input) : 0
        while index < input.count, state != .ended {
            let byte = input[index]
            index += 1
            if state != .head {
                try takeAfterBoundary(byte)
            } else if let part = try takeHead(byte) {
                return .part(part, consumed: index)
            }
        }
        return state == .ended ? .end(consumed: index) : .needMore(consumed: index)
    }

    /// Says that the content has ended.
    /// - Throws: `incompleteMultipart` unless its last delimiter was there.
    public func finish() throws(HTTPSyntaxError) {
        guard state == .ended else {
            throw HTTPSyntaxError(.incompleteMultipart, context: "the form ends before its last boundary")
        }
    }

    private mutating func nextOfData(_ input: Span<UInt8>) -> MultipartEvent {
        switch search.next(input) {
        case .undecided: return .needMore(consumed: input.count)
        case .data(let count): return .data(0..<count)
        case .held(let bytes): return .heldData(bytes)
        case .delimiter(let length):
            passBoundary()
            return .endOfPart(consumed: length)
        }
    }

    /// The offset past the first delimiter, or the end of the input.
    private mutating func skipPreamble(_ input: Span<UInt8>) throws(HTTPSyntaxError) -> Int {
        var index = 0
        while index < input.count {
            switch search.next(input.extracting(index...)) {
            case .undecided: return input.count
            case .data(let count):
                try skip(count)
                index += count
            case .held(let bytes): try skip(bytes.count)
            case .delimiter(let length):
                passBoundary()
                return index + length
            }
        }
        return index
    }

    private mutating func passBoundary() {
        state = .afterBoundary
        paddingBytes = 0
    }

    private mutating func skip(_ count: Int) throws(HTTPSyntaxError) {
        paddingBytes += count
        guard paddingBytes <= limits.paddingBytes else {
            throw HTTPSyntaxError(.malformedMultipart, context: "the form does not begin with its boundary")
        }
    }

    /// Takes a byte between a boundary and what it begins: a part, or the end.
    private mutating func takeAfterBoundary(_ byte: UInt8) throws(HTTPSyntaxError) {
        switch (state, byte) {
        case (.afterBoundary, UInt8(ascii: "-")): state = .afterDash
        case (.afterDash, UInt8(ascii: "-")): state = .ended
        case (.afterBoundary, UInt8(ascii: "\r")), (.inPadding, UInt8(ascii: "\r")): state = .afterCR
        case (.afterBoundary, 0x20), (.afterBoundary, 0x09), (.inPadding, 0x20), (.inPadding, 0x09):
            state = .inPadding
            try skip(1)
        case (.afterCR, UInt8(ascii: "\n")): try beginHead()
        default:
            throw HTTPSyntaxError(
                .malformedMultipart, context: "a boundary in the form is not followed by a line's end")
        }
    }

    private mutating func beginHead() throws(HTTPSyntaxError) {
        parts += 1
        guard parts <= limits.parts else {
            throw HTTPSyntaxError(.tooManyItems, context: "more than \(limits.parts) form fields")
        }
        state = .head
    }

    /// Collects a part's fields; the part, once their empty line is there.
    private mutating func takeHead(_ byte: UInt8) throws(HTTPSyntaxError) -> MultipartPart? {
        head.append(byte)
        guard head.count <= limits.headBytes else {
            throw HTTPSyntaxError(
                .partHeadTooLarge, context: "more than \(limits.headBytes) bytes of header in a part")
        }
        guard byte == UInt8(ascii: "\n") else { return nil }
        guard head.dropLast().last == UInt8(ascii: "\r") else {
            throw HTTPSyntaxError(.malformedPart, context: "a line in the header of a part ends without a CR")
        }
        guard head.count == 2 || head[head.count - 3] == UInt8(ascii: "\n") else { return nil }
        let part = try MultipartPart(head: head)
        head.removeAll(keepingCapacity: true)
        state = .data
        search.beginLine()
        return part
    }
}
