// What a listener does wrong on purpose in the place of a handshake; what its TLS says wrong is in its context.

import Reactor
import Sockets
import TLS

extension Connection {
    /// How long a client may wait for an answer that never comes.
    private static let longestHang: UInt64 = 3_600_000_000_000

    /// Meets the ClientHello as the listener's fault wants it.
    ///
    /// - Returns: whether the handshake goes on.
    func meetsClientHello(_ fault: TLSFault) async throws(ConnectionFailure) -> Bool {
        guard fault.replacesHandshake else { return true }
        switch fault {
        case .hang:
            try await hang()
            return false
        // It is reported as what it is, and an aborted connection is one that is reset.
        case .reset: throw ConnectionFailure(.aborted, "fault = reset")
        default: preconditionFailure("nothing stands in the handshake's place for \(fault)")
        }
    }

    /// Takes what comes and says nothing, until the client goes or the server stops: it is the client's patience that
    /// is tested, so no timeout of the server is to come first.
    private func hang() async throws(ConnectionFailure) {
        let deadline = worker.deadline(Self.longestHang)
        var input = InputBuffer()
        defer { input.release(to: &worker.buffers) }
        isInterruptible = true
        while !worker.isDraining {
            input.makeRoom(from: &worker.buffers)
            switch try input.fill(from: transport) {
            case .done(let count):
                input.consume(count)
                if spend(count) { await Task.yield() }
            case .closed: return
            case .wantRead, .wantWrite:
                input.release(to: &worker.buffers)
                guard await registration.wait(for: .read, until: deadline) == .ready else { return }
                renewShare()
            }
        }
    }

    /// Makes what is sent next end within a record.
    @inline(never)
    func cutNextRecord(of stream: SecureStream) throws(ConnectionFailure) {
        do throws(TLSFailure) { try stream.session.cutNextRecord() } catch { throw ConnectionFailure(error) }
    }
}
