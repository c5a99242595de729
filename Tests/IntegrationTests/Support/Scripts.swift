// The clients in Python, which lie beside the test targets.

import SystemPackage

enum Scripts {
    /// The path of a script in Tests/Clients.
    static func path(_ name: String) -> String {
        let support = FilePath(#filePath).removingLastComponent()
        let tests = support.removingLastComponent().removingLastComponent()
        return tests.appending("Clients").appending(name).string
    }
}
