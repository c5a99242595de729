// Owns how text and numbers get into bytes: whole strings at a time, numbers without a string between.

extension [UInt8] {
    /// Appends the text, whose bytes are laid out at compile time.
    @inlinable package mutating func append(ascii text: String) { append(contentsOf: text.utf8) }

    /// Appends the digits of a number.
    package mutating func append(decimal number: UInt64) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}
