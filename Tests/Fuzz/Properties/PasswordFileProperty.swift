// Files of htpasswd(1): which lines are users, and which are mistakes. Nothing is hashed.
#if TESTABLE
import Configuration
import SystemPackage

@testable import Middleware

extension FuzzTarget {
    /// The input is a file.
    static let passwordFile = FuzzTarget("password-file") { input in
        let found = mistakes(input)
        let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var users: [(line: Int, name: String)] = []
        for (number, line) in lines.enumerated() where isEntry(line) {
            let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
            let isTwice = users.contains { $0.name == name }
            let alone = mistakes(Array(line)).map(\.message)
            if alone.isEmpty { users.append((number + 1, name)) }
            let message = found.filter { $0.location.line == number + 1 }.map(\.message)
            guard isTwice, alone.isEmpty else {
                try require(message, equals: alone, "the mistake in line \(number + 1)")
                continue
            }
            try require(message.count, equals: 1, "\(name) stands twice")
        }
        let entries = lines.indices.filter { isEntry(lines[$0]) }.map { $0 + 1 }
        if !users.isEmpty {
            try require(
                found.allSatisfy { entries.contains($0.location.line) }, "a mistake in no entry: \(found)")
        }
        try require(
            found.allSatisfy { !$0.message.unicodeScalars.contains { $0.value < 0x20 } },
            "no control character: \(found)")
        guard found.isEmpty else { return }
        try require(
            mistakes(input + [0x0A] + input).map(\.location.line),
            equals: users.map { $0.line + lines.count },
            "each user stands twice if the file does")
    }

    private static func isEntry(_ line: ArraySlice<UInt8>) -> Bool {
        let text = line.last == 0x0D ? line.dropLast() : line
        return !text.isEmpty && text.first != UInt8(ascii: "#")
    }

    private static func mistakes(_ bytes: [UInt8]) -> [Diagnostic] {
        do throws(ConfigurationFailure) {
            _ = try PasswordFile(
                parsing: bytes, "/users", namedAt: SourceLocation(file: "/portico.conf", line: 1, column: 1))
            return []
        } catch {
            return error.diagnostics
        }
    }
}
#endif
