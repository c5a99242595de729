// The entry point: the whole command and its daemon, for this program and for others with modules of their own.

import ArgumentParser
import HandlerKit
import Modules

/// The Portico daemon as a library.
///
/// A package that adds a module of its own builds the whole program with it:
///
/// ```swift
/// import Daemon
/// import HandlerKit
///
/// Daemon.main(modules: Daemon.shippedModules + [.hello])
/// ```
public enum Daemon {
    /// The version that `--version`, the Server field and the diagnostics page tell.
    public static let version = "0.1.0"

    /// The modules that ship with Portico.
    public static var shippedModules: [ModuleDescriptor] { Modules.shippedModules }

    /// Runs the command line and ends the process with its status: 0 after an ordered stop, 64 for a usage error,
    /// 78 for a configuration that can't be used, 1 for the rest.
    public static func main(modules: [ModuleDescriptor] = Modules.shippedModules) {
        ModuleCatalog.$modules.withValue(modules) { PorticoCommand.main() }
    }
}

/// The modules of this process, for the commands, which the argument parser makes.
enum ModuleCatalog {
    @TaskLocal static var modules: [ModuleDescriptor] = Modules.shippedModules
}
