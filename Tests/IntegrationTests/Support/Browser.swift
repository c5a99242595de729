// Chromium, where it is installed.

import Glibc

enum Browser {
    /// The program; nil where there is none.
    static let path: String? = {
        let paths: [String] = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
        return paths.first { path in unsafe access(path, X_OK) == 0 }
    }()
}
