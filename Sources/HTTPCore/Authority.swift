// Owns the host and port of a target or of the Host field (RFC 3986 §3.2, RFC 9110 §7.2), without user
// information.

/// A host and, if there is one, a port.
public struct Authority: Sendable, Hashable {
    /// The host in lower case, with the brackets of an IPv6 address.
    public let host: String
    /// The port; nil if it is missing or empty.
    public let port: UInt16?

    /// Parses `host`, `host:port`, `[address]` or `[address]:port`.
    /// - Throws: `invalidAuthority` for an empty host, user information, or anything RFC 3986 §3.2 forbids.
    public init(_ text: String) throws(HTTPSyntaxError) {
        let bytes = text.utf8.span
        guard let hostEnd = Self.endOfHost(bytes) else {
            throw HTTPSyntaxError(.invalidAuthority, context: "the host is not valid")
        }
        guard let port = Self.port(bytes, after: hostEnd) else {
            throw HTTPSyntaxError(.invalidAuthority, context: "the port is not valid")
        }
        self.host = String(decoding: text.utf8.prefix(hostEnd).lazy.map(\.lowercasedASCII), as: UTF8.self)
        self.port = port.number
    }

    /// Whether `bytes` are a host with an optional port; allocates nothing.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard let hostEnd = endOfHost(bytes) else { return false }
        return port(bytes, after: hostEnd) != nil
    }

    /// The offset past the host, nil if there is no valid one.
    private static func endOfHost(_ bytes: Span<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        if bytes[0] == UInt8(ascii: "[") { return endOfLiteral(bytes) }
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
            guard ByteSet.registeredName.contains(bytes[index]) else { return nil }
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, bytes[index + 1].hexadecimalValue != nil,
                    bytes[index + 2].hexadecimalValue != nil
                else { return nil }
            }
            index += 1
        }
        return index == 0 ? nil : index
    }

    /// The offset past the `]` of an IP literal.
    private static func endOfLiteral(_ bytes: Span<UInt8>) -> Int? {
        var index = 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "]") { index += 1 }
        guard index < bytes.count, IPLiteral.isValid(bytes.extracting(1..<index)) else { return nil }
        return index + 1
    }

    /// The port after the host, with nil inside for none; nil if it is not valid.
    private static func port(_ bytes: Span<UInt8>, after hostEnd: Int) -> (number: UInt16?, Void)? {
        guard hostEnd < bytes.count else { return (nil, ()) }
        guard bytes[hostEnd] == UInt8(ascii: ":") else { return nil }
        var number: UInt32 = 0
        for index in (hostEnd + 1)..<bytes.count {
            guard let digit = bytes[index].decimalValue else { return nil }
            number = number * 10 + UInt32(digit)
            guard number <= UInt16.max else { return nil }
        }
        return (hostEnd + 1 == bytes.count ? nil : UInt16(number), ())
    }
}

extension Authority: CustomStringConvertible {
    /// `host` or `host:port`.
    public var description: String { port.map { "\(host):\($0)" } ?? host }
}
