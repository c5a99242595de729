// Waits for changes of certificates on the disk, until nothing more comes: a renewal writes several files.

import Reactor
import Supervision
import Synchronization
import SystemPackage
import Threads

/// Watches files for one configuration.
struct CertificateWatch: Sendable {
    /// The files as they were when they were loaded.
    let files: CertificateFiles
    let control: Reactor
    /// Called on the control reactor for each change.
    let onChange: @Sendable () -> Void
    /// Told of the folders that can't be watched, and why, each time that there are others.
    let onFailure: @Sendable ([FilePath: Errno]) -> Void

    /// How long nothing must happen before a change is over, and how long that is waited for.
    private static let quiet: Duration = .milliseconds(500)
    private static let patience: Duration = .seconds(10)

    /// Watches until its task is cancelled.
    ///
    /// - Throws: `SupervisionError` or `ReactorFailure` when the system has no room for it.
    func run() async throws {
        let watch = try FileWatch()
        let registration = try control.registerDescriptor(watch.descriptor.rawValue)
        defer { registration.deregister() }
        let handle = registration.handle
        await withTaskCancellationHandler {
            await run(watch, registration)
        } onCancel: {
            handle.cancel()
        }
    }

    private func run(_ watch: FileWatch, _ registration: Registration) async {
        var known = files
        var failures: [FilePath: Errno] = [:]
        while true {
            let failed = watch.watch(known.paths)
            if failed != failures { onFailure(failed) }
            failures = failed
            // What changed before it was watched brings no event.
            if CertificateFiles(known.paths).areUnchanged(since: known),
                await registration.wait(for: .read) == .cancelled
            {
                return
            }
            guard await settles(watch, registration) else { return }
            let found = CertificateFiles(known.paths)
            guard !found.areUnchanged(since: known) else { continue }
            known = found
            onChange()
        }
    }

    /// Waits until nothing more happens, or too much.
    ///
    /// - Returns: false when the task is cancelled.
    private func settles(_ watch: FileWatch, _ registration: Registration) async -> Bool {
        let end = MonotonicInstant.current() + Self.patience
        while true {
            watch.drain()
            let now = MonotonicInstant.current()
            guard now < end else { return true }
            switch await registration.wait(for: .read, until: min(end, now + Self.quiet)) {
            case .cancelled: return false
            case .timedOut: return true
            case .ready, .interrupted: continue
            }
        }
    }
}

/// Whether certificates changed since somebody asked.
final class CertificateChange: Sendable {
    private let hasCome = Atomic(false)

    func note() { hasCome.store(true, ordering: .releasing) }
    /// Asks, and forgets.
    func take() -> Bool { hasCome.exchange(false, ordering: .acquiringAndReleasing) }
}
