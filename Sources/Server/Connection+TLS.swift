// The beginning and the end of a connection: first byte, handshake, orderly close.

import HTTPWire
import HandlerKit
import Logging
import Reactor
import Sockets
import SystemPackage
import TLS
import Threads

/// What a client may have sent, or may send, beyond the last request that is answered.
private enum Remainder {
    /// Nothing: it asked for the end, and none of the response waits for it to read.
    case nothing
    /// A request that crosses our close.
    case possible
    /// What nobody read.
    case unread
}

extension Connection {
    /// How long the peer has to answer our close before the descriptor goes.
    private static let lingering: UInt64 = 2_000_000_000
    /// What is read and thrown away meanwhile before there is a pause, in bytes, and how long that is.
    private static let lingeringBytes = 1 << 20
    private static let lingeringPause: UInt64 = 100_000_000

    /// Serves the connection from its first byte to its close.
    func run() async {
        do throws(ConnectionFailure) {
            let deadline = worker.reactor.now.adding(nanoseconds: worker.snapshot.limits.handshakeTimeout)
            guard try await establish(until: deadline) else { return }
            let remainder = try await serve()
            if remainder == .nothing, closeAtOnce() { return }
            try await close(leavingInput: remainder == .unread)
        } catch {
            // A reset is what no client takes for the end of a body, not even one of HTTP/1.0 without a length.
            if error.code == .aborted { socket.abort() }
            report(error)
        }
    }

    /// Answers the requests in the version that the handshake selected.
    private func serve() async throws(ConnectionFailure) -> Remainder {
        if try await speaksHTTP2() {
            let session = HTTP2Session(on: self)
            try await session.run()
            return session.leavesInput ? .unread : .possible
        }
        let session = HTTP1Session(on: self)
        try await session.run()
        return session.leavesInput ? .unread : session.isFinished ? .nothing : .possible
    }

    private func speaksHTTP2() async throws(ConnectionFailure) -> Bool {
        if case .secure(let stream) = transport { return stream.session.hasSelected(alpn: "h2") }
        // On a TLS port such a client gets the redirect in the only language that it reads.
        guard listener.isTLS || worker.snapshot.limits.takesPlainHTTP2 else { return false }
        return try await beginsAsHTTP2()
    }

    /// Whether the client has prior knowledge that it can speak HTTP/2 (RFC 9113 §3.3).
    private func beginsAsHTTP2() async throws(ConnectionFailure) -> Bool {
        let deadline = worker.deadline(worker.snapshot.limits.idleTimeout)
        return try await beginsWith(HTTP2Connection.preface, until: deadline)
    }

    private func beginsWith(
        _ expected: [UInt8], until deadline: MonotonicInstant
    ) async throws(ConnectionFailure) -> Bool {
        while true {
            let progress: Progress<Bool>
            do throws(Errno) { progress = try socket.peek(for: expected) } catch {
                throw ConnectionFailure(.reset, error.description)
            }
            if case .done(let isThere) = progress { return isThere }
            try await wait(for: .read, until: deadline)
        }
    }

    /// Reads what a trusted proxy says, then the first byte on a TLS listener, and does the handshake.
    ///
    /// - Returns: whether requests can be served; false when the peer went without a word.
    private func establish(until deadline: MonotonicInstant) async throws(ConnectionFailure) -> Bool {
        guard try await readProxyHeader(until: deadline) else { return false }
        guard listener.isTLS, let context = worker.tls else { return true }
        guard let first = try await firstByte(until: deadline) else { return false }
        switch first {
        case Self.handshakeRecord: break
        case UInt8(ascii: "P"):
            try await refuseProxyHeader(until: deadline)
            return true
        case _ where Self.isLetter(first): return true
        default:
            throw ConnectionFailure(.refused, "it begins with byte \(first), neither TLS nor HTTP")
        }
        if let fault = listener.rules.fault {
            guard try await meetsClientHello(fault) else { return false }
        }
        // None is left for a listener that a reload has taken away, with its backlog still to be served.
        guard let served = context.having(listener.rules.fault) else { return false }
        do throws(TLSFailure) {
            let stream = SecureStream(
                try TLSSession(accepting: served, on: socket, verifiesClient: !listener.isInternal))
            transport = .secure(stream)
        } catch {
            throw ConnectionFailure(error)
        }
        return try await handshake(until: deadline)
    }

    /// RFC 8446 §5.1: the type of the record that holds a ClientHello. A method's first letter is plain HTTP.
    private static let handshakeRecord: UInt8 = 22

    /// Tells POST and PUT from what only a trusted proxy may say.
    private func refuseProxyHeader(until deadline: MonotonicInstant) async throws(ConnectionFailure) {
        guard try await beginsWith(ProxyHeader.word, until: deadline) else { return }
        throw ConnectionFailure(.refused, "a PROXY header of a peer that is not trusted")
    }

    private func firstByte(until deadline: MonotonicInstant) async throws(ConnectionFailure) -> UInt8? {
        while true {
            let progress: Progress<UInt8>
            do throws(Errno) { progress = try socket.peekFirstByte() } catch {
                throw ConnectionFailure(.reset, error.description)
            }
            switch progress {
            case .done(let byte): return byte
            case .closed: return nil
            case .wantRead, .wantWrite: try await wait(for: .read, until: deadline)
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private func handshake(until deadline: MonotonicInstant) async throws(ConnectionFailure) -> Bool {
        guard case .secure(let stream) = transport else { return true }
        while true {
            let progress: Progress<Void>
            do throws(TLSFailure) { progress = try stream.session.handshake() } catch {
                throw ConnectionFailure(error)
            }
            switch progress {
            case .done:
                isSecure = true
                if listener.rules.fault == .closeMidRecord { try cutNextRecord(of: stream) }
                return true
            case .closed:
                throw ConnectionFailure(.closed, "during the handshake")
            case .wantRead, .wantWrite:
                try await wait(for: progress, until: deadline)
            }
        }
    }

    /// Ends a connection on which the client sends nothing more, so that no reset can cost it the response: RFC 8446
    /// §6.1 asks for our close_notify, not for a wait for the peer's.
    ///
    /// - Returns: whether the socket may be closed now; false if it takes nothing.
    @inline(never)
    private func closeAtOnce() -> Bool {
        guard case .secure(let stream) = transport else { return true }
        guard !stream.session.isSendingInKernel else { return false }
        // close(2) is next: its FIN leaves in one packet with close_notify and the end of the response.
        socket.announce(more: true)
        guard case .wantWrite = stream.session.sendCloseNotify() else { return true }
        return false
    }

    /// Ends the connection so that the peer reads all that was sent: close_notify or FIN first, then what the peer
    /// still sends is thrown away for a bounded time (RFC 9112 §9.6).
    ///
    /// - Parameter leavingInput: whether the peer may have sent, or be sending, what nobody read: a close alone would
    ///   answer that with a reset, and the reset would take what the peer has not read yet of the response.
    private func close(leavingInput: Bool) async throws(ConnectionFailure) {
        socket.announce(more: false)
        await waitForDelivery()
        let deadline = worker.reactor.now.adding(nanoseconds: Self.lingering)
        if case .secure(let stream) = transport, try await shutDown(stream, until: deadline) { return }
        guard leavingInput else { return }
        socket.shutdownWrite()
        var input = InputBuffer()
        defer { input.release(to: &worker.buffers) }
        var discarded = 0
        transport = .plain(socket)
        while worker.reactor.now < deadline, try await receive(into: &input, until: deadline) {
            discarded += input.count
            input.consume(input.count)
            guard discarded >= Self.lingeringBytes else { continue }
            // A peer that sends without a pause gets the time to look at the answer, but not the worker's.
            discarded = 0
            await worker.reactor.sleep(until: worker.deadline(Self.lingeringPause))
        }
    }

    /// Exchanges close_notify with the peer.
    ///
    /// - Returns: whether the peer's came; false when it took too long, or sent too much instead.
    private func shutDown(
        _ stream: SecureStream, until deadline: MonotonicInstant
    ) async throws(ConnectionFailure) -> Bool {
        var discarded = 0
        while discarded < Self.lingeringBytes {
            let progress = stream.session.shutdown()
            switch progress {
            case .done, .closed: return true
            case .wantRead where socket.isReadable:
                // More came than one call throws away. A wait would end at once, so a peer that never pauses would
                // have the worker to itself.
                discarded += TLSSession.discardedBytes
                await Task.yield()
            case .wantRead, .wantWrite:
                do { try await wait(for: progress, until: deadline) } catch  where error.code == .timedOut {
                    return false
                }
            }
        }
        return false
    }

    /// Tells of the end in one line; what any client can cause is no warning.
    @inline(never)
    private func report(_ failure: ConnectionFailure) {
        guard failure.code != .cancelled else { return }
        if failure.code == .refused {
            worker.logger.info(
                "A connection was refused.",
                metadata: ["remote_addr": "\(facts.remote)", "reason": "\(failure.context)"])
        } else if listener.isTLS, !isSecure {
            worker.logger.info(
                "A TLS handshake failed.",
                metadata: [
                    "event": "handshake-failed", "remote_addr": "\(facts.remote)", "reason": "\(failure)",
                ])
        } else {
            worker.logger.debug(
                "A connection was cut.", metadata: ["remote_addr": "\(facts.remote)", "reason": "\(failure)"])
        }
    }
}
