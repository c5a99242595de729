// TLS records made by the kernel (kTLS): the keys go in by setsockopt(2), then plain bytes leave encrypted.

import CLinux
import Glibc
import SystemPackage

extension StreamSocket {
    /// Whether this kernel has TLS now: built in, or as its module `tls`, which only somebody with CAP_NET_ADMIN makes it
    /// load by asking.
    package static var kernelHasTLS: Bool {
        do throws(Errno) {
            let unconnected = try SocketOption.makeStream(family: AF_INET)
            try attachTLS(to: unconnected.rawValue)
        } catch {
            // It looks for the protocol first; where it has none that is ENOENT.
            return error == .socketNotConnected
        }
        return true
    }

    /// From now on the kernel makes records of application data from what is sent, and encrypts them.
    ///
    /// - Throws: setsockopt(2)'s errno; nothing has changed then.
    package func encryptInKernel(with parameters: KernelTLSParameters) throws(Errno) {
        try Self.attachTLS(to: rawValue)
        unsafe try parameters.withUnsafeBytes { bytes throws(Errno) in
            _ = try Syscall.retrying {
                unsafe setsockopt(
                    rawValue, CInt(CLINUX_SOL_TLS), CInt(CLINUX_TLS_TX), bytes.baseAddress,
                    socklen_t(bytes.count))
            }
        }
    }

    /// Sends one record of another type than application data, RFC 8446 §5.1; it leaves whole or not at all.
    package func sendRecord(type: UInt8, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Progress<Int> {
        guard isWritable else { return .wantWrite }
        let count = unsafe clinux_send_tls_record(rawValue, type, bytes.baseAddress, bytes.count)
        return count >= 0 ? .done(count) : try sendFailed()
    }

    private static func attachTLS(to descriptor: CInt) throws(Errno) {
        try Syscall.retrying {
            unsafe setsockopt(descriptor, CInt(IPPROTO_TCP), CInt(CLINUX_TCP_ULP), "tls", 3)
        }
    }
}
