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

    private init(
        parsing bytes: [UInt8], _ path: FilePath, namedAt location: SourceLocation
    ) throws(ConfigurationFailure) {
        var hashes: [String: PasswordHash] = [:]
        var decoy: PasswordHash?
        var diagnostics: [Diagnostic] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = String(
                decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            guard !text.isEmpty, text.first != "#" else { continue }
            let place = SourceLocation(file: path.string, line: number + 1, column: 1)
            do throws(PasswordHashFailure) {
                let (user, hash) = try Self.entry(text)
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

    private static func entry(_ line: String) throws(PasswordHashFailure) -> (String, PasswordHash) {
        let parts = line.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty else {
            throw PasswordHashFailure("this is not user:hash, as 'htpasswd -B' writes it")
        }
        return (String(parts[0]), try PasswordHash(String(parts[1])))
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
