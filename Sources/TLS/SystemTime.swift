// The time of day, by which certificates are judged.
import Glibc

/// time(2): seconds since 1970.
package func systemTime() -> Int64 { Int64(time(nil)) }
