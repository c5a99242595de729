// ServiceEnvironment: what systemd.exec(5) tells a service about itself through its environment.
import Glibc
import SystemPackage

/// The folders, credentials and identity that the service manager gives to this process.
package struct ServiceEnvironment: Sendable, Equatable {
    /// `StateDirectory=`: what the service keeps for good; the first one is ours. Mode as in the unit.
    package let stateDirectories: [FilePath]
    /// `RuntimeDirectory=`: gone when the service stops.
    package let runtimeDirectories: [FilePath]
    /// `CacheDirectory=`: what can be made again.
    package let cacheDirectories: [FilePath]
    /// `LogsDirectory=`.
    package let logsDirectories: [FilePath]
    /// `ConfigurationDirectory=`: read only for the service.
    package let configurationDirectories: [FilePath]
    /// Where `LoadCredential=` and its like put their files; nil without any.
    package let credentialsDirectory: FilePath?
    /// The 128-bit identifier of this run of the unit, in hexadecimal.
    package let invocationID: String?
    /// Device and inode of the journal's stream, if standard output or error was connected to it.
    package let journalStream: JournalStream?

    /// Device and inode of a stream, as in `JOURNAL_STREAM`.
    package struct JournalStream: Sendable, Equatable {
        package let device: UInt64
        package let inode: UInt64

        /// Reads `dev:ino`; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else {
                return nil
            }
            self.device = device
            self.inode = inode
        }
    }

    /// Reads the variables through `variable`, which gives the value of a name.
    package init(variable: (String) -> String?) {
        stateDirectories = paths(variable("STATE_DIRECTORY"))
        runtimeDirectories = paths(variable("RUNTIME_DIRECTORY"))
        cacheDirectories = paths(variable("CACHE_DIRECTORY"))
        logsDirectories = paths(variable("LOGS_DIRECTORY"))
        configurationDirectories = paths(variable("CONFIGURATION_DIRECTORY"))
        credentialsDirectory = variable("CREDENTIALS_DIRECTORY").flatMap { $0.isEmpty ? nil : FilePath($0) }
        invocationID = variable("INVOCATION_ID").flatMap { $0.isEmpty ? nil : $0 }
        journalStream = variable("JOURNAL_STREAM").flatMap { JournalStream($0) }
    }

    /// The environment of this process, as it is now.
    package static func current() -> ServiceEnvironment {
        ServiceEnvironment { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
    }

    /// Where the credential is, as for `certificate = credential:tls.crt`; the file need not exist.
    ///
    /// - Throws: `SupervisionError` (`.credential`) if the service has no credentials, or if no credential
    ///   can have this name: empty, `.` or `..`, more than 255 bytes, a slash, a colon or a control character.
    package func credential(named name: String) throws(SupervisionError) -> FilePath {
        let isValid =
            !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && name.utf8.allSatisfy {
                $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":")
            }
        guard isValid else {
            throw SupervisionError(.credential, context: "no credential can have the name \"\(name)\"")
        }
        guard let credentialsDirectory else {
            throw SupervisionError(
                .credential, context: "the service has no credentials (CREDENTIALS_DIRECTORY is not set)")
        }
        return credentialsDirectory.appending(name)
    }

    /// Whether standard error goes to the journal: the variable is inherited by programs that redirect it,
    /// so device and inode are compared (systemd.exec(5), `$JOURNAL_STREAM`).
    package func isJournal(_ descriptor: FileDescriptor = .standardError) -> Bool {
        guard let journalStream else { return false }
        var attributes = stat()
        guard unsafe fstat(descriptor.rawValue, &attributes) == 0 else { return false }
        return UInt64(attributes.st_dev) == journalStream.device
            && UInt64(attributes.st_ino) == journalStream.inode
    }
}

private func paths(_ list: String?) -> [FilePath] {
    (list ?? "").split(separator: ":").map { FilePath(String($0)) }
}
