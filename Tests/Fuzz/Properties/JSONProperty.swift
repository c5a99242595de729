// RFC 8259: JSON that clients send, read and written again.
#if TESTABLE
@testable import Modules

extension FuzzTarget {
    /// The input is a text that may be JSON.
    static let json = FuzzTarget("json") { input in
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(parsing: input)
        } catch {
            try require((0...input.count).contains(error.offset), "\(error) of \(input.count)")
            return
        }
        let (line, lines) = (value.line, value.pretty)
        for text in [line, lines] {
            let again = try JSONValue(parsing: Array(text.utf8))
            try require(spelling(again), equals: spelling(value), "written and read again: \(text)")
        }
        try require(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character: \(line)")
        for limit in [0, 1, 16, line.utf8.count / 2] { try isCut(value, beyond: limit, of: lines) }
        try isBounded(value, line)
    }

    /// What only one value has; values are equal whose strings are spelt in other ways.
    private static func spelling(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .null, .bool: Array("\(value);".utf8)
        case .number(let text): Array("\(text);".utf8)
        case .string(let text): Array("\(text.utf8.count):\(text)".utf8)
        case .array(let values): Array("[".utf8) + values.flatMap(spelling) + Array("]".utf8)
        case .object(let members):
            Array("{".utf8) + members.flatMap { spelling(.string($0.name)) + spelling($0.value) }
                + Array("}".utf8)
        }
    }

    /// What is cut is how the whole begins.
    private static func isCut(_ value: JSONValue, beyond limit: Int, of whole: String) throws(Violation) {
        let cut = Array(value.pretty(cutBeyond: limit).utf8)
        let same = zip(cut, whole.utf8).prefix { $0 == $1 }.count
        guard whole.utf8.count > limit else {
            return try require(cut, equals: Array(whole.utf8), "all of it")
        }
        try require(same > limit || same == cut.count, "\(same) bytes of \(whole), cut beyond \(limit)")
    }

    /// 128 arrays and objects are read, 129 aren't.
    private static func isBounded(_ value: JSONValue, _ text: String) throws(Violation) {
        let depth = depth(value)
        try require(depth <= 128, "a depth of \(depth)")
        for (count, isRead) in [(128 - depth, true), (129 - depth, false)] {
            let begin = String(repeating: "[", count: count)
            let end = String(repeating: "]", count: count)
            // Where it stops to be one tells nothing more.
            let read = try? JSONValue(parsing: Array((begin + text + end).utf8))
            try require(read?.line, equals: isRead ? begin + text + end : nil, "\(count) arrays around it")
        }
    }

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let values): 1 + (values.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.map { depth($0.value) }.max() ?? 0)
        default: 0
        }
    }
}
#endif
