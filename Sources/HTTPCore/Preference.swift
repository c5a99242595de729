// Owns the weighted lists of Accept and its kin (RFC 9110 §12.4.2, §12.5); weights are thousandths, 0 is
// "never".

/// One element of a weighted list: what is preferred, and how much.
struct Preference {
    /// The element without its weight.
    let value: Substring
    /// The weight in thousandths; 1,000 unless it says otherwise.
    let weight: Int

    /// The elements of a list; those with a malformed weight are left out.
    static func list(_ field: String) -> [Preference] {
        FieldSyntax.list(field).compactMap { element in
            let parts = FieldSyntax.split(element, at: UInt8(ascii: ";"))
            let last = parts.last ?? ""
            guard parts.count > 1, last.utf8.starts(with: "q=".utf8) || last.utf8.starts(with: "Q=".utf8)
            else {
                return Preference(value: element, weight: 1_000)
            }
            guard let weight = weight(last.utf8.dropFirst(2)) else { return nil }
            let valueEnd = parts[parts.count - 2].endIndex
            return Preference(value: element[..<valueEnd], weight: weight)
        }
    }

    /// A `qvalue`: 0 to 1 with at most three decimals; nil of another.
    private static func weight(_ text: Substring.UTF8View) -> Int? {
        let digits = Array(text)
        guard (1...5).contains(digits.count), digits[0] == 0x30 || digits[0] == 0x31 else { return nil }
        guard digits.count == 1 || digits[1] == UInt8(ascii: ".") else { return nil }
        var weight = Int(digits[0] - 0x30) * 1_000
        var unit = 100
        for digit in digits.dropFirst(2) {
            guard let value = digit.decimalValue else { return nil }
            weight += Int(value) * unit
            unit /= 10
        }
        return weight <= 1_000 ? weight : nil
    }
}
