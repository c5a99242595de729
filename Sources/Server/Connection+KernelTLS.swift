// Files whose encryption is the kernel's work (kTLS): they go from the page cache to the network without being copied
// into this process.

import Files
import HandlerKit
import Reactor
import Sockets
import TLS
import Threads

extension Connection {
    /// From this length of a file on the kernel is asked; what it costs to hand over is made up for by then.
    private static let leastBytes = 256 * 1024
    /// How much the kernel is told to send at once.
    private static let windowBytes: UInt64 = 256 * 1024
    /// How often a close looks whether the client's kernel has taken everything.
    private static let deliveryCheck: UInt64 = 20_000_000

    /// Sends what the kernel may encrypt of a file's part, and takes it off the part: none of it where the next bytes have
    /// to be read from a disk, or can't be sent like that at all.
    func sendInKernel(_ region: inout FileRegion) async throws(ConnectionFailure) {
        guard beginSendingInKernel(region) else { return }
        while region.length > 0 {
            let progress = sendFile(region.file, at: region.offset, Int(min(Self.windowBytes, region.length)))
            switch progress {
            case .done(let count) where count > 0:
                // Left to who reads the rest, and finds it out too.
                guard (try? region.take(count)) != nil else { return }
                if spend(count) { await Task.yield() }
            case .wantRead, .wantWrite: try await waitToSend(.wantWrite)
            case .done, .closed, nil: return
            }
        }
    }

    @inline(never)
    private func beginSendingInKernel(_ region: FileRegion) -> Bool {
        guard case .secure(let stream) = transport else { return false }
        if stream.session.isSendingInKernel { return true }
        guard region.length >= Self.leastBytes, stream.session.maySendInKernel else { return false }
        defer { if worker.tls?.keepsRecords == true { handshakeChanged() } }
        return stream.session.beginSendingInKernel()
    }

    /// - Returns: nil where the bytes have to be read from a disk, or the kernel can't send this file.
    @inline(never)
    private func sendFile(_ file: OpenFile, at offset: UInt64, _ count: Int) -> Progress<Int>? {
        guard case .secure(let stream) = transport, let position = Int(exactly: offset),
            file.isInMemory(at: offset, count)
        else { return nil }
        return stream.session.sendFile(file.descriptor, at: position, count: count)
    }

    /// Waits until the client has taken everything, or used up its time: what the kernel has encrypted and couldn't send
    /// yet gets lost when the socket is closed.
    func waitForDelivery() async {
        guard case .secure(let stream) = transport, stream.session.isSendingInKernel else { return }
        while socket.undelivered > 0, !socket.hasFailed, !hasUsedUpItsTime {
            let (began, queued) = (worker.reactor.now, socket.undelivered)
            // A task that is cancelled doesn't sleep, and its time doesn't go on.
            guard await worker.reactor.sleep(until: began.adding(nanoseconds: Self.deliveryCheck)) == .elapsed
            else { return }
            account(from: began, queued)
        }
    }
}
