// Cancels one child task of a group, which a group by itself can only do with all of them.

/// A task that runs, for others on its thread to cancel it; forget it before the task ends.
@safe
package final class RunningTask {
    // The form of withUnsafeCurrentTask that encloses a body would leave the executor.
    private let task: UnsafeCurrentTask

    private init(_ task: UnsafeCurrentTask) { unsafe self.task = task }

    /// The current task; nil outside of any.
    package static var current: RunningTask? {
        unsafe withUnsafeCurrentTask { task in unsafe task.map { unsafe RunningTask($0) } }
    }

    /// Cancels the task.
    package func cancel() { unsafe task.cancel() }
}
