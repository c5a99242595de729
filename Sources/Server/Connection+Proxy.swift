// What a trusted proxy says before anything else: who the client is (HAProxy's doc/proxy-protocol.txt).

import Reactor
import Sockets
import SystemPackage
import Threads

/// A connection that a proxy passed on.
final class ForwardedConnection {
    /// The client's end.
    let source: SocketAddress
    /// The end that the client connected to: the proxy's.
    let destination: SocketAddress

    init(_ ends: ProxyHeader.Ends) {
        source = ends.source
        destination = ends.destination
    }
}

extension Connection {
    /// Reads the header of a peer that has to send one, and counts the client's connection.
    ///
    /// - Returns: whether there is a client; false when the proxy went without a word.
    /// - Throws: `.refused` for anything else: §2 forbids to guess whether there is a header.
    func readProxyHeader(until deadline: MonotonicInstant) async throws(ConnectionFailure) -> Bool {
        guard isProxied else { return true }
        while true {
            switch try takeProxyHeader() {
            case .done: return true
            case .closed: return false
            case .wantRead, .wantWrite: try await wait(for: .read, until: deadline)
            }
        }
    }

    // Out of line, as is all that is no wait: what is inlined here would lie in each idle connection's task.
    @inline(never)
    private func takeProxyHeader() throws(ConnectionFailure) -> Progress<Void> {
        let progress: Progress<Result<ProxyHeader, ProxyHeader.Mistake>>
        do throws(Errno) {
            progress = try peekProxyHeader()
            if case .done(.success(let header)) = progress { try socket.discard(header.length) }
        } catch {
            throw ConnectionFailure(.reset, error.description)
        }
        switch progress {
        case .done(.success(let header)):
            admit(header.ends.map(ForwardedConnection.init))
            return .done(())
        case .done(.failure(let mistake)):
            throw ConnectionFailure(.refused, "PROXY header of a trusted peer: \(mistake)")
        case .wantRead, .wantWrite: return .wantRead
        case .closed: return .closed
        }
    }

    private func peekProxyHeader() throws(Errno) -> Progress<Result<ProxyHeader, ProxyHeader.Mistake>> {
        try socket.peek(atMost: ProxyHeader.maximumBytes) { bytes in
            do throws(ProxyHeader.Mistake) {
                return try ProxyHeader.parse(bytes).map { .success($0) }
            } catch {
                return .failure(error)
            }
        }
    }
}
