// A client in the server's own process: its requests go the way of all others, but for the socket.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Logging
import Reactor
import TLS
import Threads

/// Asks the handlers of a configuration that nobody else is served by.
///
/// Head, routes, limits and error pages are those of an HTTP/1.1 connection. What only a connection has is left out: its
/// timeouts and rates, TLS, and certificates of clients.
package final class LocalClient {
    /// How a response ended.
    package enum Outcome: Sendable, Equatable {
        /// It is complete.
        case complete(status: Int)
        /// It broke off, which a client would see.
        case cut(status: Int)
        /// There is none, since the request's body ended before its time.
        case none
    }

    /// What comes of a response, in this order; interim responses are heads of their own.
    package enum Part: Sendable {
        /// Status line and fields, up to and with the empty line.
        case head([UInt8])
        /// Some of the body, without the framing of its chunks.
        case body([UInt8])
    }

    private let requester: LocalRequester
    private let receive: (Part, _ status: Int) throws -> Void
    private var worker: Worker { requester.worker }

    /// - Parameters:
    ///   - reactor: where handlers run; ``ask(_:body:)`` is called there.
    ///   - isSecure: whether requests are those of https.
    ///   - facts: what handlers see of the connection.
    ///   - receive: takes each part of a response; what it throws cuts the response.
    package init(
        of snapshot: Snapshot, on reactor: Reactor, isSecure: Bool, facts: ConnectionFacts,
        blocking: BlockingPool, logger: Logger, receive: @escaping (Part, _ status: Int) throws -> Void
    ) {
        let worker = Worker(
            index: facts.worker, reactor: reactor, snapshot: snapshot, admission: Admission(),
            blocking: blocking, logger: logger, resumeAccepting: {})
        requester = LocalRequester(worker: worker, facts: facts, isSecure: isSecure)
        self.receive = receive
    }

    /// Sends a request and waits until its response has ended.
    ///
    /// - Parameters:
    ///   - head: request line and fields as they stand on an HTTP/1.1 connection, with the empty line.
    ///   - body: the content, without the framing of its chunks.
    package func ask(_ head: [UInt8], body: [UInt8]) async -> Outcome {
        var parser = RequestParser(
            limits: worker.snapshot.limits.head, scheme: requester.isSecure ? "https" : "http")
        do throws(RequestFailure) {
            guard case .head(let parsed, _) = try parser.parse(head.span) else {
                throw RequestFailure(.malformedRequestLine)
            }
            return await answer(parsed, body)
        } catch {
            let refusal = worker.refusal(
                error.status, error.publicMessage, reason: error.code.description,
                from: requester.facts.remote)
            return await deliver(refusal, ResponseContext(keepAlive: false)) { _ in }
        }
    }

    private func answer(_ parsed: ParsedHead, _ bytes: [UInt8]) async -> Outcome {
        let exchange = Exchange(parsed.head, on: requester)
        let length = parsed.framing.length
        let body = length == 0 ? RequestBody() : RequestBody(length: length, source: LocalBody(bytes, length))
        guard let response = await exchange.respond(with: body, number: 1, self) else { return .none }
        let context = ResponseContext(
            version: parsed.version, isHEAD: exchange.isHEAD,
            keepAlive: parsed.keepAlive && exchange.mayContinue)
        return await deliver(response, context, onError: exchange.reportAbort)
    }

    private func deliver(
        _ response: Response, _ context: ResponseContext, onError: (any Error) -> Void
    ) async -> Outcome {
        let status = response.status.code
        do {
            var head: [UInt8] = []
            let plan = try ResponseEncoder.appendHead(
                response.status, response.fields.others, behind: response.fields.encoding,
                content: response.body.length.map { .length($0) } ?? .stream, context: context,
                server: worker.serverFields, to: &head)
            try receive(.head(head), status)
            if plan.hasContent { try await deliver(response.body) { try self.receive(.body($0), status) } }
            return .complete(status: status)
        } catch {
            onError(error)
            return .cut(status: status)
        }
    }

    private func deliver(_ body: ResponseBody, to receive: @escaping ([UInt8]) throws -> Void) async throws {
        if case .stream(let length, let write) = body {
            let sink = LocalBodySink(length: length, receive)
            _ = try await write(BodyWriter(sink))
            try sink.finish()
        }
        for piece in body.pieces ?? [] {
            switch piece {
            case .bytes(let bytes): try receive(bytes)
            case .file(var region):
                // Nobody else is served by this thread, so that it may wait for the disk.
                while region.length > 0 {
                    try receive(try region.readBlocking(atMost: BufferPool.chunkBytes))
                }
            }
        }
    }
}

extension LocalClient: InterimResponder {
    package func inform(_ response: HTTPResponse) async {
        var head: [UInt8] = []
        ResponseEncoder.appendInterim(response, to: &head)
        // Where the final response can't go either, it is told.
        try? receive(.head(head), response.status.code)
    }
}

/// The client as an exchange sees it: nothing that is checked of a connection stands in its way.
private final class LocalRequester: Requester {
    let worker: Worker
    let facts: ConnectionFacts
    let isSecure: Bool
    let isAdmitted = true
    let isPlainOnTLS = false
    let isInternal = false

    init(worker: Worker, facts: ConnectionFacts, isSecure: Bool) {
        self.worker = worker
        self.facts = facts
        self.isSecure = isSecure
    }

    func isVerified(for authority: String?, by context: TLSContext) -> Bool { true }
}

/// A request's body that is in memory already, in the pieces of a connection.
private final class LocalBody: BodySource {
    private var rest: ArraySlice<UInt8>
    /// How much of the declared length is missing; 0 if none was declared.
    private let missing: UInt64
    private(set) var trailers: HTTPFields?

    /// - Parameter length: the length that the head declares; nil for chunks.
    init(_ bytes: [UInt8], _ length: UInt64?) {
        let count = UInt64(bytes.count)
        let wanted = length ?? count
        rest = bytes.prefix(Int(clamping: wanted))
        missing = wanted > count ? wanted - count : 0
    }

    func next() async throws(BodyFailure) -> [UInt8]? {
        guard rest.isEmpty else {
            defer { rest = rest.dropFirst(BufferPool.capacity) }
            return Array(rest.prefix(BufferPool.capacity))
        }
        guard missing == 0 else { throw BodyFailure(.disconnected, context: "in mid body") }
        trailers = [:]
        return nil
    }
}

/// Where a handler's streamed body goes.
private final class LocalBodySink: BodySink {
    private var length: DeclaredLength
    private let receive: ([UInt8]) throws -> Void

    init(length: UInt64?, _ receive: @escaping ([UInt8]) throws -> Void) {
        self.length = DeclaredLength(length)
        self.receive = receive
    }

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        guard !bytes.isEmpty else { return }
        try length.take(bytes.count)
        do { try receive(bytes) } catch { throw BodyFailure(.disconnected, context: "\(error)") }
    }

    func finish() throws(BodyFailure) { try length.finish() }
}
