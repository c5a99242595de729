// A file descriptor with exactly one owner. Invariant: it is closed once, when its owner ends.

import Glibc

/// A descriptor that closes itself when its owner ends.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The kernel's number, valid for as long as this value lives.
    package let rawValue: CInt

    /// Takes over an open descriptor; nobody else may close it from here on.
    package init(takingOwnership rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// Gives up the ownership: the caller closes the descriptor.
    package consuming func release() -> CInt {
        let released = rawValue
        discard self
        return released
    }

    deinit {
        // close(2) frees the number even if it reports EINTR, so there is nothing to retry.
        _ = close(rawValue)
    }
}
