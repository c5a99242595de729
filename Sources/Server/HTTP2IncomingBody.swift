// A request's body on HTTP/2: what the stream's window lets in, taken when the handler reads.

import HTTPTypes
import HTTPWire
import HandlerKit
import Reactor
import Threads

/// The body of one stream's request.
final class HTTP2IncomingBody: BodySource {
    private let stream: HTTP2Stream
    private let session: HTTP2Session
    private let limits: ServerLimits
    /// Whether the client waits for `100 Continue` (RFC 9110 §10.1.1).
    private var mustInvite: Bool
    private var allowance = TransferAllowance()
    private var hasTimedOut = false
    /// Sent when content or its end has come, or the stream has ended.
    let arrived = Signal()
    /// Until when the client has to have sent more; `never` while nobody waits for it.
    private(set) var deadline = MonotonicInstant.never

    init(_ stream: HTTP2Stream, _ head: ParsedHead, of session: HTTP2Session) {
        self.stream = stream
        self.session = session
        limits = session.worker.snapshot.limits
        mustInvite = head.expectsContinue
    }

    var trailers: HTTPFields? {
        guard stream.isEnded, !stream.hasContent else { return nil }
        return stream.trailers ?? [:]
    }

    func next() async throws(BodyFailure) -> [UInt8]? {
        if mustInvite, !stream.hasContent, !stream.isAnswered {
            session.wire.inform(stream, HTTPResponse(status: .continue))
            session.wake()
        }
        mustInvite = false
        while true {
            if hasTimedOut { throw BodyFailure(.timedOut) }
            if stream.hasContent { return take() }
            // A stream that was reset has no end of its content.
            if stream.isReset { throw BodyFailure(.disconnected, context: "the stream was reset") }
            if stream.isEnded { return nil }
            if stream.isClosed { throw BodyFailure(.disconnected, context: "the stream was closed") }
            await wait()
        }
    }

    private func take() -> [UInt8] {
        let bytes = session.wire.takeContent(of: stream)
        allowance.earn(bytes.count, limits.body)
        session.wake()
        return bytes
    }

    /// Waits for more. Only waiting counts against the client's time, not the handler's pauses.
    private func wait() async {
        let reactor = session.worker.reactor
        let began = reactor.now
        deadline = allowance.deadline(from: began, limits.body)
        session.check(at: deadline)
        // The connection's task may be waiting for a later moment.
        session.wake()
        await arrived.wait()
        deadline = .never
        allowance.spend(from: began, to: reactor.now)
    }

    /// Has the read under way fail: the client is too slow.
    func timeOut() {
        hasTimedOut = true
        arrived.send()
    }
}
