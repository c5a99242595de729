// Owns what fuzzing holds against the library: each target turns arbitrary bytes into input, and says what must be true.

/// A part of the library that takes bytes of strangers, with what must be true whatever they are.
package struct FuzzTarget: Sendable {
    /// The name: of the folder below `Tests/Fuzz/Corpus`, and for `make fuzz TARGET=`.
    package let name: String
    private let property: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, _ property: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.property = property
    }

    /// Throws what is not true of `input`; a trap is a finding as well.
    package func check(_ input: [UInt8]) throws { try property(input) }
}

extension FuzzTarget {
    /// All of them. Another has a file beside this one, a line here, and a folder of inputs.
    package static let all: [FuzzTarget] =
        internals + [
            .request, .chunked, .http2, .target, .form, .multipart, .range, .condition, .negotiation,
            .configuration, .proxy, .clientHello, .credentials, .contentRange,
        ]

    #if TESTABLE
    /// Those of what is internal to a target.
    private static let internals: [FuzzTarget] = [
        .cookies, .json, .submission, .markdown, .difference, .passwordFile,
    ]
    #else
    private static let internals: [FuzzTarget] = []
    #endif
}

/// A rule that does not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Throws if a rule does not hold.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws(Violation) {
    guard holds else { throw Violation(description: rule()) }
}

/// Throws if two values that must be the same are not.
func require<Value: Equatable>(
    _ value: Value, equals expected: Value, _ rule: @autoclosure () -> String
) throws(Violation) {
    guard value != expected else { return }
    throw Violation(description: "\(rule())\n  is        \(value)\n  should be \(expected)")
}

/// Some places to split `bytes` at, other ones for other bytes: all of them together would take too long.
func splits(_ bytes: [UInt8]) -> [Int] {
    let seed = bytes.reduce(UInt64(bytes.count)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return (0..<4).map { Int(truncatingIfNeeded: (seed >> ($0 * 16)) & 0xFFFF) % (bytes.count + 1) }
}
