// The folder that a section names as its root.

import Configuration
import Files
import SystemPackage

extension Section {
    /// Opens the folder that a key names.
    func openFolder(_ key: Key<FilePath>) throws(ConfigurationFailure) -> RootDirectory {
        do throws(FileFailure) {
            return try RootDirectory(self[key])
        } catch {
            let message = "the folder '\(self[key])' cannot be opened: \(error)"
            throw ConfigurationFailure([.error(at: location(of: key), message)])
        }
    }
}
