// A thread of its own for work that may block, pthread_create(3).
import CSystemd
import Glibc
import SystemPackage

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

/// Starts a detached thread; `name` has at most 15 bytes.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(SupervisionError) {
    // Retained here, released by the thread; or below, if there will be none.
    let context = unsafe Unmanaged.passRetained(ThreadBody(name, body)).toOpaque()
    var thread = pthread_t()
    let result = unsafe pthread_create(&thread, nil, threadMain, context)
    guard result == 0 else {
        unsafe Unmanaged<ThreadBody>.fromOpaque(context).release()
        throw SupervisionError(.thread, errno: Errno(rawValue: result), context: "pthread_create for \(name)")
    }
    pthread_detach(thread)
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let body = unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
    unsafe csystemd_name_thread(body.name)
    body.run()
    return nil
}
