// ServiceNotifier: what this process tells its service manager, sd_notify(3).
// Each call is one datagram; a status is always one line.
import CSystemd
import Glibc
import SystemPackage

/// Tells the service manager of each step in the life of the daemon; does nothing where there is none.
///
/// A message goes out on the thread of the caller, as one datagram; that waits only while the manager has
/// hundreds of messages unread. Call it from the control thread, not from a reactor that serves requests.
package struct ServiceNotifier: Sendable {
    /// Takes one message: lines of the form `NAME=value`.
    package typealias Delivery = @Sendable (String) throws(SupervisionError) -> Void

    /// Whether a service manager listens.
    package let isSupervised: Bool
    private let deliver: Delivery
    private let onFailure: @Sendable (SupervisionError) -> Void

    /// Makes a notifier for the service manager that started this process (`NOTIFY_SOCKET`).
    ///
    /// - Parameter onFailure: takes what went wrong with a message; the daemon goes on without it.
    package init(onFailure: @escaping @Sendable (SupervisionError) -> Void) {
        self.init(
            isSupervised: unsafe getenv("NOTIFY_SOCKET") != nil, deliver: Self.sendThroughLibrary,
            onFailure: onFailure)
    }

    /// Makes a notifier whose messages `deliver` takes: a recorder for tests.
    ///
    /// Nothing has a default but `onFailure`: a trailing closure alone means that of the other initializer.
    package init(
        isSupervised: Bool, deliver: @escaping Delivery,
        onFailure: @escaping @Sendable (SupervisionError) -> Void = { _ in }
    ) {
        self.isSupervised = isSupervised
        self.deliver = deliver
        self.onFailure = onFailure
    }

    /// Says that the start or a reload is over (`READY=1`): after a reload that failed, too.
    package func ready(status: String? = nil) {
        send(["READY=1"], status: status)
    }

    /// Says that a reload has begun (`RELOADING=1` with `MONOTONIC_USEC=`, as `Type=notify-reload` wants it).
    package func reloading(status: String? = nil) {
        send(["RELOADING=1", "MONOTONIC_USEC=\(monotonicMicroseconds())"], status: status)
    }

    /// Says that the daemon has begun to stop (`STOPPING=1`).
    package func stopping(status: String? = nil) {
        send(["STOPPING=1"], status: status)
    }

    /// Sets the line that `systemctl status` shows; control characters become spaces, 1,024 bytes are kept.
    package func status(_ line: String) {
        send([], status: line)
    }

    /// Asks for more time to start, reload or stop, from now on (`EXTEND_TIMEOUT_USEC=`).
    package func extendTimeout(_ time: Duration) {
        send(["EXTEND_TIMEOUT_USEC=\(max(time.microseconds, 0))"])
    }

    /// Feeds the watchdog (`WATCHDOG=1`).
    package func watchdog() {
        send(["WATCHDOG=1"])
    }

    /// Says that the daemon found itself broken, and is to be restarted at once (`WATCHDOG=trigger`).
    package func watchdogFailed() {
        send(["WATCHDOG=trigger"])
    }

    /// Names the error that ends the daemon (`ERRNO=`).
    package func errno(_ errno: Errno, status: String? = nil) {
        send(["ERRNO=\(errno.rawValue)"], status: status)
    }

    private func send(_ assignments: [String], status: String? = nil) {
        guard isSupervised else { return }
        let status = status.map { ["STATUS=\(statusLine($0))"] } ?? []
        do throws(SupervisionError) {
            try deliver((assignments + status).joined(separator: "\n"))
        } catch {
            onFailure(error)
        }
    }

    private static func sendThroughLibrary(_ message: String) throws(SupervisionError) {
        let result = unsafe sd_notify(0, message)
        guard result < 0 else { return }
        throw SupervisionError(
            .notification, errno: Errno(rawValue: -result), context: "cannot notify the service manager")
    }
}

/// One line of at most 1,024 bytes: systemd drops a message of more than 4,096.
private func statusLine(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    var bytes = 0
    for scalar in text.unicodeScalars {
        bytes += scalar.utf8Count
        if bytes > 1024 { break }
        line.append(scalar.isUnsafeInLogs ? " " : scalar)
    }
    return String(line)
}

private func monotonicMicroseconds() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
}

extension Duration {
    /// Whole microseconds, cut off.
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension Unicode.Scalar {
    /// The length of the scalar in UTF-8.
    fileprivate var utf8Count: Int { UTF8.width(self) }
}
