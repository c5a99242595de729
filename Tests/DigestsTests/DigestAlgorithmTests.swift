import Testing

@testable import Digests

@Suite("Digests that HTTP knows by name")
struct DigestAlgorithmTests {
    @Test(
        "RFC 1321 §A.5, FIPS 180-4: the digests of abc",
        arguments: [
            (DigestAlgorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
            (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ])
    func examples(algorithm: DigestAlgorithm, expected: String) {
        #expect(algorithm.hexadecimal(of: Array("abc".utf8)) == expected)
    }

    @Test("RFC 2104: a code is its key's and its message's")
    func code() {
        let (one, other) = (AuthenticationKey(), AuthenticationKey())
        #expect(one.code(of: [1]) == one.code(of: [1]))
        #expect(one.code(of: [1]) != one.code(of: [2]))
        #expect(one.code(of: [1]) != other.code(of: [1]))
        #expect(one.hexadecimalCode(of: []).utf8.count == 64)
    }
}
