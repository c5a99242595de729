// What tests of certificates and keys do in a folder of their own: modes matter, and all is bytes.

import Glibc
import HandlerTesting
import SystemPackage

@testable import TLS

extension TemporaryFolder {
    /// Writes a whole file with exactly this mode.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> FilePath {
        try write(bytes, to: name)
        try setMode(mode, of: name)
        return self[name]
    }

    func read(_ name: String) throws -> [UInt8] { try PEMFile(reading: self[name]).bytes }

    func mode(_ name: String) -> mode_t {
        var status = stat()
        guard unsafe lstat(self[name].string, &status) == 0 else { return 0 }
        return status.st_mode & 0o7777
    }
}
