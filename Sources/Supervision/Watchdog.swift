// Watchdog: how often the service manager wants a sign of life, sd_watchdog_enabled(3).
import CSystemd
import SystemPackage

/// The service manager's watchdog.
package enum Watchdog {
    /// How often to feed the watchdog: half of `WATCHDOG_USEC`.
    ///
    /// - Returns: nil without a watchdog, or if `WATCHDOG_PID` names another process.
    /// - Throws: `SupervisionError` (`.environment`) if the variables make no sense.
    package static func interval() throws(SupervisionError) -> Duration? {
        var microseconds: UInt64 = 0
        let result = unsafe sd_watchdog_enabled(0, &microseconds)
        guard result >= 0 else {
            throw SupervisionError(
                .environment, errno: Errno(rawValue: -result), context: "WATCHDOG_USEC or WATCHDOG_PID")
        }
        guard result > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds / 2))
    }
}
