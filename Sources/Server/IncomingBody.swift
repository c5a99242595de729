// A request's body on HTTP/1.1: pulled off the connection piece by piece, never ahead of its reader.

import HTTPTypes
import HTTPWire
import HandlerKit
import Reactor

/// The body of the request that a session is answering.
final class IncomingBody: BodySource {
    private unowned let session: HTTP1Session
    private let limits: ServerLimits
    private var decoder: BodyDecoder
    /// Whether the client waits for `100 Continue` (RFC 9110 §10.1.1).
    private var mustInvite: Bool
    private let framing: BodyFraming
    private var received: UInt64 = 0
    private var allowance = TransferAllowance()
    private var failure: BodyFailure?
    private(set) var trailers: HTTPFields?
    /// Whether some of the response is on its way, so that an invitation would come too late.
    var isResponding = false

    /// What is read and dropped, so that the connection can go on, when a handler left the body unread.
    private static let discardedBytes: UInt64 = 256 * 1024

    init(_ head: ParsedHead, of session: HTTP1Session, limits: ServerLimits) {
        self.session = session
        self.limits = limits
        framing = head.framing
        decoder = BodyDecoder(head.framing, limits: limits.head)
        mustInvite = head.expectsContinue
    }

    func next() async throws(BodyFailure) -> [UInt8]? {
        if let failure { throw failure }
        guard trailers == nil else { return nil }
        do throws(BodyFailure) {
            return try await read()
        } catch {
            // The bytes that follow can't be told apart any more: every later read fails alike.
            failure = error
            throw error
        }
    }

    private func read() async throws(BodyFailure) -> [UInt8]? {
        if mustInvite { try await invite() }
        while true {
            switch try decode() {
            case .needMore(let consumed):
                session.input.consume(consumed)
                try await receive()
            case .data(let range):
                received += UInt64(range.count)
                allowance.earn(range.count, limits.body)
                let bytes = session.input.copy(range)
                session.input.consume(range.upperBound)
                return bytes
            case .end(let trailers, let consumed):
                session.input.consume(consumed)
                self.trailers = trailers
                return nil
            }
        }
    }

    /// Drops what has come of a body that nobody reads any more, without waiting for more of it.
    ///
    /// - Returns: why it is malformed, if it is as far as it has come.
    func dropArrived() -> BodyFailure? {
        guard failure == nil, trailers == nil else { return nil }
        do throws(BodyFailure) {
            while true {
                switch try decode() {
                case .data(let range):
                    received += UInt64(range.count)
                    session.input.consume(range.upperBound)
                case .needMore(let consumed):
                    session.input.consume(consumed)
                    return nil
                case .end(let trailers, let consumed):
                    session.input.consume(consumed)
                    self.trailers = trailers
                    return nil
                }
            }
        } catch {
            failure = error
            return error
        }
    }

    private func decode() throws(BodyFailure) -> BodyEvent {
        do throws(RequestFailure) {
            let input = session.input
            return try decoder.next(input.storage.span.extracting(input.window))
        } catch {
            throw BodyFailure(.malformed, context: error.code.description)
        }
    }

    private func invite() async throws(BodyFailure) {
        mustInvite = false
        // Nor is a client invited whose content comes already (RFC 9110 §10.1.1).
        guard !isResponding, session.input.isEmpty else { return }
        let line = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        do throws(ConnectionFailure) {
            try await session.connection.send(line.span)
        } catch {
            throw BodyFailure(.disconnected, context: error.description)
        }
    }

    /// Waits for more of the body. Only waiting counts against the client's time, not the handler's pauses.
    private func receive() async throws(BodyFailure) {
        let reactor = session.connection.worker.reactor
        let began = reactor.now
        let deadline = allowance.deadline(from: began, limits.body)
        do throws(ConnectionFailure) {
            guard try await session.connection.receive(into: &session.input, until: deadline) else {
                throw ConnectionFailure(.closed, "in mid body")
            }
        } catch {
            if error.code == .timedOut { throw BodyFailure(.timedOut) }
            throw BodyFailure(.disconnected, context: error.description)
        }
        allowance.spend(from: began, to: reactor.now)
    }

    /// Whether what is left is so little that reading it is cheaper than a new connection.
    var canBeDiscarded: Bool {
        guard failure == nil, !mustInvite else { return trailers != nil }
        guard case .length(let length) = framing else { return true }
        return length - received <= Self.discardedBytes
    }

    /// Reads and drops what the handler left.
    ///
    /// - Returns: whether the body came to its end, so that a next request can follow.
    func discard() async throws(ConnectionFailure) -> Bool {
        if trailers != nil { return true }
        guard canBeDiscarded else { return false }
        let most = received + Self.discardedBytes
        do throws(BodyFailure) {
            while received <= most {
                if try await next() == nil { return true }
            }
        } catch {
            // The response is out; how the body ends is of no more interest than that it did.
            return false
        }
        return false
    }
}
