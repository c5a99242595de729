// Where what the daemon makes for itself is kept.

import Supervision
import SystemPackage

/// The folder of the local authority and its certificates.
enum StateFolder {
    /// The folder to use: the configured one, else systemd's `$STATE_DIRECTORY`, else `certs-dev` of the checkout
    /// that the configuration file lies in, else `portico` in `$XDG_DATA_HOME` (XDG Base Directory Specification).
    static func path(
        configured: FilePath?, configurationFile: FilePath?, environment: ServiceEnvironment,
        variable: (String) -> String?
    ) -> FilePath {
        if let configured { return configured }
        if let state = environment.stateDirectories.first { return state }
        if let checkout = configurationFile.flatMap(checkout) { return checkout.appending("certs-dev") }
        return userData(variable).appending("portico")
    }

    /// The checkout of this project that the file lies in: a folder above with `certs-dev` and `Package.swift`.
    private static func checkout(around file: FilePath) -> FilePath? {
        let folder = file.removingLastComponent()
        let above = folder.isEmpty ? FilePath("..") : folder.appending("..")
        guard above.appending("certs-dev").exists, above.appending("Package.swift").exists else { return nil }
        return folder.components.last?.string == "config" ? folder.removingLastComponent() : above
    }

    private static func userData(_ variable: (String) -> String?) -> FilePath {
        if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") { return FilePath(folder) }
        return FilePath(variable("HOME") ?? "/var/lib").appending(".local/share")
    }
}
