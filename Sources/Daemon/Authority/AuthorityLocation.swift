// Which local authority a command is about: the one of the daemon with the same configuration.

import ArgumentParser
import Configuration
import Server
import Supervision
import SystemPackage
import TLS

/// The option that names the configuration whose authority is meant.
struct AuthorityOption: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp(
            "The configuration whose authority is meant; /etc/portico/portico.conf if it is there, otherwise that of "
                + "portico serve.", valueName: "FILE"))
    var path: String?

    func location(_ invoker: Invoker) throws -> AuthorityLocation {
        if let path { return try AuthorityLocation(configuration: FilePath(path), invoker) }
        let service = AuthorityLocation.serviceConfiguration
        let own = AuthorityLocation(of: invoker)
        guard service.exists else { return own }
        let configured = try AuthorityLocation(configuration: service, invoker)
        return configured.file.exists || !own.file.exists ? configured : own
    }
}

/// The folder of an authority, and what it would be made with.
struct AuthorityLocation {
    let folder: FilePath
    let permitting: [PermittedSubtree]
    /// Whether the folder belongs to the service's user, who must make what is in it.
    let isService: Bool

    static let serviceConfiguration: FilePath = "/etc/portico/portico.conf"
    /// `StateDirectory=portico` of the unit, which is told to the service only.
    private static let serviceFolder: FilePath = "/var/lib/portico"

    var file: FilePath { folder.appending(AuthorityCertificate.fileName) }

    /// The authority of `portico serve`.
    init(of invoker: Invoker) {
        folder = StateFolder.path(
            configured: nil, configurationFile: nil,
            environment: ServiceEnvironment(variable: invoker.variable),
            variable: invoker.variable)
        permitting = []
        isService = false
    }

    /// The authority of a daemon with this configuration.
    init(configuration path: FilePath, _ invoker: Invoker) throws {
        var diagnostics: [Diagnostic] = []
        let settings = ConfigurationSource.file(path).read(modules: ModuleCatalog.modules, into: &diagnostics)
        guard let settings, !diagnostics.hasErrors else {
            for diagnostic in diagnostics.inOrderOfPlace { printError("\(diagnostic)") }
            throw ExitStatus.configuration
        }
        let configured = settings.server[ServerKeys.stateDirectory]
        let environment = ServiceEnvironment(variable: invoker.variable)
        isService =
            configured == nil && environment.stateDirectories.isEmpty && path == Self.serviceConfiguration
        folder =
            isService
            ? Self.serviceFolder
            : StateFolder.path(
                configured: configured, configurationFile: path, environment: environment,
                variable: invoker.variable)
        permitting = settings.tls.first { $0.argument == nil }?.optional(TLSKeys.authorityNames) ?? []
    }

    /// Reads the authority's certificate.
    func certificate() throws -> AuthorityCertificate {
        do throws(TLSFailure) {
            return try AuthorityCertificate(file: file)
        } catch {
            guard error.underlying == .noSuchFileOrDirectory else { throw CommandFailure("\(error)") }
            throw Self.missing(in: folder)
        }
    }

    private static func missing(in folder: FilePath) -> CommandFailure {
        CommandFailure("There is no authority in \(folder) yet; it is made when Portico starts.")
    }

    /// Makes the authority if it isn't there, for whom it would be made at a start.
    func makeIfMissing(_ invoker: Invoker) throws {
        guard !file.exists else { return }
        // What root makes, the daemon's user could not read. The daemon may make it at any moment, so looking again proves
        // nothing.
        guard !isService, invoker.userToBecome == nil else { throw Self.missing(in: folder) }
        do throws(TLSFailure) {
            _ = try CertificateAuthority(directory: folder, permitting: permitting)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}

/// What a command could not do; ends the process with 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
