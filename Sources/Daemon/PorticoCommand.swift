// The command line, as tables for the argument parser.

import ArgumentParser
import Configuration
import Glibc
import HandlerKit
import SystemPackage

/// `portico`: the daemon and what goes with it.
struct PorticoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "A development server that speaks https.",
        version: Daemon.version,
        subcommands: [
            RunCommand.self, CheckCommand.self, ServeCommand.self, ModulesCommand.self, RequestCommand.self,
            AuthorityCommand.self, CertificateCommand.self,
        ])
}

/// What a command leaves to its caller, see sysexits(3).
enum ExitStatus {
    /// The configuration can't be used; systemd is told not to try again (`RestartPreventExitStatus=`).
    static let configuration = ExitCode(78)
    /// Anything else that went wrong.
    static let failure = ExitCode(1)
}

/// The option that names the configuration file.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp(
            "The configuration file; drop-ins lie in FILE.d/*.conf beside it.", valueName: "FILE"))
    var path = "/etc/portico/portico.conf"

    var filePath: FilePath { FilePath(path) }
}

/// Writes lines to standard error, for what must be seen before there is a log.
func printError(_ text: String) {
    // There is nowhere left to tell that standard error is closed.
    _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
}

/// `portico check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration as a start would, without starting.",
        discussion: """
            Every problem is printed as file:line:column: error: …, and the exit status is 78 if there is one. \
            Keys are loaded, roots are opened and handlers are built; nothing is bound, written or started.
            """)

    @OptionGroup var file: ConfigurationOption
    @Flag(help: "Print the effective configuration, defaults included, in the syntax of the file.")
    var print = false
    @Flag(help: "Judge as a reload does: a certificate that has expired, or is not valid yet, is a warning.")
    var reload = false

    func run() throws {
        let source = ConfigurationSource.file(file.filePath)
        var diagnostics: [Diagnostic] = []
        let settings = source.read(modules: ModuleCatalog.modules, into: &diagnostics)
        if let settings {
            try SnapshotBuilder.withoutListeners(
                settings, source: source, outOfTime: reload ? .warning : .error
            )
            .check(into: &diagnostics)
        }
        for diagnostic in diagnostics.inOrderOfPlace { printError("\(diagnostic)") }
        guard let settings, !diagnostics.hasErrors else { throw ExitStatus.configuration }
        Swift.print(print ? "\(EffectiveConfiguration(settings.sections))" : "\(file.path): OK")
    }
}

/// `portico modules`.
struct ModulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modules",
        abstract: "List the modules, or the keys of one.")

    @Argument(help: ArgumentHelp("A module's name.", valueName: "NAME"))
    var name: String?

    func run() throws {
        let modules = ModuleCatalog.modules
        guard let name else {
            let width = modules.map(\.name.count).max() ?? 0
            for module in modules {
                print(
                    module.name + String(repeating: " ", count: width - module.name.count + 2)
                        + module.summary)
            }
            return
        }
        guard let module = modules.first(where: { $0.name == name }) else {
            let known = modules.map(\.name).joined(separator: ", ")
            throw ValidationError("There is no module '\(name)'. There are: \(known).")
        }
        let keys = HandlerSection.keys(of: module)
        print(SchemaText(title: module.name, summary: module.summary, keys: keys).plain(), terminator: "")
    }
}
