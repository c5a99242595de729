// Where one task waits for what another task of the same thread brings about.

/// A place for one waiter. A signal that comes while nobody waits is not kept: look at the state first, then wait.
final class Signal {
    private var waiter: CheckedContinuation<Void, Never>?

    /// Waits for the next ``send()``.
    func wait() async {
        await withCheckedContinuation { continuation in
            precondition(waiter == nil, "there is one waiter at a time")
            waiter = continuation
        }
    }

    /// Lets the waiter go on, if there is one.
    func send() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }
}
