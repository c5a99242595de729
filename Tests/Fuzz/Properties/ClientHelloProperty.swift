// RFC 8446 §4.1.2: what a client offers, and the fingerprints made of it.
import TLS

extension FuzzTarget {
    /// The input is a handshake message.
    static let clientHello = FuzzTarget("client-hello") { input in
        guard let hello = ClientHello(message: input.span) else { return }
        let lists = [
            hello.cipherSuites, hello.extensions, hello.versions, hello.groups, hello.signatureSchemes,
        ]
        let room = input.count / 2
        try require(lists.allSatisfy { $0.count <= room }, "more numbers than bytes")
        let protocols = hello.applicationProtocols.reduce(0) { $0 + $1.count + 1 }
        try require(protocols + hello.pointFormats.count <= input.count, "more content than bytes")
        try require(hello.ja4.utf8.count, equals: 36, "bytes of \(hello.ja4)")
        try require(hello.ja4.utf8.prefix(1).elementsEqual("t".utf8), hello.ja4)
        try require(hello.ja3?.utf8.count ?? 32, equals: 32, "bytes of JA3")
        try require(hello.ja3Text.utf8.count { $0 == UInt8(ascii: ",") }, equals: 4, hello.ja3Text)
        for value in Set(lists.joined()) {
            let names = [
                RegisteredName.cipherSuite(value), RegisteredName.group(value), RegisteredName.version(value),
                RegisteredName.signatureScheme(value), RegisteredName.extension(value),
            ]
            try require(names.allSatisfy { !$0.isEmpty }, "a name of \(value)")
        }
        // Only what stands behind the cipher suites may be absent.
        let shorter = input.indices.count { ClientHello(message: input.span.extracting(..<$0)) != nil }
        try require(shorter <= 1, "\(shorter) beginnings of it are one, too")
    }
}
