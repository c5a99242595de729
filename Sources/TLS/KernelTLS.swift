// Owns the hand-over of one session's sending from OpenSSL to the kernel (kTLS). Invariant: it happens once, between
// two records, with the number of the record that is next.
import COpenSSL
internal import Sockets
import SystemPackage

/// Whether the kernel may encrypt what servers send.
package enum KernelTLSSupport: Sendable {
    /// The configuration says no.
    case off
    /// The kernel can't.
    case absent
    /// It may and can.
    case present

    /// What this machine's kernel has now.
    package static var ofKernel: KernelTLSSupport { StreamSocket.kernelHasTLS ? .present : .absent }
}

/// Who encrypts what a session sends.
package enum KernelTLSState: Sendable {
    /// OpenSSL, since the configuration says so.
    case off
    /// OpenSSL, since the kernel can't.
    case absent
    /// OpenSSL, since the kernel hasn't got the session's cipher, or the client wanted other keys meanwhile.
    case unsuitable
    /// OpenSSL, until a file is sent.
    case ready
    /// The kernel.
    case sending
}

/// What the kernel needs to encrypt for a session; OpenSSL encrypts until it is asked to.
///
/// OpenSSL itself would hand over at the end of each handshake: two system calls and a cipher's state in the kernel for
/// each connection, be it for a request of 100 bytes. Later it is not prepared for: nothing but a file may be sent
/// through it from then on.
final class KernelTLS {
    private let socket: StreamSocket
    private var parameters: KernelTLSParameters?
    /// The records that were sent under these keys.
    private var records = RecordCount()
    /// Whether the socket hasn't taken all that OpenSSL gave it.
    private var isBlocked = false
    private(set) var isSending = false
    /// What OpenSSL sends next is a record of this type, which the kernel encrypts.
    fileprivate var recordType: UInt8?

    init(_ socket: StreamSocket) {
        self.socket = socket
    }

    deinit { parameters?.wipe() }

    var state: KernelTLSState { isSending ? .sending : parameters == nil ? .unsuitable : .ready }

    /// What the kernel would need for the next record.
    var next: KernelTLSParameters? {
        var next = parameters
        next?.advance(by: records.number)
        return next
    }

    /// Has the kernel encrypt from here on.
    ///
    /// - Returns: whether it does. If OpenSSL hasn't got rid of a record, another attempt may succeed.
    func begin() -> Bool {
        guard !isSending else { return true }
        guard !isBlocked, var next else { return false }
        defer { next.wipe() }
        forgetKeys()
        // OpenSSL goes on where the kernel refuses.
        guard (try? socket.encryptInKernel(with: next)) != nil else { return false }
        isSending = true
        return true
    }

    /// Has OpenSSL encrypt for good: its keys are about to change.
    func forgetKeys() {
        parameters?.wipe()
        parameters = nil
    }

    /// The alert close_notify, RFC 8446 §6.1.
    func sendCloseNotify() throws(Errno) -> Progress<Int> {
        let alert: [UInt8] = [1, 0]
        return unsafe try alert.span.withUnsafeBytes { bytes throws(Errno) in
            unsafe try socket.sendRecord(type: UInt8(SSL3_RT_ALERT), bytes)
        }
    }

    fileprivate func keep(_ structure: UnsafeRawPointer) {
        forgetKeys()
        unsafe parameters = KernelTLSParameters(copying: structure)
        records = RecordCount()
    }

    fileprivate func send(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Progress<Int> {
        if let recordType {
            let progress = unsafe try socket.sendRecord(type: recordType, bytes)
            if case .done = progress { self.recordType = nil }
            return progress
        }
        // Records that OpenSSL encrypted would be encrypted again.
        guard !isSending else { throw .brokenPipe }
        let progress = unsafe try socket.send(bytes)
        isBlocked = true
        guard case .done(let count) = progress else { return progress }
        isBlocked = count < bytes.count
        unsafe records.add(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        return progress
    }
}

/// Counts records in the bytes that are sent, RFC 8446 §5.1.
struct RecordCount {
    /// How many have begun.
    private(set) var number: UInt64 = 0
    /// Bytes of the last one that are still to come.
    private var rest = 0
    private var headerBytes = 0
    private var lengthHigh = 0
    private static let headerLength = 5

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            if rest > 0 {
                let step = min(rest, bytes.count - index)
                rest -= step
                index += step
                continue
            }
            let byte = unsafe Int(bytes[index])
            index += 1
            headerBytes += 1
            if headerBytes == Self.headerLength - 1 { lengthHigh = byte }
            guard headerBytes == Self.headerLength else { continue }
            rest = lengthHigh << 8 | byte
            headerBytes = 0
            number += 1
        }
    }
}

// MARK: - The BIO

extension KernelTLS {
    /// A BIO over the socket that OpenSSL may hand its keys to; the caller owns it, and the object for longer.
    func makeBIO() -> OpaquePointer? {
        guard let bio = unsafe BIO_new(Self.method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    // Made once for the process, read-only from then on. SSL_sendfile(3) looks for a BIO with a descriptor.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR
        let method = unsafe BIO_meth_new(type, "portico socket with kernel TLS")
        unsafe BIO_meth_set_read_ex(method, readFromSocket)
        unsafe BIO_meth_set_write_ex(method, writeToSocket)
        unsafe BIO_meth_set_ctrl(method, controlSocket)
        return unsafe method
    }()

    fileprivate static func of(_ bio: OpaquePointer?) -> KernelTLS? {
        guard let data = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<KernelTLS>.fromOpaque(data).takeUnretainedValue()
    }

    fileprivate func read(
        _ bio: OpaquePointer?, into memory: UnsafeMutableRawBufferPointer, _ taken: UnsafeMutablePointer<Int>
    ) -> CInt {
        unsafe SocketBIO.read(bio, from: socket, into: memory, taken)
    }

    fileprivate var descriptor: CInt { socket.rawValue }
}

private func readFromSocket(
    _ bio: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ taken: UnsafeMutablePointer<Int>?
) -> CInt {
    unsafe copenssl_bio_clear_retry(bio)
    guard let kernel = unsafe KernelTLS.of(bio), let taken = unsafe taken, count > 0 else { return 0 }
    return unsafe kernel.read(bio, into: UnsafeMutableRawBufferPointer(start: buffer, count: count), taken)
}

private func writeToSocket(
    _ bio: OpaquePointer?, _ buffer: UnsafePointer<CChar>?, _ count: Int, _ taken: UnsafeMutablePointer<Int>?
) -> CInt {
    unsafe copenssl_bio_clear_retry(bio)
    guard let kernel = unsafe KernelTLS.of(bio), let taken = unsafe taken, count > 0 else { return 0 }
    let memory = unsafe UnsafeRawBufferPointer(start: buffer, count: count)
    return unsafe SocketBIO.write(bio, taken) { () throws(Errno) in unsafe try kernel.send(memory) }
}

private func controlSocket(
    _ bio: OpaquePointer?, _ command: CInt, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    guard let kernel = unsafe KernelTLS.of(bio) else { return 0 }
    switch command {
    case CInt(COPENSSL_CTRL_SET_KTLS):
        // 0 is for what is received. Either way the answer is no, and OpenSSL encrypts.
        if number != 0, let pointer = unsafe pointer { unsafe kernel.keep(pointer) }
        return 0
    case BIO_CTRL_GET_KTLS_SEND: return kernel.isSending ? 1 : 0
    case CInt(COPENSSL_CTRL_SET_KTLS_RECORD_TYPE):
        kernel.recordType = UInt8(truncatingIfNeeded: number)
        return 0
    case CInt(COPENSSL_CTRL_CLEAR_KTLS_RECORD_TYPE):
        kernel.recordType = nil
        return 0
    case BIO_C_GET_FD:
        unsafe pointer?.storeBytes(of: kernel.descriptor, as: CInt.self)
        return Int(kernel.descriptor)
    default: return unsafe SocketBIO.control(bio, command)
    }
}
