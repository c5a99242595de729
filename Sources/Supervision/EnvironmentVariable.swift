// Reads of the environment: libc gives pointers.

import Glibc

/// The variables of this process's environment.
package enum EnvironmentVariable {
    /// A variable's value; nil when it isn't set.
    package static func value(of name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
