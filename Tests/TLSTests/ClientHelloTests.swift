// What is read of a ClientHello, and the fingerprints made of it, against the vectors of those who define them.
import Sockets
import Testing

@testable import TLS

/// A ClientHello of its lists; GREASE where a test puts it.
struct HelloText {
    var version: UInt16 = 0x0303
    var suites: [UInt16] = []
    /// Types with their contents.
    var extensions: [(UInt16, [UInt8])]?

    var message: [UInt8] {
        var body =
            numbers([version]) + [UInt8](repeating: 7, count: 32) + [32] + [UInt8](repeating: 8, count: 32)
        body += vector16(numbers(suites)) + [1, 0]
        if let extensions { body += vector16(extensions.flatMap { numbers([$0.0]) + vector16($0.1) }) }
        return [1, 0] + vector16(body)
    }
}

private func numbers(_ values: [UInt16]) -> [UInt8] { values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
private func vector16(_ bytes: [UInt8]) -> [UInt8] { numbers([UInt16(bytes.count)]) + bytes }
private func vector8(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count)] + bytes }

private func read(_ bytes: [UInt8]) -> ClientHello? { ClientHello(message: bytes.span) }
private func read(_ text: HelloText) -> ClientHello? { read(text.message) }

@Suite("A ClientHello")
struct ClientHelloTests {
    /// The lists of the example in JA4.md, with GREASE where Chrome puts it.
    static let chrome = HelloText(
        suites: [
            0x3A3A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014,
            0x009C,
            0x009D, 0x002F, 0x0035,
        ],
        extensions: [
            (0xDADA, []), (0x001B, [2, 0, 2]), (0x0000, [0, 1, 0]),
            (0x0033, [UInt8](repeating: 1, count: 300)),
            (0x0010, vector16(vector8(Array("h2".utf8)) + vector8(Array("http/1.1".utf8)))), (0x4469, [0]),
            (0x0017, []), (0x002D, [1, 1]),
            (0x000D, vector16(numbers([0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]))),
            (0x0005, [1, 0, 0, 0, 0]), (0x0023, []), (0x0012, []),
            (0x002B, vector8(numbers([0x1A1A, 0x0304, 0x0303]))), (0xFF01, [0]), (0x000B, vector8([0])),
            (0x000A, vector16(numbers([0x8A8A, 29, 23, 24]))), (0x0015, [0, 0]), (0x1A1A, [0]),
        ])

    @Test("RFC 8446 §4.1.2: its lists are read, in their order")
    func lists() throws {
        let hello = try #require(read(Self.chrome))
        #expect(hello.legacyVersion == 0x0303)
        #expect(hello.cipherSuites == Self.chrome.suites)
        #expect(hello.extensions == Self.chrome.extensions?.map(\.0))
        #expect(hello.versions == [0x1A1A, 0x0304, 0x0303])
        #expect(hello.groups == [0x8A8A, 29, 23, 24])
        #expect(hello.signatureSchemes == [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601])
        #expect(hello.pointFormats == [0])
        #expect(hello.applicationProtocols == [Array("h2".utf8), Array("http/1.1".utf8)])
    }

    @Test("RFC 5246 §7.4.1.2: one without extensions is one, too")
    func withoutExtensions() throws {
        let hello = try #require(read(HelloText(version: 0x0301, suites: [0x002F])))
        #expect(hello.cipherSuites == [0x002F])
        #expect(hello.extensions.isEmpty && hello.versions.isEmpty && hello.applicationProtocols.isEmpty)
        #expect(hello.ja4.hasPrefix("t10i010000_"))
        #expect(hello.ja4.hasSuffix("_000000000000"))
        #expect(hello.ja3Text == "769,47,,,")
    }

    @Test("Cut off anywhere it is none, or one without what is missing")
    func truncated() {
        let message = Self.chrome.message
        for count in 0..<message.count where read(Array(message[..<count])) != nil {
            // The extensions are optional as a whole.
            #expect(count == 4 + 2 + 32 + 33 + 2 + 32 + 2)
        }
        #expect(read(message + [0]) == nil)
        #expect(read([2] + message.dropFirst()) == nil)
    }

    @Test("Lists whose lengths lie are empty, and read nothing beyond them")
    func lyingLengths() throws {
        let extensions: [(UInt16, [UInt8])] = [
            (10, [0, 9, 0, 29]), (13, [1]), (16, [0, 3, 9, 1, 2]), (43, [8, 3, 4]), (11, [2, 0]),
            (35, [1, 2, 3, 4]),
        ]
        let hello = try #require(read(HelloText(suites: [1], extensions: extensions)))
        #expect(hello.groups.isEmpty && hello.signatureSchemes.isEmpty && hello.versions.isEmpty)
        #expect(hello.pointFormats.isEmpty && hello.applicationProtocols.isEmpty)
        #expect(hello.extensions == extensions.map(\.0))
    }
}

@Suite("Fingerprints of clients")
struct ClientFingerprintTests {
    @Test("JA4.md, Example: the fingerprint of Chrome, GREASE passed over")
    func ja4() throws {
        let hello = try #require(read(ClientHelloTests.chrome))
        #expect(hello.ja4 == "t13d1516h2_8daaf6152771_e5627efa2ab1")
        #expect(
            hello.ja4Text == "t13d1516h2_"
                + "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_"
                + "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_"
                + "0403,0804,0401,0503,0805,0501,0806,0601")
    }

    @Test("JA4.md, Extension hash: without signature schemes the list stands alone")
    func ja4WithoutSchemes() throws {
        var text = ClientHelloTests.chrome
        // Its type still counts, as in the example.
        text.extensions = text.extensions?.map { $0.0 == 0x000D ? (0x000D, [0, 0]) : $0 }
        #expect(read(text)?.ja4.hasSuffix("_6d807ffa2a79") == true)
    }

    @Test(
        "JA4.md, ALPN: first and last character, hexadecimal if either is no letter or digit",
        arguments: [
            (Array("h2".utf8), "h2"), (Array("http/1.1".utf8), "h1"), (Array("x".utf8), "xx"), ([0xAB], "ab"),
            ([0xAB, 0xCD], "ad"), ([0x30, 0xAB], "3b"), ([0x30, 0x31, 0xAB, 0xCD], "3d"),
            ([0x30, 0xAB, 0xCD, 0x31], "01"), ([], "00"), ([0x61, 0xCC, 0x81, 0x62], "ab"),
        ] as [([UInt8], String)])
    func alpn(name: [UInt8], expected: String) throws {
        let list = name.isEmpty ? [] : vector8(name)
        let hello = try #require(read(HelloText(suites: [1], extensions: [(16, vector16(list))])))
        #expect(hello.ja4.hasPrefix("t12i0101\(expected)_"))
    }

    @Test(
        "JA4.md, Version: the highest of supported_versions, or the one outside",
        arguments: [
            (0x0303, [0x0303, 0x0304], "13"), (0x0303, [0x7A7A, 0x0303], "12"), (0x0303, [], "12"),
            (0x0302, [], "11"), (0x0301, [], "10"), (0x0300, [], "s3"), (0x0002, [], "s2"),
            (0x0305, [], "00"),
        ] as [(UInt16, [UInt16], String)])
    func version(outside: UInt16, list: [UInt16], expected: String) throws {
        let extensions: [(UInt16, [UInt8])] = list.isEmpty ? [] : [(UInt16(43), vector8(numbers(list)))]
        let hello = try #require(read(HelloText(version: outside, suites: [1], extensions: extensions)))
        #expect(hello.ja4.hasPrefix("t\(expected)i"))
    }

    @Test("JA4.md, Number of Ciphers: 99 at the most; names like SCSV count")
    func counts() throws {
        let many = try #require(read(HelloText(suites: Array(1...120), extensions: [])))
        #expect(many.ja4.hasPrefix("t12i9900"))
        let signalling = try #require(read(HelloText(suites: [0x00FF, 0x5600, 0x1A1A], extensions: [])))
        #expect(signalling.ja4.hasPrefix("t12i0200"))
        let none = try #require(read(HelloText(suites: [0x0A0A], extensions: [])))
        #expect(none.ja4 == "t12i000000_000000000000_000000000000")
    }

    @Test("JA3's own example of pyja3")
    func ja3() throws {
        let suites: [UInt16] = [
            255, 49162, 49172, 136, 135, 57, 56, 49167, 49157, 132, 53, 49159, 49161, 49169, 49171, 69, 68,
            51, 50,
            49164, 49166, 49154, 49156, 150, 65, 4, 5, 47, 49160, 49170, 22, 19, 49165, 49155, 65279, 10,
        ]
        let text = HelloText(
            version: 769, suites: suites,
            extensions: [
                (0, [0, 1, 0]), (10, vector16(numbers([23, 24, 25]))), (11, vector8([0])), (35, []),
            ])
        let hello = try #require(read(text))
        #expect(
            hello.ja3Text == "769,\(suites.map(String.init).joined(separator: "-")),0-10-11-35,23-24-25,0")
        #expect(hello.ja3 == "2aef69b4ba1938c3a400de4188743185")
    }

    @Test("GREASE (RFC 8701) is in no list of JA3")
    func ja3WithoutGREASE() throws {
        let hello = try #require(read(ClientHelloTests.chrome))
        #expect(
            hello.ja3Text
                == "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
                + "27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0")
    }
}

@Suite("Registered names")
struct RegisteredNameTests {
    @Test(
        "are IANA's, unknown numbers are hexadecimal, GREASE says so",
        arguments: [
            (RegisteredName.cipherSuite, 0x1301, "TLS_AES_128_GCM_SHA256"),
            (RegisteredName.cipherSuite, 0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
            (RegisteredName.cipherSuite, 0x00FF, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
            (RegisteredName.cipherSuite, 0xFEFF, "0xfeff"),
            (RegisteredName.cipherSuite, 0x2A2A, "GREASE 0x2a2a"),
            (RegisteredName.group, 29, "x25519"), (RegisteredName.group, 4588, "X25519MLKEM768"),
            (RegisteredName.group, 0x7FFF, "0x7fff"), (RegisteredName.group, 0x0A1A, "0x0a1a"),
            (RegisteredName.signatureScheme, 0x0403, "ecdsa_secp256r1_sha256"),
            (RegisteredName.extension, 65037, "encrypted_client_hello"),
            (RegisteredName.extension, 99, "0x0063"),
            (RegisteredName.version, 0x0304, "TLS 1.3"),
        ] as [(@Sendable (UInt16) -> String, UInt16, String)])
    func names(name: @Sendable (UInt16) -> String, value: UInt16, expected: String) {
        #expect(name(value) == expected)
    }
}
