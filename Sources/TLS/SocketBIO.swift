// Owns the BIO between OpenSSL and a StreamSocket. It holds the socket unretained: TLSSession owns both, and
// frees the SSL, and with it the BIO, first.
import COpenSSL
internal import Sockets
import SystemPackage

enum SocketBIO {
    /// A BIO over `socket`; the caller owns it.
    static func make(over socket: StreamSocket) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(socket).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    /// Whether the peer's FIN has been read.
    static func isAtEnd(_ bio: OpaquePointer?) -> Bool { unsafe BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 }

    /// Nothing is buffered here, so a flush is done at once; every other command is unknown.
    static func control(_ bio: OpaquePointer?, _ command: CInt) -> Int {
        switch command {
        case BIO_CTRL_FLUSH, BIO_CTRL_PUSH, BIO_CTRL_POP: 1
        case BIO_CTRL_EOF: unsafe isAtEnd(bio) ? 1 : 0
        default: 0
        }
    }

    /// Receives for `bio`; the answer is that of BIO_read_ex(3).
    @inline(__always)
    static func read(
        _ bio: OpaquePointer?, from socket: StreamSocket, into memory: UnsafeMutableRawBufferPointer,
        _ taken: UnsafeMutablePointer<Int>
    ) -> CInt {
        do throws(Errno) {
            switch unsafe try socket.receive(into: memory) {
            case .done(let bytes):
                unsafe taken.pointee = bytes
                return 1
            case .wantRead, .wantWrite: unsafe copenssl_bio_set_retry_read(bio)
            case .closed: unsafe BIO_set_flags(bio, BIO_FLAGS_IN_EOF)
            }
        } catch {
            copenssl_raise_errno(error.rawValue)
        }
        return 0
    }

    /// Sends for `bio`; the answer is that of BIO_write_ex(3).
    @inline(__always)
    static func write(
        _ bio: OpaquePointer?, _ taken: UnsafeMutablePointer<Int>, _ send: () throws(Errno) -> Progress<Int>
    ) -> CInt {
        do throws(Errno) {
            if case .done(let bytes) = try send() {
                unsafe taken.pointee = bytes
                return 1
            }
            unsafe copenssl_bio_set_retry_write(bio)
        } catch {
            copenssl_raise_errno(error.rawValue)
        }
        return 0
    }

    // BIO_meth_new(3): made once for the process, read-only from then on.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portico socket")
        unsafe BIO_meth_set_read_ex(method, readFromSocket)
        unsafe BIO_meth_set_write_ex(method, writeToSocket)
        unsafe BIO_meth_set_ctrl(method, controlSocket)
        return unsafe method
    }()
}

private func readFromSocket(
    _ bio: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ taken: UnsafeMutablePointer<Int>?
) -> CInt {
    unsafe copenssl_bio_clear_retry(bio)
    guard let data = unsafe BIO_get_data(bio), let taken = unsafe taken, count > 0 else { return 0 }
    let memory = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: count)
    // The guaranteed reference spares a retain and a release for each record.
    return unsafe Unmanaged<StreamSocket>.fromOpaque(data)._withUnsafeGuaranteedRef { socket in
        unsafe SocketBIO.read(bio, from: socket, into: memory, taken)
    }
}

private func writeToSocket(
    _ bio: OpaquePointer?, _ buffer: UnsafePointer<CChar>?, _ count: Int, _ taken: UnsafeMutablePointer<Int>?
) -> CInt {
    unsafe copenssl_bio_clear_retry(bio)
    guard let data = unsafe BIO_get_data(bio), let taken = unsafe taken, count > 0 else { return 0 }
    let memory = unsafe UnsafeRawBufferPointer(start: buffer, count: count)
    return unsafe Unmanaged<StreamSocket>.fromOpaque(data)._withUnsafeGuaranteedRef { socket in
        unsafe SocketBIO.write(bio, taken) { () throws(Errno) in unsafe try socket.send(memory) }
    }
}

private func controlSocket(
    _ bio: OpaquePointer?, _ command: CInt, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    unsafe SocketBIO.control(bio, command)
}
