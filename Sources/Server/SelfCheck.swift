// The server's request to itself: through a listening socket, accept, TLS and the routes of one worker.

import Glibc
import Reactor
import Sockets
import Synchronization
import TLS
import Threads

/// Proves that a worker serves, for the watchdog.
///
/// Each worker has a listener of its own in the abstract namespace of unix sockets, beside all limits, so that a
/// server which is full is not taken for one that is stuck.
package struct SelfCheck: Sendable {
    /// Why a worker did not answer.
    package struct Failure: Error, CustomStringConvertible {
        package let worker: Int
        package let context: String
        package var description: String { "worker \(worker): \(context)" }
    }

    private let worker: Worker
    private let address: SocketAddress
    private let context: TLSClientContext

    /// Opens a worker's own listener, whose name nobody can guess.
    init(opening worker: Worker) throws {
        let name = "portico-\(getpid())-\(worker.index)-\(UInt64.random(in: 0...UInt64.max))"
        address = .abstract(name: name)
        context = try TLSClientContext(trust: .anything)
        self.worker = worker
        let listener = Listener(
            entry: .address("unix:@\(name)"), rules: ListenerRules(isTLS: true),
            socket: try ListeningSocket(binding: address), isInternal: true)
        worker.reactor.execute { worker.acceptRequestsToItself(from: listener) }
    }

    private static let request = Array(
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    private static let success = Array("HTTP/1.1 200 ".utf8)

    /// Sends one request and reads the beginning of its response.
    ///
    /// - Parameters:
    ///   - reactor: where the client runs: not the worker's own.
    ///   - timeout: how long all of it may take.
    package func run(on reactor: Reactor, within timeout: Duration) async throws(Failure) {
        do {
            let socket = try StreamSocket.connect(to: address)
            let registration = try reactor.register(socket)
            defer { registration.deregister() }
            let client = Client(registration: registration, deadline: .current() + timeout)
            if worker.speaksTLS.load(ordering: .relaxed) {
                let stream = SecureStream(try TLSSession(connecting: context, to: nil, on: socket))
                try await client.shakeHands(stream)
                try await client.exchange(Self.request, over: .secure(stream), expecting: Self.success)
            } else {
                try await client.exchange(Self.request, over: .plain(socket), expecting: Self.success)
            }
        } catch {
            throw Failure(worker: worker.index, context: "\(error)")
        }
    }
}

/// The client's end of a self check.
private struct Client {
    let registration: Registration
    let deadline: MonotonicInstant

    func shakeHands(_ stream: SecureStream) async throws {
        while true {
            let progress = try stream.session.handshake()
            switch progress {
            case .done: return
            case .closed: throw ConnectionFailure(.closed, "during the handshake")
            case .wantRead, .wantWrite: try await wait(progress)
            }
        }
    }

    func exchange(_ request: [UInt8], over transport: Transport, expecting beginning: [UInt8]) async throws {
        var sent = 0
        while sent < request.count {
            let progress = try transport.write(request.span.extracting(sent...))
            if case .done(let count) = progress { sent += count } else { try await wait(progress) }
        }
        var response = [UInt8](repeating: 0, count: 4096)
        var received = 0
        while received < beginning.count {
            let room = received..<response.count
            var span = response.mutableSpan
            var free = span._mutatingExtracting(room)
            let progress = try transport.read(into: &free)
            switch progress {
            case .done(let count): received += count
            case .closed: throw ConnectionFailure(.closed, "before the response")
            case .wantRead, .wantWrite: try await wait(progress)
            }
        }
        guard response.starts(with: beginning) else {
            throw ConnectionFailure(.aborted, "the response is no success")
        }
    }

    private func wait<Value>(_ progress: Progress<Value>) async throws {
        let interest: Interest = if case .wantWrite = progress { .write } else { .read }
        guard await registration.wait(for: interest, until: deadline) == .ready else {
            throw ConnectionFailure(.timedOut)
        }
    }
}
