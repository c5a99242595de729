// The forms of an access log that other programs read: a line for each request. No byte of a client ends a line, or a
// quoted part of one.

/// How a line of an access log is written.
package enum AccessFormat: String, CaseIterable, Sendable {
    /// The Common Log Format of NCSA httpd, as Apache httpd and nginx write it.
    case common
    /// The same with Referer and User-Agent.
    case combined
    /// An object of JSON (RFC 8259).
    case json

    /// Whether the field Referer is in it.
    package var hasReferer: Bool { self != .common }

    func append(
        _ record: AccessRecord, at time: (seconds: Int, nanoseconds: Int), to line: inout [UInt8]
    ) {
        switch self {
        case .common: line.appendCommon(record, at: time)
        case .combined:
            line.appendCommon(record, at: time)
            line.appendQuoted(record.referer)
            line.appendQuoted(record.userAgent)
        case .json: line.appendJSON(record, at: time)
        }
        line.append(UInt8(ascii: "\n"))
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    fileprivate mutating func append(_ number: UInt64) { append(addingCapacity: 20) { $0.append(number) } }

    fileprivate mutating func append(_ number: Int, digits: Int) {
        append(addingCapacity: digits) { $0.append(number, digits: digits) }
    }
}

// MARK: - common and combined

extension [UInt8] {
    fileprivate mutating func appendCommon(
        _ record: AccessRecord, at time: (seconds: Int, nanoseconds: Int)
    ) {
        appendName(record.remotePort == nil ? "unix:\(record.remoteHost)" : record.remoteHost)
        append(" - ")
        appendName(record.user ?? "-")
        append(" [")
        appendCommonTime(time.seconds)
        append("] \"")
        appendEscaped(record.method)
        append(" ")
        appendEscaped(record.target)
        append(" ")
        appendEscaped(record.version)
        append("\" ")
        append(UInt64(clamping: record.status))
        append(" ")
        append(record.bytes)
    }

    fileprivate mutating func appendQuoted(_ value: String?) {
        append(" \"")
        appendEscaped(value ?? "-")
        append("\"")
    }

    /// A name as one word: the parts before the time are told apart by blanks only.
    private mutating func appendName(_ name: String) {
        appendEscaped(name.isEmpty ? "-" : name) { $0 == UInt8(ascii: " ") }
    }

    /// As Apache httpd does it: quotes and backslashes behind a backslash, what is no printable ASCII as `\xhh`.
    private mutating func appendEscaped(_ text: String, or isSpecial: (UInt8) -> Bool = { _ in false }) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0x20...0x7E where !isSpecial(byte): append(byte)
            default:
                append("\\x")
                appendHexadecimal(byte)
            }
        }
    }

    private mutating func appendHexadecimal(_ byte: UInt8) {
        for digit in [byte >> 4, byte & 0xF] {
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }

    /// `21/Nov/2026:10:35:25 +0000`
    private mutating func appendCommonTime(_ seconds: Int) {
        let date = civilDate(daysSince1970: seconds / 86400)
        append(date.day, digits: 2)
        append("/")
        append(monthNames[date.month - 1])
        append("/")
        append(date.year, digits: 4)
        append(":")
        append(seconds / 3600 % 24, digits: 2)
        append(":")
        append(seconds / 60 % 60, digits: 2)
        append(":")
        append(seconds % 60, digits: 2)
        append(" +0000")
    }
}

private let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

// MARK: - JSON

extension [UInt8] {
    fileprivate mutating func appendJSON(
        _ record: AccessRecord, at time: (seconds: Int, nanoseconds: Int)
    ) {
        append("{\"time\":\"")
        appendTime(time)
        append("\"")
        appendMember("remote_addr", record.remoteHost)
        appendMember("remote_port", record.remotePort)
        appendMember("user", record.user)
        appendMember("method", record.method)
        appendMember("target", record.target)
        appendMember("version", record.version)
        appendMember("status", record.status)
        appendMember("bytes", record.bytes)
        appendMember("duration_us", record.durationMicroseconds)
        appendMember("request_id", record.requestID)
        appendMember("handler", record.handler)
        appendMember("server_name", record.serverName)
        appendMember("tls_version", record.tlsVersion)
        appendMember("tls_cipher", record.tlsCipher)
        appendMember("referer", record.referer)
        appendMember("user_agent", record.userAgent)
        appendMember("fault", record.fault)
        append("}")
    }

    private mutating func appendMember(_ name: String, _ value: String?) {
        guard let value else { return }
        appendName(ofMember: name)
        append("\"")
        for scalar in value.unicodeScalars { appendString(scalar) }
        append("\"")
    }

    private mutating func appendMember(_ name: String, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        appendName(ofMember: name)
        append(UInt64(clamping: value))
    }

    private mutating func appendName(ofMember name: String) {
        append(",\"")
        append(name)
        append("\":")
    }

    /// RFC 8259 §7; what turns text around on a terminal is escaped too.
    private mutating func appendString(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"", "\\":
            append(UInt8(ascii: "\\"))
            append(UInt8(scalar.value))
        case _ where scalar.isUnsafeInLogs:
            append("\\u")
            appendHexadecimal(UInt8(truncatingIfNeeded: scalar.value >> 8))
            appendHexadecimal(UInt8(truncatingIfNeeded: scalar.value))
        default: append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}
