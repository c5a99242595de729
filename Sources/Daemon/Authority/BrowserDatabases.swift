// The NSS databases in which Chromium and Firefox keep what their user trusts, changed by certutil of NSS.

import FoundationEssentials
import Supervision
import SystemPackage
import TLS

/// The NSS databases below a home folder.
struct BrowserDatabases {
    private let invoker: Invoker
    private let certutil: ChildProgram?

    /// Chromium and what is made of it: the system's packages, Snap, Flatpak; newer ones follow XDG if there is none
    /// of the first.
    private static let chromium = [
        ".pki/nssdb", ".local/share/pki/nssdb", "snap/chromium/current/.pki/nssdb",
        ".var/app/org.chromium.Chromium/.pki/nssdb", ".var/app/com.google.Chrome/.pki/nssdb",
        ".var/app/com.brave.Browser/.pki/nssdb",
    ]
    /// Folders of Firefox profiles: the system's packages, XDG (Firefox 147), Snap, Flatpak.
    private static let firefox = [
        ".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ]
    private static let chromiumPrograms = [
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser",
        "microsoft-edge",
    ]

    init(_ invoker: Invoker) {
        self.invoker = invoker
        certutil = ChildProgram(named: "certutil", path: invoker.variable("PATH"))
    }

    func install(_ certificate: AuthorityCertificate) -> [TrustStores.Step] {
        change("now trusts") { certutil in
            try makeChromiumDatabase(certutil)
            return folders
        } in: { certutil, folder in
            try add(try certificate.pem(), named: certificate.commonName, certutil, folder)
            return true
        }
    }

    func remove(_ certificate: AuthorityCertificate) -> [TrustStores.Step] {
        change("no longer trusts") { _ in
            folders
        } in: { certutil, folder in
            let name = certificate.commonName
            let (own, found) = (
                PEMText(try certificate.pem()), try certificates(named: name, certutil, folder)
            )
            guard found.contains(own) else { return false }
            // certutil deletes one of this name, whichever it finds first: until 2026-11 authorities of a machine had the same.
            for _ in found { try run(certutil, folder, ["-D", "-n", name]) }
            for other in found where other != own { try add(other.bytes, named: name, certutil, folder) }
            return true
        }
    }

    private func add(
        _ pem: [UInt8], named name: String, _ certutil: ChildProgram, _ folder: FilePath
    ) throws {
        // C: an authority for servers, and for nothing else.
        try run(certutil, folder, ["-A", "-n", name, "-t", "C,,", "-a"], input: pem)
    }

    private func change(
        _ outcome: String, _ folders: (ChildProgram) throws -> [FilePath],
        in body: (ChildProgram, FilePath) throws -> Bool
    ) -> [TrustStores.Step] {
        guard let certutil else {
            return [
                .leftOut(
                    "Chromium and Firefox: certutil is not installed (Debian: libnss3-tools, Fedora: nss-tools)"
                )
            ]
        }
        do {
            let found = try folders(certutil)
            guard !found.isEmpty else {
                return [
                    .leftOut("Chromium and Firefox: no database in \(invoker.home); start the browser once")
                ]
            }
            return found.map { folder in
                do {
                    let isChanged = try body(certutil, folder)
                    return .done(isChanged ? "\(folder) \(outcome) it." : "\(folder) does not have it.")
                } catch {
                    return .failed("\(folder): \(error)")
                }
            }
        } catch {
            return [.failed("\(error)")]
        }
    }

    /// The databases that there are.
    private var folders: [FilePath] {
        let profiles = Self.firefox.map { invoker.home.pushing(FilePath($0)) }.flatMap { folder in
            // No such folder: no such browser.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
            return names.sorted().map { folder.appending($0) }
        }
        return (Self.chromium.map { invoker.home.pushing(FilePath($0)) } + profiles).filter {
            $0.appending("cert9.db").exists
        }
    }

    /// Chromium makes its database at its first start; an authority that comes before it needs one.
    private func makeChromiumDatabase(_ certutil: ChildProgram) throws {
        let paths = Self.chromium.prefix(2).map { invoker.home.pushing(FilePath($0)) }
        let isInstalled = Self.chromiumPrograms.contains {
            ChildProgram(named: $0, path: invoker.variable("PATH")) != nil
        }
        guard isInstalled, !paths.contains(where: { $0.appending("cert9.db").exists }) else { return }
        try asUser("mkdir", ["-m", "700", "-p", paths[0].string])
        try run(certutil, paths[0], ["-N", "--empty-password"])
    }

    /// All that have a name in a database; none if certutil doesn't find it.
    private func certificates(
        named name: String, _ certutil: ChildProgram, _ folder: FilePath
    ) throws -> [PEMText] {
        let outcome = try start(certutil, ["-L", "-d", "sql:\(folder)", "-n", name, "-a"])
        return outcome.status == 0 ? PEMText.all(in: outcome.output) : []
    }

    private func run(
        _ certutil: ChildProgram, _ folder: FilePath, _ arguments: [String], input: [UInt8] = []
    ) throws {
        let outcome = try start(certutil, arguments + ["-d", "sql:\(folder)"], input: input)
        guard outcome.status == 0 else { throw CommandFailure(outcome.output) }
    }

    private func asUser(_ name: String, _ arguments: [String]) throws {
        guard let program = ChildProgram(named: name, path: invoker.variable("PATH")) else {
            throw CommandFailure("\(name) is not installed")
        }
        let outcome = try start(program, arguments)
        guard outcome.status == 0 else { throw CommandFailure(outcome.output) }
    }

    /// Starts a program as the user whose home it is: what root writes there would be root's.
    private func start(
        _ program: ChildProgram, _ arguments: [String], input: [UInt8] = []
    ) throws -> ChildProgram.Outcome {
        guard let user = invoker.userToBecome else { return try program.run(arguments, input: input) }
        guard let runuser = ChildProgram(named: "runuser", path: invoker.variable("PATH")) else {
            throw CommandFailure("runuser (util-linux) is not installed")
        }
        return try runuser.run(["-u", user, "--", program.file.string] + arguments, input: input)
    }
}

/// A certificate in PEM, without what programs write differently: ends of lines.
private struct PEMText: Equatable {
    private static let end = "-----END CERTIFICATE-----"

    let lines: [Substring]

    var bytes: [UInt8] { lines.flatMap { Array("\($0)\n".utf8) } }

    init(_ pem: [UInt8]) { self.init(String(decoding: pem, as: UTF8.self)) }

    private init(_ text: String) { lines = text.split(whereSeparator: \.isNewline) }

    static func all(in text: String) -> [PEMText] {
        text.split(separator: end).map { PEMText($0 + end) }.filter { $0.lines.count > 1 }
    }
}
