// `portico ca`: the local authority as people see it, and the programs of this machine that trust it.

import ArgumentParser
import FoundationEssentials
import SystemPackage
import TLS

/// `portico ca`.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Show the local authority, export it, and let this machine trust it.",
        subcommands: [Show.self, Export.self, Install.self, Remove.self])

    /// `portico ca show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print name, file, fingerprint, dates and what it may sign for.")

        @OptionGroup var authority: AuthorityOption

        func run() throws {
            let location = try authority.location(Invoker())
            let certificate = try location.certificate()
            let names = certificate.constraints.map { $0.permitted.map(\.description).joined(separator: " ") }
            print(
                """
                name: \(certificate.commonName)
                file: \(location.file)
                SHA-256: \(certificate.fingerprint)
                valid: \(day(certificate.facts.notBefore)) to \(day(certificate.facts.notAfter))
                signs for: \(names ?? "any name; it has no name constraints")
                """)
        }
    }

    /// `portico ca export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write its certificate to standard output.",
            discussion: "The key stays where it is: whoever has it can sign for all names of this authority.")

        enum Form: EnumerableFlag { case pem, der }

        @OptionGroup var authority: AuthorityOption
        @Flag(help: "The encoding: PEM, or DER as some phones want it.")
        var form = Form.pem

        func run() throws {
            let location = try authority.location(Invoker())
            let certificate = try location.certificate()
            let bytes = form == .pem ? try certificate.pem() : try certificate.der()
            try FileDescriptor.standardOutput.writeAll(bytes)
        }
    }

    /// `portico ca install`.
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Let the programs of this machine trust it.",
            discussion: """
                The system's store, which curl and most programs read, needs root. Chromium and Firefox have stores of \
                their own, which are the user's; under sudo, of the user who called it.
                """)

        @OptionGroup var authority: AuthorityOption

        func run() throws {
            let invoker = Invoker()
            let location = try authority.location(invoker)
            try location.makeIfMissing(invoker)
            let certificate = try location.certificate()
            try TrustStores(invoker).install(certificate, location.file).tell()
        }
    }

    /// `portico ca remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Undo what install did; the authority itself stays.")

        @OptionGroup var authority: AuthorityOption

        func run() throws {
            let invoker = Invoker()
            let location = try authority.location(invoker)
            try TrustStores(invoker).remove(try location.certificate(), location.file).tell()
        }
    }
}

extension AuthorityCertificate {
    /// The name under which people find it in a list of authorities.
    var commonName: String {
        facts.subject.hasPrefix("CN=") ? String(facts.subject.dropFirst(3)) : facts.subject
    }

    /// The SHA-256 fingerprint as browsers show it: upper case, a colon between bytes.
    var fingerprint: String {
        let digits = Array(facts.sha256.uppercased())
        return stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<$0 + 2]) }.joined(
            separator: ":")
    }
}

/// A day in UTC, "2026-11-21".
private func day(_ secondsSinceEpoch: Int64) -> String {
    Date(timeIntervalSince1970: Double(secondsSinceEpoch)).formatted(.iso8601.year().month().day())
}
