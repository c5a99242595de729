// Owns the BIO that ends a session in the middle of a record, for listeners that do so on purpose. Like SocketBIO it
// holds the socket unretained.
import COpenSSL
internal import Sockets
import SystemPackage

enum CuttingBIO {
    /// A BIO that sends half of the first record that it gets, and fails then; the caller owns it.
    static func make(over socket: StreamSocket) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(socket).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    // BIO_meth_new(3): made once for the process, read-only from then on.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portico cut")
        unsafe BIO_meth_set_write_ex(method, sendHalf)
        return unsafe method
    }()
}

private func sendHalf(
    _ bio: OpaquePointer?, _ buffer: UnsafePointer<CChar>?, _ count: Int, _ taken: UnsafeMutablePointer<Int>?
) -> CInt {
    unsafe copenssl_bio_clear_retry(bio)
    guard let data = unsafe BIO_get_data(bio), count > 1 else { return 0 }
    let half = unsafe UnsafeRawBufferPointer(start: buffer, count: count / 2)
    let socket = unsafe Unmanaged<StreamSocket>.fromOpaque(data).takeUnretainedValue()
    do throws(Errno) {
        if case .done = unsafe try socket.send(half) {
            copenssl_raise_errno(Errno.brokenPipe.rawValue)
        } else {
            unsafe copenssl_bio_set_retry_write(bio)
        }
    } catch {
        copenssl_raise_errno(error.rawValue)
    }
    return 0
}
