// Accepts from one listener on one worker. When connections must wait, they wait in the backlog.

import Logging
import Reactor
import Sockets
import SystemPackage
import Threads

/// The accepting end of a listener on one worker.
final class Acceptor {
    let listener: Listener
    private unowned let worker: Worker
    private let registration: Registration
    /// Why nothing is accepted now; nil while something is.
    private var pause: Pause?
    private var isFinished = false
    /// What runs it; ends after ``finish(leavingBacklog:)``.
    var task: Task<Void, Never>?

    private enum Pause {
        /// Until a connection of any worker ends.
        case limit
        /// For a moment: what is missing may come back without any connection of this worker ending.
        case failure
    }

    /// How long a pause lasts that nobody is bound to end, in nanoseconds.
    private static let retryInterval: UInt64 = 250_000_000

    /// Accepts in one tick at the most, so that connections that are open get their turn.
    private static let perTick = 8

    init(_ listener: Listener, for worker: Worker) throws(ReactorFailure) {
        self.listener = listener
        self.worker = worker
        registration = try worker.reactor.registerListener(listener.socket.rawValue)
    }

    /// Accepts until the listener is finished.
    func run() async {
        while !isFinished {
            let deadline = pause == .failure ? worker.deadline(Self.retryInterval) : .never
            switch await registration.wait(for: .read, until: deadline) {
            case .ready: acceptSome()
            case .timedOut: resume()
            case .interrupted: continue
            case .cancelled: return
            }
        }
    }

    private func acceptSome() {
        for _ in 0..<Self.perTick {
            guard pause == nil, acceptOne() else { return }
        }
    }

    /// Accepts a connection; false when there is none to accept now.
    private func acceptOne() -> Bool {
        guard enter() else {
            stop(.limit)
            tell(
                worker.admission.limitNotice,
                "Accepting pauses: there are as many connections as there may be.",
                ["event": "connection-limit", "connections": "\(worker.snapshot.limits.connections)"])
            return false
        }
        do throws(Errno) {
            switch try listener.socket.accept() {
            case .socket(let socket):
                worker.serve(socket, from: listener.facts)
                return true
            case .wouldBlock:
                leave()
                return false
            case .aborted(let error):
                leave()
                worker.logger.debug(
                    "A connection ended before it was accepted.", metadata: ["error": "\(error)"])
                return true
            case .outOfDescriptors(let error):
                leave()
                stop(.failure)
                tell(
                    worker.admission.descriptorNotice,
                    "Accepting pauses: no descriptors or memory are left.",
                    ["event": "descriptors-exhausted", "error": "\(error)"])
                return false
            }
        } catch {
            leave()
            // Never given up for good: the kernel would go on reporting the socket, and a firewall's rule (EPERM) may go.
            stop(.failure)
            tell(
                worker.admission.listenerNotice,
                "Accepting pauses: a listener is broken.",
                ["listener": "\(listener.name)", "error": "\(error)"])
            return false
        }
    }

    private func enter() -> Bool {
        listener.isInternal || worker.admission.enter(limit: worker.snapshot.limits.connections)
    }

    private func leave() {
        if !listener.isInternal, worker.admission.leave() { worker.resumeAccepting() }
    }

    private func stop(_ reason: Pause) {
        pause = reason
        registration.pause()
    }

    private func tell(_ notice: NoticeInterval, _ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard notice.permits(at: .current()) else { return }
        worker.logger.warning(message, metadata: metadata)
    }

    /// Accepts again, should it have paused.
    func resume() {
        guard pause != nil, !isFinished else { return }
        do throws(ReactorFailure) {
            try registration.resume()
            pause = nil
        } catch {
            tell(worker.admission.listenerNotice, "Accepting could not go on.", ["error": "\(error)"])
            pause = .failure
            // From a wait without a deadline to one that tries again.
            registration.interrupt()
        }
    }

    /// Tells that a connection of this worker ended, and with it its descriptor.
    func connectionEnded() {
        if pause == .failure { resume() }
    }

    /// Accepts no more.
    ///
    /// - Parameter leavingBacklog: whether what waits in the backlog stays there, for whoever has the socket too;
    ///   otherwise it is accepted first.
    func finish(leavingBacklog: Bool) {
        guard !isFinished else { return }
        isFinished = true
        pause = nil
        if !leavingBacklog { while acceptOne() {} }
        registration.cancel()
        registration.deregister()
    }
}
