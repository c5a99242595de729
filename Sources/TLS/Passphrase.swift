// Owns what a sealed private key is opened with; it is wiped when the last user lets go.
import COpenSSL
import SystemPackage

/// The passphrase of a private key.
@safe package final class Passphrase: Sendable {
    /// The most bytes that OpenSSL takes (PEM_BUFSIZE, pem_password_cb(3)).
    static let largestBytes = 1024

    /// What works but should be told: a file that others can read.
    package let warnings: [String]
    // Written in init and wiped in deinit only.
    private nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<UInt8>

    /// Reads the first line of a file, without its end.
    package convenience init(file path: FilePath) throws(TLSFailure) {
        let file = try PEMFile(reading: path)
        let line = file.bytes.prefix { $0 != UInt8(ascii: "\n") }
        let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard (1...Passphrase.largestBytes).contains(text.count) else {
            throw TLSFailure(
                .badSetting, "its first line is no passphrase of 1 to \(Passphrase.largestBytes) bytes",
                file: path)
        }
        self.init(text, warnings: file.isOpenToOthers ? [file.openness(of: "the passphrase")] : [])
    }

    init(_ text: some Collection<UInt8>, warnings: [String] = []) {
        self.warnings = warnings
        unsafe bytes = .allocate(capacity: text.count)
        _ = unsafe bytes.initialize(from: text)
    }

    deinit {
        unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        unsafe bytes.deallocate()
    }

    /// Copies it into a buffer of OpenSSL's; gives its length, or -1 if it doesn't fit.
    func copy(into buffer: UnsafeMutableBufferPointer<CChar>) -> CInt {
        guard unsafe bytes.count <= buffer.count else { return -1 }
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(bytes))
        return unsafe CInt(bytes.count)
    }
}
