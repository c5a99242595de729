// Owns how a response's parts get into bytes.
import HTTPCore
import HTTPTypes

extension [UInt8] {
    mutating func appendCRLF() {
        append(0x0D)
        append(0x0A)
    }

    mutating func append(_ field: HTTPField) {
        append(contentsOf: field.name.rawName.utf8)
        append(UInt8(ascii: ":"))
        append(UInt8(ascii: " "))
        // The bytes themselves: a value need not be UTF-8, and as a string it would be mended.
        unsafe field.withUnsafeBytesOfValue { unsafe append(contentsOf: $0) }
        appendCRLF()
    }

    mutating func appendStatusLine(_ status: HTTPResponse.Status) {
        let reason = status.reasonPhrase.isEmpty ? status.registeredReason : status.reasonPhrase
        if status.code == 200, reason == "OK" {
            append(ascii: "HTTP/1.1 200 OK\r\n")
            return
        }
        append(ascii: "HTTP/1.1 ")
        append(decimal: UInt64(status.code))
        append(UInt8(ascii: " "))
        append(contentsOf: reason.utf8)
        appendCRLF()
    }

    mutating func append(hexadecimal number: UInt64) {
        var shift = number == 0 ? 0 : (63 - number.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift) & 0xF)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }
}
