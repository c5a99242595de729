// Reads what a proxy says before anything else of a connection that it forwards. No I/O: bytes in, values out.

/// The header of the PROXY protocol, version 1 or 2 (HAProxy's doc/proxy-protocol.txt).
package struct ProxyHeader: Sendable, Hashable {
    /// Both ends of the connection to the proxy.
    package struct Ends: Sendable, Hashable {
        /// The client's end.
        package let source: SocketAddress
        /// The end that the client connected to.
        package let destination: SocketAddress
    }

    /// 1 or 2.
    package let version: Int
    /// The ends that count; nil if those of the socket do: the proxy speaks for itself (`LOCAL`), or doesn't know.
    package let ends: Ends?
    /// How many bytes the header has; what follows is the client's.
    package let length: Int

    /// The most bytes that a header may have, what version 2 may append to the addresses included.
    package static let maximumBytes = 4096

    /// Why bytes are no header.
    package struct Mistake: Error, Hashable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Reads the header that `bytes` begin with.
    ///
    /// - Returns: nil as long as more bytes may make it one.
    /// - Throws: what is wrong, as soon as that is sure.
    package static func parse(_ bytes: Span<UInt8>) throws(Mistake) -> ProxyHeader? {
        if bytes.begins(with: signature) { return try parseBinary(bytes) }
        if bytes.begins(with: word) { return try parseText(bytes) }
        throw Mistake("the connection does not begin with a PROXY header")
    }

    /// What version 1 begins with.
    package static let word = Array("PROXY ".utf8)
    /// What version 2 begins with.
    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
}

/// Version 1, §2.1: a line of text.
extension ProxyHeader {
    private static let maximumLine = 107

    private static func parseText(_ bytes: Span<UInt8>) throws(Mistake) -> ProxyHeader? {
        guard let end = try lineEnd(bytes) else { return nil }
        // Byte by byte: characters may have more than one, and a blank with a mark on it is none.
        let line = (word.count..<end).map { bytes[$0] }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        return ProxyHeader(version: 1, ends: try ends(words), length: end + 2)
    }

    /// Where the line ends; nil as long as it may still come.
    private static func lineEnd(_ bytes: Span<UInt8>) throws(Mistake) -> Int? {
        for index in 0..<min(bytes.count, maximumLine) {
            switch bytes[index] {
            case UInt8(ascii: "\r"):
                guard index + 1 < min(bytes.count, maximumLine) else { break }
                guard bytes[index + 1] == UInt8(ascii: "\n") else { throw Mistake("a CR without its LF") }
                return index
            case UInt8(ascii: "\n"): throw Mistake("a LF without its CR")
            default: break
            }
        }
        guard bytes.count < maximumLine else { throw Mistake("a line of more than \(maximumLine) bytes") }
        return nil
    }

    private static func ends(_ words: [ArraySlice<UInt8>]) throws(Mistake) -> Ends? {
        // What follows is for people only.
        if words[0].elementsEqual("UNKNOWN".utf8) { return nil }
        let isIPv6 = words[0].elementsEqual("TCP6".utf8)
        guard words.count == 5, isIPv6 || words[0].elementsEqual("TCP4".utf8) else {
            throw Mistake("a line of another form")
        }
        return Ends(
            source: try address(words[1], words[3], isIPv6: isIPv6),
            destination: try address(words[2], words[4], isIPv6: isIPv6))
    }

    private static func address(
        _ host: ArraySlice<UInt8>, _ port: ArraySlice<UInt8>, isIPv6: Bool
    ) throws(Mistake) -> SocketAddress {
        let isCanonical = port.count == 1 || port.first != UInt8(ascii: "0")
        guard isCanonical, port.allSatisfy({ (48...57).contains($0) }),
            let number = UInt16(String(decoding: port, as: UTF8.self))
        else { throw Mistake("a port that is none") }
        // Nothing else is in an address: no interface, which means nothing on another machine, and no NUL.
        guard host.allSatisfy("0123456789abcdefABCDEF.:".utf8.contains),
            host.contains(UInt8(ascii: ":")) == isIPv6,
            let address = SocketAddress(host: String(decoding: host, as: UTF8.self), port: number)
        else { throw Mistake("an address that is none of its family") }
        return address.withoutMapping
    }
}

/// Version 2, §2.2: 16 bytes, addresses, and values of which nothing is wanted here.
extension ProxyHeader {
    private static let fixedBytes = 16

    private static func parseBinary(_ bytes: Span<UInt8>) throws(Mistake) -> ProxyHeader? {
        guard bytes.count >= fixedBytes else { return nil }
        let (version, command) = (bytes[12] >> 4, bytes[12] & 15)
        guard version == 2 else { throw Mistake("version \(version)") }
        guard command <= 1 else { throw Mistake("command \(command)") }
        let length = fixedBytes + Int(bytes.number(at: 14, as: UInt16.self))
        guard length <= maximumBytes else { throw Mistake("a header of \(length) bytes") }
        guard bytes.count >= length else { return nil }
        let block = bytes.extracting(fixedBytes..<length)
        // LOCAL: the block is to be thrown away, its family included.
        let ends = command == 0 ? nil : try ends(block, family: bytes[13] >> 4, transport: bytes[13] & 15)
        return ProxyHeader(version: 2, ends: ends, length: length)
    }

    private static func ends(
        _ block: Span<UInt8>, family: UInt8, transport: UInt8
    ) throws(Mistake) -> Ends? {
        guard family <= 3, transport <= 2 else {
            throw Mistake("family \(family) with transport \(transport)")
        }
        // Neither is known to the proxy.
        guard family > 0, transport > 0 else { return nil }
        let size = [0, 4, 16, 108][Int(family)]
        let addresses = 2 * size + (family == 3 ? 0 : 4)
        guard block.count >= addresses else {
            throw Mistake("\(block.count) bytes for \(addresses) of addresses")
        }
        try checkValues(block.extracting(addresses...))
        // Datagrams can't be what is forwarded here; §2.2 has such headers fall back to the real ends.
        guard transport == 1 else { return nil }
        return Ends(
            source: address(block, at: 0, size, portAt: 2 * size),
            destination: address(block, at: size, size, portAt: 2 * size + 2))
    }

    private static func address(
        _ block: Span<UInt8>, at start: Int, _ size: Int, portAt place: Int
    ) -> SocketAddress {
        guard size <= 16 else {
            let name = (start..<(start + size)).map { block[$0] }
            // Filled up with zeros, so that nothing is left of an end without a name.
            return SocketAddress(unixBytes: Array(name[...(name.lastIndex { $0 != 0 } ?? -1)]))
        }
        let port = block.number(at: place, as: UInt16.self)
        guard size == 16 else {
            return .ipv4(block.number(at: start, as: UInt32.self), port: port)
        }
        return SocketAddress.ipv6(
            block.number(at: start, as: UInt64.self), block.number(at: start + 8, as: UInt64.self), port: port
        ).withoutMapping
    }

    /// Checks that each value (type, length, bytes) ends where the header does or before.
    private static func checkValues(_ bytes: Span<UInt8>) throws(Mistake) {
        var next = 0
        while next < bytes.count {
            guard next + 3 <= bytes.count else { throw Mistake("a value without its length") }
            next += 3 + Int(bytes.number(at: next + 1, as: UInt16.self))
        }
        guard next == bytes.count else { throw Mistake("a value that goes on behind the header") }
    }
}

extension Span<UInt8> {
    /// Whether these bytes, as far as there are any, are those that `expected` begins with.
    fileprivate func begins(with expected: [UInt8]) -> Bool {
        for index in 0..<Swift.min(count, expected.count) where self[index] != expected[index] {
            return false
        }
        return true
    }

    /// The number in network byte order at `offset`.
    fileprivate func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
        (0..<(Number.bitWidth / 8)).reduce(0) { $0 << 8 | Number(self[offset + $1]) }
    }
}
