// Owns the reading of field sections. Clients repeat most of their head with each request, and HPACK then gives the
// same strings again: their fields are shared instead of made anew, and a head that is the same as a whole too.
import CNghttp2
import HTTPCore
import HTTPTypes

/// Reads one field section after another; there is never more than one under way (RFC 9113 §4.3).
struct HTTP2HeadReader {
    /// What a field counts beside its bytes (RFC 9113 §6.5.2).
    private static let fieldOverhead = 32
    private static let pseudoFields = 4
    /// A head that is larger is not kept, so that an idle connection holds little.
    private static let memoryLimit = 4 << 10

    private let isSecure: Bool
    private var limits: HTTPLimits

    /// The section before, and what was made of it.
    private var memory: [KnownField] = []
    /// Their strings: looking at these costs no references.
    private var strings: [KnownStrings] = []
    private var head: ParsedHead?
    private var headIsEnded = false

    private var fields: [KnownField] = []
    private var cursor = 0
    private var isRepeated = true
    private var size = 0
    private var problem: HTTP2FieldProblem?

    init(limits: HTTPLimits, isSecure: Bool) {
        self.limits = limits
        self.isSecure = isSecure
    }

    /// Goes by other limits from the next section on.
    mutating func adopt(_ limits: HTTPLimits) {
        guard limits != self.limits else { return }
        self.limits = limits
        // A head that is repeated is not judged again.
        forget()
    }

    private mutating func forget() {
        memory = []
        strings = []
        head = nil
    }

    /// Begins a section.
    mutating func begin() {
        fields.removeAll(keepingCapacity: true)
        cursor = 0
        isRepeated = head != nil
        size = 0
        problem = nil
    }

    /// Takes the next field.
    mutating func take(_ name: OpaquePointer, _ value: OpaquePointer) {
        if unsafe isNext(name, value) {
            size += strings[cursor].size
            if !isRepeated { collect(memory[cursor]) }
        } else {
            leaveRepetition()
            unsafe takeUnknown(name, value)
        }
        // Most often one value has changed, and the fields after it are the same again.
        cursor += 1
    }

    /// Whether the section before says the same at this place.
    private func isNext(_ name: OpaquePointer, _ value: OpaquePointer) -> Bool {
        guard cursor < strings.count else { return false }
        return unsafe strings[cursor].areSame(name, value) || memory[cursor].isSame(name, value)
    }

    private mutating func takeUnknown(_ name: OpaquePointer, _ value: OpaquePointer) {
        guard problem == nil else { return }
        do throws(HTTP2FieldProblem) {
            let known = unsafe try KnownField(name, value)
            size += known.size
            collect(known)
        } catch {
            problem = error
        }
    }

    /// Adds a field to the section, as far as the limits go.
    private mutating func collect(_ known: KnownField) {
        // Pseudo-header fields are no fields in the sense of the limits.
        if fields.count >= limits.fieldCount + Self.pseudoFields {
            problem = problem ?? .refused(RequestFailure(.tooManyFields))
        } else if size + fields.count * Self.fieldOverhead > limits.headerBytes + limits.requestLineBytes {
            problem = problem ?? .refused(RequestFailure(.headTooLarge))
        } else {
            fields.append(known)
        }
    }

    /// Begins to collect fields: the section differs from the one before.
    private mutating func leaveRepetition() {
        guard isRepeated else { return }
        isRepeated = false
        fields.append(contentsOf: memory.prefix(cursor))
    }

    /// The head of a request, once its section is complete.
    mutating func finishHead(isEnded: Bool) throws(HTTP2FieldProblem) -> ParsedHead {
        if let problem { throw problem }
        if isRepeated, cursor == strings.count, isEnded == headIsEnded, let head { return head }
        leaveRepetition()
        var head = HTTP2Head()
        for known in fields { try head.take(known.field) }
        let parsed = try head.finish(isEnded: isEnded, isSecure: isSecure, limits: limits)
        keep(parsed, isEnded: isEnded)
        return parsed
    }

    private mutating func keep(_ parsed: ParsedHead, isEnded: Bool) {
        guard size <= Self.memoryLimit else { return forget() }
        memory = fields
        strings = fields.map(\.strings)
        head = parsed
        headIsEnded = isEnded
    }

    /// The trailer section of a request, once it is complete; it has no pseudo-header fields, and none that frame or
    /// route the message (RFC 9113 §8.1, RFC 9110 §6.5.1).
    mutating func finishTrailers() throws(HTTP2FieldProblem) -> HTTPFields {
        if let problem { throw problem }
        leaveRepetition()
        var trailers = HTTPFields()
        for known in fields {
            guard case .regular(let field, .ordinary) = known.field else {
                throw .malformed("a trailer field that can't be one")
            }
            trailers.append(field)
        }
        return trailers
    }
}
