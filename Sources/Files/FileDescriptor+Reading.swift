// Reading to the end what may be a pipe, which has no offsets.

import SystemPackage

extension FileDescriptor {
    /// Reads from where the descriptor stands to the end, and waits for it.
    package func readToEnd() throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        do {
            while true {
                let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe read(into: $0) }
                guard count > 0 else { return bytes }
                bytes += chunk[..<count]
            }
        } catch let errno as Errno {
            throw errno
        } catch {
            preconditionFailure("read(2) fails with an errno, and this is \(error)")
        }
    }
}
