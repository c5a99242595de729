// What a client offered: its ClientHello without what describes no client, such as random, key shares and tickets.

/// A ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) in some 200 bytes; its lists are read when somebody asks.
package struct ClientHello: Sendable, Hashable {
    /// legacy_version, cipher_suites and the extensions as they came, most of them without their content.
    private let bytes: [UInt8]

    /// Reads a handshake message, its type and length included; nil for one that is not well formed.
    package init?(message: Span<UInt8>) {
        var next = 4
        guard message.count > next, message[0] == 1, let version = message.take(2, &next),
            message.take(32, &next) != nil, message.vector(1, &next) != nil,
            let suites = message.vector(2, &next), message.vector(1, &next) != nil
        else { return nil }
        var kept = message.copy(version)
        kept.appendVector(message, suites)
        // RFC 5246 §7.4.1.2: there may be no extensions at all.
        if next < message.count {
            guard let extensions = message.vector(2, &next), next == message.count,
                kept.appendExtensions(message.extracting(extensions))
            else { return nil }
        }
        bytes = kept
    }

    /// The version that clients of TLS 1.3 no longer say there (RFC 8446 §4.1.2).
    package var legacyVersion: UInt16 { UInt16(bytes[0]) << 8 | UInt16(bytes[1]) }
    /// The cipher suites, best first.
    package var cipherSuites: [UInt16] {
        var next = 2
        return bytes.span.vector(2, &next).map { bytes.span.numbers($0) } ?? []
    }
    /// The types of the extensions in their order.
    package var extensions: [UInt16] { allExtensions.map(\.type) }
    /// supported_versions, RFC 8446 §4.2.1.
    package var versions: [UInt16] { numbers(of: .supportedVersions, countBytes: 1) }
    /// supported_groups, RFC 8446 §4.2.7.
    package var groups: [UInt16] { numbers(of: .supportedGroups, countBytes: 2) }
    /// signature_algorithms, RFC 8446 §4.2.3.
    package var signatureSchemes: [UInt16] { numbers(of: .signatureAlgorithms, countBytes: 2) }
    /// ec_point_formats, RFC 8422 §5.1.2.
    package var pointFormats: [UInt8] {
        let content = content(of: .pointFormats)
        var next = 0
        return content.span.vector(1, &next).map { content.span.copy($0) } ?? []
    }
    /// application_layer_protocol_negotiation, RFC 7301 §3.1; what is offered need not be text.
    package var applicationProtocols: [[UInt8]] {
        let content = content(of: .applicationProtocols)
        var next = 0
        guard content.span.vector(2, &next) != nil else { return [] }
        next = 2
        var protocols: [[UInt8]] = []
        while let name = content.span.vector(1, &next) { protocols.append(content.span.copy(name)) }
        return protocols
    }

    private var allExtensions: [(type: UInt16, content: Range<Int>)] {
        var next = 2
        guard bytes.span.vector(2, &next) != nil else { return [] }
        var found: [(type: UInt16, content: Range<Int>)] = []
        while let type = bytes.span.take(2, &next), let content = bytes.span.vector(2, &next) {
            found.append((bytes.span.numbers(type)[0], content))
        }
        return found
    }

    private func content(of kind: ExtensionKind) -> [UInt8] {
        allExtensions.first { $0.type == kind.rawValue }.map { bytes.span.copy($0.content) } ?? []
    }

    private func numbers(of kind: ExtensionKind, countBytes: Int) -> [UInt16] {
        let content = content(of: kind)
        var next = 0
        return content.span.vector(countBytes, &next).map { content.span.numbers($0) } ?? []
    }
}

/// The extensions whose content is kept.
private enum ExtensionKind: UInt16 {
    case supportedGroups = 10
    case pointFormats = 11
    case signatureAlgorithms = 13
    case applicationProtocols = 16
    case supportedVersions = 43
}

extension Span<UInt8> {
    /// The next `length` bytes; nil if there are fewer.
    fileprivate func take(_ length: Int, _ next: inout Int) -> Range<Int>? {
        guard count - next >= length else { return nil }
        defer { next += length }
        return next..<(next + length)
    }

    /// The content of a vector with its length in front (RFC 8446 §3.4).
    fileprivate func vector(_ lengthBytes: Int, _ next: inout Int) -> Range<Int>? {
        guard let length = take(lengthBytes, &next) else { return nil }
        return take(length.reduce(0) { $0 << 8 | Int(self[$1]) }, &next)
    }

    fileprivate func copy(_ range: Range<Int>) -> [UInt8] { range.map { self[$0] } }

    /// The numbers of two bytes; half a one at the end is left out.
    fileprivate func numbers(_ range: Range<Int>) -> [UInt16] {
        stride(from: range.lowerBound, to: range.upperBound - 1, by: 2).map {
            UInt16(self[$0]) << 8 | UInt16(self[$0 + 1])
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendVector(_ source: Span<UInt8>, _ range: Range<Int>) {
        append(contentsOf: [UInt8(range.count >> 8), UInt8(range.count & 255)])
        append(contentsOf: source.copy(range))
    }

    /// Appends all extensions, most of them empty.
    ///
    /// - Returns: whether they are well formed.
    fileprivate mutating func appendExtensions(_ source: Span<UInt8>) -> Bool {
        var next = 0
        while next < source.count {
            guard let type = source.take(2, &next), let content = source.vector(2, &next) else {
                return false
            }
            append(contentsOf: source.copy(type))
            let isKept = ExtensionKind(rawValue: source.numbers(type)[0]) != nil
            appendVector(source, isKept ? content : content.lowerBound..<content.lowerBound)
        }
        return true
    }
}
