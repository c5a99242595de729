import Passwords
import Testing

@Suite("Hashes of passwords")
struct PasswordHashTests {
    /// Of the password `correct horse`, by htpasswd -bnB -C 5 and mkpasswd.
    static let hashes = [
        "$2y$05$Yqn57PiFJIUX6FGi0DmequFUieYVMCXnRLpCP.n69QP3o1WGud9rq",
        "$y$j9T$bvqVCF6gSKpa196dmW0XO/$KLTsOaGM5owZnXKMKQKJ.7MTwOsgSBGmhG/0mVaqvW0",
        "$6$rounds=1000$T/5k.iXQRdhvM5By$Jpd8o.YvmES19/Ox6Q98Z3vIYLm0QA2HipMWCyIt.B1aoQ40hZ.CA14uX5yztpiczzK/TQLHFooSypTBSJVu81",
    ]

    @Test("crypt(5): bcrypt, yescrypt and SHA-512 match their password and no other", arguments: hashes)
    func matches(hash: String) throws {
        let hash = try PasswordHash(hash)
        #expect(hash.matches(Array("correct horse".utf8)))
        #expect(!hash.matches(Array("correct hors".utf8)))
        #expect(!hash.matches(Array("Correct horse".utf8)))
        #expect(!hash.matches([]))
    }

    @Test("A password ends where it ends: what follows a NUL, or more than libcrypt takes, matches nothing")
    func bounds() throws {
        let hash = try PasswordHash(Self.hashes[0])
        #expect(!hash.matches(Array("correct horse\0".utf8)))
        #expect(!hash.matches(Array("correct horse\0x".utf8)))
        #expect(!hash.matches(Array(repeating: 0x61, count: 512)))
    }

    @Test(
        "A weak hash, a plain password and a hash that was cut off are refused",
        arguments: [
            ("$apr1$abcdefgh$Ux5hzEYdm4Yy5iUEvJDjX.", "by MD5 is weak"),
            ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "by SHA-1 is weak"),
            ("$1$abcdefgh$irWbblnpmw.5z7wgBnprh0", "or a weak one"),
            ("rl.3StKT.4T8M", "or a weak one"), ("secret", "no hash"), ("", "no hash"), ("*", "no hash"),
            (String(hashes[0].dropLast()), "no hash"), (String(hashes[2].dropLast()), "no hash"),
            ("$6$saltsalt$", "no hash"),
        ])
    func refused(text: String, reason: String) {
        let failure = #expect(throws: PasswordHashFailure.self) { try PasswordHash(text) }
        #expect(failure?.description.contains(reason) == true, "\(failure.debugDescription)")
    }

    @Test("A digest stands for the same bytes under the same key, and for nothing else")
    func digest() {
        let key = CredentialKey()
        #expect(key.digest([1, 2]) == key.digest([1, 2]))
        #expect(key.digest([1, 2]) != key.digest([1, 3]))
        #expect(key.digest([1, 2]) != CredentialKey().digest([1, 2]))
    }
}
