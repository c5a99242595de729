// Owns one SSL over one socket. Every call that does I/O finds the thread's error queue empty and reads it before
// it returns; none suspends; after a failure the session only wants to be dropped.
import COpenSSL
package import Sockets
import SystemPackage

/// One TLS connection, bound to the thread of its socket.
///
/// Reads and writes may want either direction. Bytes inside OpenSSL do not make the socket readable: read until
/// `.wantRead` before waiting.
@safe package struct TLSSession: ~Copyable {
    private let ssl: OpaquePointer
    private let socket: StreamSocket
    // Owns what the handshake's callbacks ask; they hold it unretained.
    private let context: AnyObject
    // nil where nobody asks for it.
    private let helloKeeper: ClientHelloKeeper?
    // nil where only OpenSSL encrypts.
    let kernel: KernelTLS?
    private var hasFailed = false
    private var hasSentCloseNotify = false

    /// The server's side of a connection that was just accepted.
    ///
    /// - Parameter verifiesClient: false for the server's own client, which has no certificate and names no server.
    package init(
        accepting context: TLSContext, on socket: StreamSocket, verifiesClient: Bool = true
    ) throws(TLSFailure) {
        kernel = context.kernelTLS == .present ? KernelTLS(socket) : nil
        unsafe ssl = unsafe try TLSSession.makeSSL(context.defaultContext, socket, kernel)
        self.socket = socket
        self.context = context
        helloKeeper = context.keepsRecords ? ClientHelloKeeper() : nil
        unsafe helloKeeper?.listen(to: ssl)
        unsafe SSL_set_accept_state(ssl)
        if !verifiesClient { unsafe ClientVerification.apply(nil, to: ssl) }
    }

    /// The client's side; `serverName` is sent as SNI and, unless anything is trusted, must be in the certificate.
    package init(
        connecting context: TLSClientContext, to serverName: String?, on socket: StreamSocket,
        resuming: TLSResumption? = nil
    ) throws(TLSFailure) {
        kernel = nil
        unsafe ssl = unsafe try TLSSession.makeSSL(context.context, socket, nil)
        self.socket = socket
        self.context = context
        helloKeeper = nil
        unsafe SSL_set_connect_state(ssl)
        if let serverName { unsafe copenssl_set_host_name(ssl, serverName) }
        if let serverName, context.verifiesName { unsafe SSL_set1_host(ssl, serverName) }
        if let resuming { unsafe SSL_set_session(ssl, resuming.session) }
    }

    deinit { unsafe SSL_free(ssl) }

    /// Goes on with the handshake; call again after the wanted direction is ready, until `.done`.
    ///
    /// `.closed` means that the peer went away before it was finished.
    package mutating func handshake() throws(TLSFailure) -> Progress<Void> {
        ErrorQueue.clear()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return .done(()) }
        return Progress(try halt(result, "handshake"))
    }

    /// Decrypts up to one record (16 KiB) into the beginning of `buffer`, which must not be empty.
    ///
    /// `.done` has the count; `.closed` is the peer's close_notify or, with `wasTruncated`, a bare end.
    package mutating func read(into buffer: inout MutableSpan<UInt8>) throws(TLSFailure) -> Progress<Int> {
        if isDrained { return .wantRead }
        ErrorQueue.clear()
        var count = 0
        let result = unsafe buffer.withUnsafeMutableBytes {
            unsafe SSL_read_ex(ssl, $0.baseAddress, $0.count, &count)
        }
        if result == 1 { return .done(count) }
        return Progress(try halt(result, "reading"))
    }

    /// Encrypts and sends `bytes` until all are taken or the socket would block; gives how many were taken.
    ///
    /// After a short count or `.wantWrite` the next write must begin with the bytes that were not taken and hold
    /// at least as many: one record may already be encrypted. The buffer may have moved.
    package mutating func write(_ bytes: Span<UInt8>) throws(TLSFailure) -> Progress<Int> {
        guard !bytes.isEmpty else { return .done(0) }
        if let kernel {
            if kernel.isSending { return try sendPlain(bytes) }
            noteKeyUpdate(kernel)
        }
        ErrorQueue.clear()
        var taken = 0
        var result: CInt = 1
        unsafe bytes.withUnsafeBytes { raw in
            while taken < raw.count {
                var count = 0
                // A record of TLS (RFC 8446 §5.1) is less than what the kernel can send at once.
                if raw.count > TLSSession.recordBytes {
                    socket.announce(more: raw.count - taken > TLSSession.recordBytes)
                }
                result = unsafe SSL_write_ex(
                    ssl, raw.baseAddress.map { unsafe $0 + taken }, raw.count - taken, &count)
                guard result == 1 else { break }
                taken += count
            }
        }
        if bytes.count > TLSSession.recordBytes { socket.announce(more: false) }
        // The next call runs into the same obstacle and tells of it.
        if taken > 0 { return .done(taken) }
        return Progress(try halt(result, "writing"))
    }

    /// Ends this side with close_notify (RFC 8446 §6.1), which is sent once; the peer's is not waited for.
    ///
    /// `.closed`: the connection failed before.
    package mutating func sendCloseNotify() -> Progress<Void> {
        guard !hasFailed else { return .closed }
        guard !hasSentCloseNotify else { return .done(()) }
        if let kernel, kernel.isSending { return sendCloseNotify(through: kernel) }
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        let result = unsafe SSL_shutdown(ssl)
        guard result >= 0 else { return endedOrWanting(result) }
        hasSentCloseNotify = true
        return .done(())
    }

    /// Ends the session in both directions (RFC 8446 §6.1); call it until it is done or the patience is used up.
    ///
    /// The first call sends close_notify. `.wantRead`: ours is out, the peer's is not here yet; what the peer
    /// still sends is thrown away. `.done`: both are. `.closed`: the connection ended or failed without.
    package mutating func shutdown() -> Progress<Void> {
        let progress = sendCloseNotify()
        guard case .done = progress else { return progress }
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        // Not SSL_shutdown again: it fails for good on application data that was under way.
        return discardUntilCloseNotify()
    }

    /// Makes the next write send half a record and fail: `fault = close-mid-record`.
    package mutating func cutNextRecord() throws(TLSFailure) {
        ErrorQueue.clear()
        guard let bio = unsafe CuttingBIO.make(over: socket) else {
            throw .draining(.library, "making a session")
        }
        unsafe SSL_set0_wbio(ssl, bio)
    }

    /// Whether bytes lie inside OpenSSL, which no readiness of the socket will announce; part of a record counts,
    /// so that a read may still want more.
    package var hasPending: Bool { unsafe SSL_has_pending(ssl) == 1 }

    /// Whether the peer's end came without close_notify, so that bytes may be missing.
    package var wasTruncated: Bool {
        unsafe SocketBIO.isAtEnd(SSL_get_rbio(ssl))
    }

    /// What the handshake agreed on; builds strings, so ask once a connection.
    package var facts: TLSFacts { unsafe TLSFacts(of: ssl) }

    /// The rules that the client was verified by; nil if it was not asked for a certificate.
    var verification: ClientVerification? { unsafe ContextOwner.of(ssl)?.verification }

    /// What was said in the finished handshake; nil unless the context keeps that.
    package var record: HandshakeRecord? {
        helloKeeper.map { unsafe HandshakeRecord(of: ssl, hello: $0.hello, kernel: kernelState) }
    }

    /// Whether the handshake selected this application protocol; builds nothing.
    package func hasSelected(alpn: StaticString) -> Bool {
        guard let selected = unsafe selectedProtocol(of: ssl) else { return false }
        let wanted = unsafe UnsafeBufferPointer(start: alpn.utf8Start, count: alpn.utf8CodeUnitCount)
        return unsafe selected.elementsEqual(wanted)
    }

    /// A client's session to resume later; in TLS 1.3 it comes with the first reads after the handshake.
    ///
    /// Call `shutdown` before the session is dropped: OpenSSL does not resume one that ended in disorder.
    package var resumption: TLSResumption? {
        unsafe SSL_get1_session(ssl).map { unsafe TLSResumption(takingOwnership: $0) }
    }
}

// MARK: - Kernel TLS

extension TLSSession {
    /// Whether the kernel encrypts what is sent.
    package var isSendingInKernel: Bool { kernel?.isSending == true }

    /// Whether the kernel may be asked to encrypt; false once it was.
    package var maySendInKernel: Bool { kernel?.state == .ready }

    /// Has the kernel encrypt what is sent from here on, so that files can be.
    ///
    /// - Returns: whether it does; false where it can't, or may not.
    package mutating func beginSendingInKernel() -> Bool {
        guard let kernel, !hasFailed, !hasSentCloseNotify else { return false }
        if !kernel.isSending { noteKeyUpdate(kernel) }
        return kernel.begin()
    }

    /// Sends a part of a file through SSL_sendfile(3), of which the socket may take less.
    ///
    /// - Returns: `.done` with the count, 0 at the end of the file; nil if this file can't be sent so.
    package mutating func sendFile(_ descriptor: CInt, at offset: Int, count: Int) -> Progress<Int>? {
        guard isSendingInKernel else { return nil }
        guard socket.mayProceed(reading: false, writing: true, hangup: false) else { return .wantWrite }
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        let sent = unsafe SSL_sendfile(ssl, descriptor, offset, count, 0)
        if sent >= 0 { return .done(sent) }
        // A broken connection shows itself as soon as the bytes are sent in the other way.
        return try? socket.sendFailed()
    }

    fileprivate var kernelState: KernelTLSState {
        if let kernel { return kernel.state }
        return (context as? TLSContext)?.kernelTLS == .absent ? .absent : .off
    }

    /// While OpenSSL makes the records it can follow a client that wants new keys, after which those for the kernel are
    /// old ones; later nobody can, and the old ones stay in use (RFC 8446 §4.6.3).
    @inline(never)
    private func noteKeyUpdate(_ kernel: KernelTLS) {
        if unsafe SSL_get_key_update_type(ssl) != SSL_KEY_UPDATE_NONE { kernel.forgetKeys() }
    }

    @inline(never)
    private mutating func sendPlain(_ bytes: Span<UInt8>) throws(TLSFailure) -> Progress<Int> {
        do throws(Errno) { return try socket.send(bytes) } catch {
            hasFailed = true
            throw TLSFailure(.reset, "writing", underlying: error)
        }
    }

    private mutating func sendCloseNotify(through kernel: KernelTLS) -> Progress<Void> {
        do throws(Errno) {
            guard case .done = try kernel.sendCloseNotify() else { return .wantWrite }
        } catch {
            hasFailed = true
            return .closed
        }
        unsafe SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_SENT_SHUTDOWN)
        hasSentCloseNotify = true
        return .done(())
    }
}

extension TLSSession {
    private static let recordBytes = 16_384
    /// How much one call of `shutdown` throws away before it gives others a turn.
    private static let discardedPieces = 16
    private static let discardedPieceBytes = 4096
    /// How many bytes of content one call of `shutdown` throws away at the most.
    package static let discardedBytes = discardedPieces * discardedPieceBytes

    private static func makeSSL(
        _ context: ContextOwner, _ socket: StreamSocket, _ kernel: KernelTLS?
    ) throws(TLSFailure) -> OpaquePointer {
        ErrorQueue.clear()
        guard let ssl = unsafe SSL_new(context.pointer) else { throw .draining(.library, "making a session") }
        guard let bio = unsafe kernel.map({ unsafe $0.makeBIO() }) ?? SocketBIO.make(over: socket) else {
            unsafe SSL_free(ssl)
            throw .draining(.library, "making a session")
        }
        // SSL_set_bio(3): the same BIO for both directions takes one reference.
        unsafe SSL_set_bio(ssl, bio, bio)
        return unsafe ssl
    }

    /// Whether SSL_read could only say want-read: nothing in the socket, nothing inside, nothing under way. Asking
    /// it costs some 4,000 instructions, since it takes a 16 KiB buffer first and gives it back (RELEASE_BUFFERS).
    private var isDrained: Bool {
        unsafe !socket.mayProceed(reading: true, writing: false, hangup: false) && !hasFailed
            && SSL_has_pending(ssl) == 0 && SSL_get_shutdown(ssl) == 0
            && SSL_in_init(ssl) == 0
    }

    private mutating func halt(_ result: CInt, _ doing: String) throws(TLSFailure) -> Halt {
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        case let error:
            hasFailed = true
            guard let failure = TLSFailure.ofSession(error, doing) else { return .closed }
            throw failure
        }
    }

    private mutating func discardUntilCloseNotify() -> Progress<Void> {
        let size = TLSSession.discardedPieceBytes
        return unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { scratch in
            for _ in 0..<TLSSession.discardedPieces {
                var count = 0
                let result = unsafe SSL_read_ex(ssl, scratch.baseAddress, size, &count)
                guard result == 1 else { return endedOrWanting(result) }
            }
            // The socket is still latched readable: whoever waits for it comes back at once.
            return .wantRead
        }
    }

    private mutating func endedOrWanting(_ result: CInt) -> Progress<Void> {
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return wasTruncated ? .closed : .done(())
        default:
            hasFailed = true
            return .closed
        }
    }
}

/// Why a call came to no value, without being a failure.
private enum Halt { case wantRead, wantWrite, closed }

extension Progress {
    @inline(__always)
    fileprivate init(_ halt: Halt) {
        self =
            switch halt {
            case .wantRead: .wantRead
            case .wantWrite: .wantWrite
            case .closed: .closed
            }
    }
}
