// Whether there is something at a path.

import SystemPackage

extension FilePath {
    /// Whether there is something that this process may look at (stat(2)).
    var exists: Bool {
        do {
            _ = try stat()
            return true
        } catch {
            // What can't be looked at can't be used either.
            return false
        }
    }
}
