// A configuration file as lines of valid text. Bytes that cannot be text are reported and their line is
// dropped, so that line numbers stay those of the file.

/// One line without its end.
struct SourceLine {
    let number: Int
    let text: String
}

/// The lines of one file.
struct SourceText {
    let file: String
    private(set) var lines: [SourceLine] = []

    /// Splits `bytes` at LF or CRLF; a byte order mark at the start is skipped.
    init(file: String, bytes: some Collection<UInt8>, into diagnostics: inout [Diagnostic]) {
        self.file = file
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = Array(bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0))
        for (index, line) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            append(line.last == 0x0D ? line.dropLast() : line, number: index + 1, into: &diagnostics)
        }
    }

    private mutating func append(
        _ bytes: ArraySlice<UInt8>, number: Int, into diagnostics: inout [Diagnostic]
    ) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let column = validPrefix(of: bytes).count + 1
            diagnostics.append(.error(at: location(number, column), "not valid UTF-8"))
            return
        }
        if let (column, scalar) = firstControl(in: text) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            let name = "U+" + String(repeating: "0", count: 4 - code.count) + code
            diagnostics.append(.error(at: location(number, column), "a control character, \(name)"))
            return
        }
        lines.append(SourceLine(number: number, text: text))
    }

    private func location(_ line: Int, _ column: Int) -> SourceLocation {
        SourceLocation(file: file, line: line, column: column)
    }

    /// The text before the first byte that is no part of valid UTF-8.
    private func validPrefix(of bytes: ArraySlice<UInt8>) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            return String(decoding: bytes.prefix(error.byteOffsets.lowerBound), as: UTF8.self)
        }
    }

    /// The first control character other than a tab, and its column.
    private func firstControl(in text: String) -> (Int, Unicode.Scalar)? {
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.properties.generalCategory == .control && scalar != "\t"
        }
        guard text.unicodeScalars.contains(where: isControl) else { return nil }
        for (offset, character) in text.enumerated() {
            if let scalar = character.unicodeScalars.first(where: isControl) { return (offset + 1, scalar) }
        }
        return nil
    }
}
