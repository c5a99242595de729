// A reload between its plan and its end. The swap waits for each worker, the signal loop never for the swap.

import Configuration
import Server
import Synchronization

/// A reload whose swap is under way.
struct Reload {
    /// How much of the configuration is read anew; what comes later takes in what is before it.
    enum Extent: Comparable {
        /// The files of certificates, by the settings in force.
        case certificates
        case everything
    }

    let extent: Extent
    let settings: Settings
    /// The files of certificates before they were read.
    let files: CertificateFiles
    let identities: IdentityLoader.Identities?
    let warnings: [Diagnostic]
    let swap: Swap
    /// What else was asked for meanwhile.
    var askedMeanwhile: Extent?
}

/// The swap of one configuration for another, in a task of its own: a handler that holds its worker holds it too.
final class Swap: Sendable {
    /// What a server is served by.
    struct Side: Sendable {
        let snapshot: Snapshot
        let listeners: [Listener]
    }

    let new: Side
    private let old: Side
    private let server: Server
    private let result = Mutex<Result<Void, any Error>?>(nil)

    init(of server: Server, from old: Side, to new: Side) {
        self.server = server
        self.old = old
        self.new = new
    }

    /// How it ended; nil until it has.
    var outcome: Result<Void, any Error>? { result.withLock { $0 } }

    /// Starts the new side's handlers and gives it to all workers, or the old one back.
    func run() async {
        do {
            try await swap()
            result.withLock { $0 = .success(()) }
        } catch {
            result.withLock { $0 = .failure(error) }
        }
    }

    private func swap() async throws {
        try await new.snapshot.start()
        do {
            try await server.apply(new.snapshot, listeners: new.listeners)
        } catch {
            // A worker that could not watch a new socket goes back with all others.
            try await server.apply(old.snapshot, listeners: old.listeners)
            throw error
        }
    }
}
