// Where programs look for authorities that they trust: the system's store, and the databases of browsers.

import FoundationEssentials
import Supervision
import SystemPackage
import TLS

/// All trust stores of this machine that a user reaches.
struct TrustStores {
    private let system: SystemTrustStore
    private let browsers: BrowserDatabases

    init(_ invoker: Invoker) {
        system = SystemTrustStore(invoker)
        browsers = BrowserDatabases(invoker)
    }

    /// - Parameter file: the certificate's own file.
    func install(_ certificate: AuthorityCertificate, _ file: FilePath) -> Report {
        Report(steps: [system.install(certificate, file)] + browsers.install(certificate))
    }

    func remove(_ certificate: AuthorityCertificate, _ file: FilePath) -> Report {
        Report(steps: [system.remove(certificate, file)] + browsers.remove(certificate))
    }

    /// What became of one store.
    enum Step: Equatable {
        case done(String)
        /// Nothing was changed; the text says why, and what to do about it.
        case leftOut(String)
        case failed(String)
    }

    /// What became of all stores.
    struct Report {
        let steps: [Step]

        /// Prints a line for each.
        ///
        /// - Throws: ``ExitStatus/failure`` when a step failed, or nothing at all could be done.
        func tell() throws {
            for step in steps {
                switch step {
                case .done(let text): print(text)
                case .leftOut(let text): print("Left out: \(text)")
                case .failed(let text): printError("Failed: \(text)")
                }
            }
            let hasFailed = steps.contains { if case .failed = $0 { true } else { false } }
            let hasSucceeded = steps.contains { if case .done = $0 { true } else { false } }
            guard hasSucceeded, !hasFailed else { throw ExitStatus.failure }
        }
    }
}

/// The store that curl, wget, git and most other programs read.
struct SystemTrustStore {
    private let invoker: Invoker
    private let update: ChildProgram?
    /// p11-kit's, where there is no update-ca-certificates.
    private let trust: ChildProgram?

    /// Where Debian's update-ca-certificates(8) takes further authorities from.
    private static let folder: FilePath = "/usr/local/share/ca-certificates"
    private static let hooks: FilePath = "/etc/ca-certificates/update.d"

    init(_ invoker: Invoker) {
        self.invoker = invoker
        let path = invoker.variable("PATH")
        update = ChildProgram(named: "update-ca-certificates", path: path)
        trust = ChildProgram(named: "trust", path: path)
    }

    func install(_ certificate: AuthorityCertificate, _ file: FilePath) -> TrustStores.Step {
        change("now trusts") { () throws in
            if let update {
                try certificate.write(to: Self.copy(of: certificate))
                try Self.run(update, [])
            } else if let trust {
                try Self.run(trust, ["anchor", "--store", file.string])
            }
        }
    }

    func remove(_ certificate: AuthorityCertificate, _ file: FilePath) -> TrustStores.Step {
        let copy = Self.copy(of: certificate)
        if update != nil, !copy.exists { return .done("The system's store does not have it.") }
        return change("no longer trusts") { () throws in
            if let update {
                try FileManager.default.removeItem(atPath: copy.string)
                // --fresh: links of what is no longer there are removed.
                try Self.run(update, ["--fresh"])
                try Self.tellHooks(ofRemoved: copy)
            } else if let trust {
                try Self.run(trust, ["anchor", "--remove", file.string])
            }
        }
    }

    private func change(_ outcome: String, _ body: () throws -> Void) -> TrustStores.Step {
        guard update != nil || trust != nil else {
            return .leftOut(
                "the system's store: neither update-ca-certificates (Debian: ca-certificates) nor trust (p11-kit) is "
                    + "installed")
        }
        guard invoker.isRoot else {
            return .leftOut("the system's store needs root: run the same command with sudo")
        }
        do {
            try body()
            return .done("The system's store \(outcome) it.")
        } catch {
            return .failed("the system's store: \(error)")
        }
    }

    /// The name is the fingerprint's: two authorities never share a file.
    private static func copy(of certificate: AuthorityCertificate) -> FilePath {
        folder.appending("portico-\(certificate.facts.sha256.prefix(16)).crt")
    }

    /// Tells the hooks of update-ca-certificates(8), such as that of Java's keystore, what went: --fresh tells them what
    /// is there, and they would keep the rest.
    private static func tellHooks(ofRemoved copy: FilePath) throws {
        // No such folder: no hooks.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: hooks.string)) ?? []
        let link = "/etc/ssl/certs/\(copy.stem ?? "").pem"
        let files = names.sorted().map { hooks.appending($0) }
        for file in files where FileManager.default.isExecutableFile(atPath: file.string) {
            try run(ChildProgram(file: file), [], input: Array("-\(link)\n".utf8))
        }
    }

    private static func run(_ program: ChildProgram, _ arguments: [String], input: [UInt8] = []) throws {
        let outcome = try program.run(arguments, input: input)
        guard outcome.status == 0 else { throw CommandFailure("\(program.file): \(outcome.output)") }
    }
}
