// SignalStream: the signals that steer the daemon, as a descriptor, signalfd(2).
// Made before the first thread: each thread inherits the mask, so that none runs a default action.
import CSystemd
import Glibc
import SystemPackage

/// A signal that steers the daemon. SIGQUIT is not among them: it keeps its core dump.
package enum Signal: Sendable, CaseIterable {
    /// SIGHUP: reload.
    case hangUp
    /// SIGTERM: stop.
    case terminate
    /// SIGINT: stop (Ctrl-C).
    case interrupt
    /// SIGUSR1.
    case user1
    /// SIGUSR2.
    case user2

    /// The number of the signal.
    package var number: CInt {
        switch self {
        case .hangUp: SIGHUP
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .user1: SIGUSR1
        case .user2: SIGUSR2
        }
    }
}

/// Signals that have come, in place of handlers that interrupt threads.
package struct SignalStream: Sendable {
    /// Readable when a signal has come; close-on-exec, never blocks. Open as long as the process runs.
    package let descriptor: FileDescriptor

    /// Blocks the signals in this thread and all that it starts, ignores SIGPIPE, and opens the stream.
    ///
    /// - Throws: `SupervisionError` (`.signal`).
    package init(_ signals: [Signal] = Signal.allCases) throws(SupervisionError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal.number) }
        let result = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard result == 0 else {
            throw SupervisionError(.signal, errno: Errno(rawValue: result), context: "pthread_sigmask")
        }
        // OpenSSL and write(2) then report EPIPE, for one connection, in place of the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let descriptor = unsafe signalfd(-1, &set, CInt(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else {
            throw SupervisionError(.signal, errno: Errno(rawValue: errno), context: "signalfd")
        }
        self.descriptor = FileDescriptor(rawValue: descriptor)
    }

    /// Takes the signals that have come, in the order of the kernel; the same one twice may count once.
    ///
    /// - Throws: `SupervisionError` (`.signal`).
    package func drain() throws(SupervisionError) -> [Signal] {
        var signals: [Signal] = []
        var information = signalfd_siginfo()
        while true {
            let size = MemoryLayout<signalfd_siginfo>.size
            let count = unsafe read(descriptor.rawValue, &information, size)
            let failure = Errno(rawValue: errno)
            if count == size {
                signals += Signal.allCases.filter { $0.number == CInt(bitPattern: information.ssi_signo) }
            } else if count >= 0 || failure == .wouldBlock {
                return signals
            } else if failure != .interrupted {
                throw SupervisionError(.signal, errno: failure, context: "read of the signalfd")
            }
        }
    }
}
