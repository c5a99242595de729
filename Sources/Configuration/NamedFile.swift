// Files that a configuration names, and that are read with it.

import Files
import SystemPackage

extension OpenFile {
    /// Reads all of a regular file, and waits for the disk if need be.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that it may have.
    ///   - location: Where the configuration names it.
    /// - Throws: Why it can't be read, at that place.
    public static func contents(
        of path: FilePath, limit: UInt64, namedAt location: SourceLocation
    ) throws(ConfigurationFailure) -> [UInt8] {
        do throws(FileFailure) {
            return try contents(of: path, limit: limit)
        } catch {
            throw ConfigurationFailure([.error(at: location, "the file '\(path)' cannot be read: \(error)")])
        }
    }
}
