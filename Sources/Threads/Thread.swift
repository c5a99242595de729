// A named POSIX thread that runs one closure to its end. The only caller of pthread_create.

import CLinux
import Glibc

/// A POSIX thread that runs one closure.
///
/// The closure and all that it captures live until the closure returns.
public struct Thread: Sendable {
    private let handle: pthread_t

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: The name that `ps -L` and debuggers show; cut to 15 bytes, see pthread_setname_np(3).
    ///   - body: What the thread runs. It ends when this returns.
    /// - Throws: ``ThreadFailure`` when the system has no room for another thread.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadFailure) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, nil, runStart, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw ThreadFailure(errorNumber: code)
        }
        self.handle = handle
    }

    /// How many processors this process may use (sched_getaffinity(2)), 1 at least.
    public static var availableProcessors: Int { max(Int(clinux_available_cpus()), 1) }

    /// Waits until the closure has returned. To be called once at the most, see pthread_join(3).
    public func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread's memory go by itself when the closure returns; it can't be joined then.
    public func detach() {
        pthread_detach(handle)
    }
}

/// The system refused another thread.
public struct ThreadFailure: Error, Sendable {
    /// What pthread_create(3) returned: `EAGAIN` when a limit is reached.
    public let errorNumber: CInt
}

private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runStart(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    // A thread without its name runs as well.
    _ = unsafe clinux_name_thread(start.name)
    start.body()
    return nil
}
