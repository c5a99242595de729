// Who runs a command: under sudo the person at the keyboard, not root.

import FoundationEssentials
import Glibc
import Supervision
import SystemPackage

/// The user whose folders and browsers a command is about.
struct Invoker {
    /// The home folder.
    let home: FilePath
    /// The user to become for what belongs to the home folder; nil when the process is that user.
    let userToBecome: String?
    /// Whether the process may change the system.
    let isRoot: Bool
    private let variables: (String) -> String?

    init(
        isRoot: Bool = geteuid() == 0,
        variable: @escaping (String) -> String? = EnvironmentVariable.value(of:)
    ) {
        self.isRoot = isRoot
        variables = variable
        let user = isRoot ? variable("SUDO_USER").flatMap { $0.isEmpty || $0 == "root" ? nil : $0 } : nil
        if let user, let home = FileManager.default.homeDirectory(forUser: user) {
            self.home = FilePath(home.path)
            userToBecome = user
        } else {
            home = FilePath(variable("HOME") ?? "/")
            userToBecome = nil
        }
    }

    /// A variable of the environment as that user has it, as far as it is known.
    func variable(_ name: String) -> String? {
        guard userToBecome != nil else { return variables(name) }
        switch name {
        case "HOME": return home.string
        case "XDG_DATA_HOME": return nil
        default: return variables(name)
        }
    }
}
