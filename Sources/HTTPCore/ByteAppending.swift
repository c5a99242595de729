// Owns how text and numbers get into bytes: whole strings at a time, numbers without a string between.

extension [UInt8] {
    /// Appends the text, whose bytes are laid out at compile time.
    @inlinable package mutating func append(ascii text: String) { append(contentsOf: text.utf8) }

    /// Appends the digits of a number.
    package mutating func append(decimal number: UInt64) {
        // As many as the largest number has.
        append(addingCapacity: 20) { $0.append(decimal: number) }
    }
}

extension OutputSpan<UInt8> {
    /// Appends the digits of a number.
    package mutating func append(decimal number: UInt64) {
        guard number >= 100_000_000 else { return append(decimal: number, atLeast: 1) }
        append(decimal: number / 100_000_000)
        append(decimal: number % 100_000_000, atLeast: 8)
    }

    /// - Parameter number: One of eight digits at most.
    private mutating func append(decimal number: UInt64, atLeast width: Int) {
        // The last digit on top, the first below.
        var (digits, count, rest) = (UInt64(0), 0, number)
        repeat {
            digits = digits << 8 | (0x30 + rest % 10)
            rest /= 10
            count += 1
        } while rest > 0 || count < width
        for _ in 0..<count {
            append(UInt8(truncatingIfNeeded: digits))
            digits >>= 8
        }
    }
}
