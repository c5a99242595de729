// `portico cert`: certificates by hand, for other servers and for clients.

import ArgumentParser
import SystemPackage
import TLS

/// `portico cert`.
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert",
        abstract: "Make a certificate for names, signed by the local authority.",
        discussion: """
            Writes NAME.pem and NAME.key, or NAME.p12 with both and the authority's certificate. Names lie within what \
            the authority may sign for, see portico ca show.
            """)

    @Argument(
        help: ArgumentHelp(
            "DNS names (*.wiki.test too), IP addresses, and with --client e-mail addresses.",
            valueName: "NAME"))
    var names: [String]
    @Flag(help: "For a client that proves itself by it.")
    var client = false
    @Option(help: ArgumentHelp("How many days it is valid, 825 at most.", valueName: "N"))
    var days = 397
    @Option(help: ArgumentHelp("The folder for the files.", valueName: "DIR"))
    var out = "."
    @Flag(name: .customLong("p12"), help: "Write an encrypted PKCS #12 file instead.")
    var isPKCS12 = false
    @Option(
        help: ArgumentHelp("The password of the PKCS #12 file; a random one is printed.", valueName: "WORD"))
    var password: String?
    @Flag(help: "Replace files that are there.")
    var force = false
    @OptionGroup var authority: AuthorityOption

    func validate() throws {
        guard !names.isEmpty else { throw ValidationError("There is no name.") }
        guard (1...IssuedCertificate.mostDays).contains(days) else {
            throw ValidationError("--days: 1 to \(IssuedCertificate.mostDays).")
        }
        guard password == nil || isPKCS12 else { throw ValidationError("--password is for --p12.") }
    }

    func run() throws {
        let invoker = Invoker()
        let location = try authority.location(invoker)
        try location.makeIfMissing(invoker)
        let chosen = password ?? Self.randomPassword()
        let files: [FilePath]
        do throws(TLSFailure) {
            let certificate = try IssuedCertificate(
                by: CertificateSigner(reading: location.folder, permitting: location.permitting), for: names,
                isForClients: client, days: days)
            files = try certificate.write(
                isPKCS12 ? .pkcs12(password: chosen) : .pem, to: FilePath(out).appending(fileName),
                replacing: force)
        } catch {
            throw CommandFailure(Self.explanation(of: error))
        }
        for file in files { print(file) }
        if isPKCS12, password == nil { print("password: \(chosen)") }
    }

    /// mkcert's: the first name, how many follow, what it is for.
    private var fileName: String {
        let first = names[0].replacing("*", with: "_wildcard").replacing(":", with: "_").replacing(
            "/", with: "_")
        return first + (names.count > 1 ? "+\(names.count - 1)" : "") + (client ? "-client" : "")
    }

    private static func explanation(of error: TLSFailure) -> String {
        switch error.code {
        case .badSetting: "\(error.context); see portico ca show"
        case .unwritableFile where error.underlying == .fileExists:
            "\(error.file?.string ?? "") is there already; --force replaces it"
        default: "\(error)"
        }
    }

    /// 20 letters and digits that nobody takes for another: some 100 bits.
    private static func randomPassword() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var system = SystemRandomNumberGenerator()
        return String((0..<20).map { _ in letters[Int.random(in: 0..<letters.count, using: &system)] })
    }
}
