// One configuration in force: everything a request needs, immutable, swapped as one reference.

import HTTPWire
import HandlerKit
import Synchronization
import TLS

/// A complete configuration, built before anything uses it.
///
/// A request finishes on the snapshot that it began with. When the last reference goes, so do the handlers: those
/// with a life cycle are stopped then.
package final class Snapshot: Sendable {
    /// Counts the configurations that came into force, from 1.
    package let generation: Int
    package let routes: RouteTable
    package let limits: ServerLimits
    /// nil when no listener speaks TLS.
    package let tls: TLSContext?
    /// Whether requests for some server name need a client that was verified.
    let verifiesClients: Bool
    package let problemPage: any ProblemPage
    /// Where requests are recorded; nil when they aren't.
    package let accessLog: (any RequestLog)?
    let serverField: String?
    private let lifeCycle: HandlerLifeCycle

    /// - Parameter serverField: the value of the Server field; nil for none.
    package init(
        generation: Int, routes: RouteTable, limits: ServerLimits, tls: TLSContext?,
        problemPage: any ProblemPage,
        accessLog: (any RequestLog)?, serverField: String?
    ) {
        self.generation = generation
        self.routes = routes
        self.limits = limits
        self.tls = tls
        verifiesClients = tls?.verifiesClients == true
        self.problemPage = problemPage
        self.accessLog = accessLog
        self.serverField = serverField
        lifeCycle = HandlerLifeCycle(routes.all.compactMap { $0.handler as? any LifecycleHandler })
    }

    /// The same configuration with other certificates; the handlers are the same ones and go on.
    package init(_ other: Snapshot, generation: Int, tls: TLSContext?) {
        self.generation = generation
        self.tls = tls
        verifiesClients = tls?.verifiesClients == true
        (routes, limits, problemPage) = (other.routes, other.limits, other.problemPage)
        (accessLog, serverField, lifeCycle) = (other.accessLog, other.serverField, other.lifeCycle)
    }

    /// Starts the handlers that have a life cycle, in the order of the routes.
    ///
    /// - Throws: what the first failing handler threw; those before it are stopped, and it too.
    package func start() async throws { try await lifeCycle.start() }

    /// Stops the handlers that have a life cycle and waits for them; for the last snapshot, when the server stops.
    package func stop() async { await lifeCycle.stop() }
}

/// Handlers with a life cycle, which the last snapshot that has them takes along.
private final class HandlerLifeCycle: Sendable {
    private let handlers: [any LifecycleHandler]
    private let isStarted = Atomic(false)

    init(_ handlers: [any LifecycleHandler]) { self.handlers = handlers }

    /// Does nothing for those that run.
    func start() async throws {
        guard !isStarted.load(ordering: .acquiring) else { return }
        for (index, handler) in handlers.enumerated() {
            do {
                try await handler.start()
            } catch {
                await Self.stop(handlers[...index])
                throw error
            }
        }
        isStarted.store(true, ordering: .releasing)
    }

    func stop() async {
        if isStarted.exchange(false, ordering: .acquiringAndReleasing) { await Self.stop(handlers[...]) }
    }

    deinit {
        guard !handlers.isEmpty, isStarted.load(ordering: .acquiring) else { return }
        let handlers = handlers
        Task { await Self.stop(handlers[...]) }
    }

    private static func stop(_ handlers: ArraySlice<any LifecycleHandler>) async {
        for handler in handlers.reversed() { await handler.stop() }
    }
}
