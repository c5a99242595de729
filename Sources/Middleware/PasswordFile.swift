// A file of users and the hashes of their passwords, as htpasswd(1) writes it. A mistake in it is told by its line.

import Configuration
import Files
import Passwords
import SystemPackage

/// Users and the hashes of their passwords.
struct PasswordFile: Sendable {
    private let hashes: [String: PasswordHash]
    /// What a password is checked against whose user there isn't, so that nobody learns from the time it takes.
    private let decoy: PasswordHash

    /// The largest file that is read.
    private static let mostBytes: UInt64 = 4 << 20

    /// Reads `user:hash` from each line; what follows a second colon, empty lines and those with `#` in front are
    /// passed over.
    ///
    /// - Parameter location: Where the configuration names the file.
    /// - Throws: Every mistake in the file, or why it can't be read.
    init(_ path: FilePath, namedAt location: SourceLocation) throws(ConfigurationFailure) {
        let bytes = try OpenFile.contents(of: path, limit: Self.mostBytes, namedAt: location)
        try self.init(parsing: bytes, path, namedAt: location)
    }

    /// Reads the bytes of a file.
    init(
        parsing bytes: [UInt8], _ path: FilePath, namedAt location: SourceLocation
    ) throws(ConfigurationFailure) {
        var hashes: [String: PasswordHash] = [:]
        var decoy: PasswordHash?
        var diagnostics: [Diagnostic] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !line.isEmpty, line.first != UInt8(ascii: "#") else { continue }
            let place = SourceLocation(file: path.string, line: number + 1, column: 1)
            do throws(PasswordHashFailure) {
                let (user, hash) = try Self.entry(line)
                if hashes.updateValue(hash, forKey: user) != nil {
                    diagnostics.append(.error(at: place, "the user '\(user)' is in the file already"))
                }
                decoy = decoy ?? hash
            } catch {
                diagnostics.append(.error(at: place, "\(error)"))
            }
        }
        guard let decoy, diagnostics.isEmpty else {
            let nobody = Diagnostic.error(at: location, "the password file '\(path)' has no user")
            throw ConfigurationFailure(diagnostics.isEmpty ? [nobody] : diagnostics)
        }
        self.hashes = hashes
        self.decoy = decoy
    }

    private static func entry(
        _ line: ArraySlice<UInt8>
    ) throws(PasswordHashFailure) -> (String, PasswordHash) {
        let parts = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        // No client can send a name with a control character (RFC 7617 §2).
        guard parts.count >= 2, !parts[0].isEmpty, !parts[0].contains(where: { $0 < 0x20 || $0 == 0x7F })
        else {
            throw PasswordHashFailure("this is not user:hash, as 'htpasswd -B' writes it")
        }
        let hash = try PasswordHash(String(decoding: parts[1], as: UTF8.self))
        return (String(decoding: parts[0], as: UTF8.self), hash)
    }

    /// Whether the password is the user's; takes its time for any user, so call it where one may block.
    func matches(_ user: String, _ password: [UInt8]) -> Bool {
        guard let hash = hashes[user] else {
            _ = decoy.matches(password)
            return false
        }
        return hash.matches(password)
    }
}
