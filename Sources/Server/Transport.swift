// Plain or TLS, with the same operations: the only place that tells them apart on the way of a byte.

import Sockets
import SystemPackage
import TLS

/// How bytes get to and from a client.
enum Transport {
    case plain(StreamSocket)
    case secure(SecureStream)

    /// Reads into the front of the buffer; `.closed` is the peer's orderly end.
    @inline(__always)
    func read(into buffer: inout MutableSpan<UInt8>) throws(ConnectionFailure) -> Progress<Int> {
        switch self {
        case .plain(let socket):
            do throws(Errno) { return try socket.receive(into: &buffer) } catch {
                throw ConnectionFailure(.reset, error.description)
            }
        case .secure(let stream):
            do throws(TLSFailure) { return try stream.session.read(into: &buffer) } catch {
                throw ConnectionFailure(error)
            }
        }
    }

    /// Writes some of the bytes; after a short count the next write goes on where this one ended.
    @inline(__always)
    func write(_ bytes: Span<UInt8>) throws(ConnectionFailure) -> Progress<Int> {
        switch self {
        case .plain(let socket):
            do throws(Errno) { return try socket.send(bytes) } catch {
                throw ConnectionFailure(.reset, error.description)
            }
        case .secure(let stream):
            do throws(TLSFailure) { return try stream.session.write(bytes) } catch {
                throw ConnectionFailure(error)
            }
        }
    }

    /// Whether bytes have arrived that no readiness of the socket will announce.
    @inline(__always)
    var hasPending: Bool {
        switch self {
        case .plain: false
        case .secure(let stream): stream.session.hasPending
        }
    }
}

/// A TLS session in a place of its own, since an enum can't lend a noncopyable value for mutation.
final class SecureStream {
    // Unchecked exclusivity: one task of one thread, and OpenSSL never calls back into the connection.
    @safe @exclusivity(unchecked) var session: TLSSession

    init(_ session: consuming TLSSession) {
        self.session = session
    }
}

extension ConnectionFailure {
    init(_ failure: TLSFailure) {
        self.init(failure.code == .reset ? .reset : .tls, failure.description)
    }
}
