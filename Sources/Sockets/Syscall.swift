// The only reader of errno in Sockets and Reactor. Invariant: EINTR never leaves this file.

import Glibc
import SystemPackage

/// System calls that answer -1 and set errno.
package enum Syscall {
    /// The error of the call that just returned -1 on this thread.
    @inline(__always)
    package static var lastError: Errno {
        Errno(rawValue: errno)
    }

    /// Runs `call` until it is not interrupted by a signal, and throws the errno of a -1.
    @inline(__always)
    @discardableResult
    package static func retrying<Number: FixedWidthInteger>(
        _ call: () -> Number
    ) throws(Errno) -> Number {
        while true {
            let result = call()
            if result != -1 { return result }
            let error = lastError
            if error != .interrupted { throw error }
        }
    }

    /// The same, with the errno wrapped in a failure that names the step and its subject.
    @inline(__always)
    @discardableResult
    package static func retrying<Number: FixedWidthInteger>(
        _ code: SocketFailure.Code, _ context: @autoclosure () -> String, _ call: () -> Number
    ) throws(SocketFailure) -> Number {
        do throws(Errno) {
            return try retrying(call)
        } catch {
            throw SocketFailure(code, error, context())
        }
    }
}
