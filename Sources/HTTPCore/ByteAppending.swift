// Owns how text and numbers get into bytes: whole strings at a time, numbers without a string between.

extension [UInt8] {
    /// Appends the text, whose bytes are laid out at compile time.
    @inlinable package mutating func append(ascii text: String) { append(contentsOf: text.utf8) }

    /// Appends the digits of a number.
    package mutating func append(decimal number: UInt64) {
        append(addingCapacity: OutputSpan<UInt8>.mostDigits) { $0.append(decimal: number) }
    }
}

extension OutputSpan<UInt8> {
    /// How many digits the largest number has.
    fileprivate static var mostDigits: Int { 20 }

    /// Appends the digits of a number.
    package mutating func append(decimal number: UInt64) {
        // From the last digit on, into room for the longest number.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var (start, rest) = (digits.count, number)
        repeat {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        } while rest > 0
        for index in start..<digits.count { append(digits[index]) }
    }
}
