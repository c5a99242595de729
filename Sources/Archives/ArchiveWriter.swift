// Archives by libarchive, a piece at a time: what is written comes out as bytes, in a memory that doesn't grow.

import CArchive
import Glibc

/// The formats of archives.
package enum ArchiveFormat: String, Sendable, CaseIterable {
    /// GNU tar through gzip: names are bytes, of any length.
    case tarGzip = "tar.gz"
    case zip

    /// The content type.
    package var type: String {
        switch self {
        case .tarGzip: "application/gzip"
        case .zip: "application/zip"
        }
    }
}

/// Why an archive could not be written, in libarchive's words.
package struct ArchiveFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// An archive in the making; owns libarchive's state.
@safe
package final class ArchiveWriter {
    private let archive: OpaquePointer
    private let entry: OpaquePointer
    /// What came out and was not taken.
    private var output: [UInt8] = []

    /// Begins an archive.
    package init(_ format: ArchiveFormat) throws(ArchiveFailure) {
        guard let archive = unsafe archive_write_new(), let entry = unsafe archive_entry_new() else {
            fatalError("no memory")
        }
        unsafe (self.archive, self.entry) = (archive, entry)
        switch format {
        case .tarGzip:
            try check(unsafe archive_write_set_format_gnutar(archive))
            try check(unsafe archive_write_add_filter_gzip(archive))
        case .zip: try check(unsafe archive_write_set_format_zip(archive))
        }
        // Nothing is to be padded to a tape's block.
        try check(unsafe archive_write_set_bytes_in_last_block(archive, 1))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try check(
            unsafe archive_write_open(
                archive, context, nil,
                { _, context, bytes, count in
                    guard let context = unsafe context else { return -1 }
                    let writer = unsafe Unmanaged<ArchiveWriter>.fromOpaque(context).takeUnretainedValue()
                    unsafe writer.output.append(
                        contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
                    return count
                }, nil))
    }

    deinit {
        unsafe archive_entry_free(entry)
        // An archive that was not finished must not be by this: nobody takes what came out.
        unsafe archive_write_fail(archive)
        unsafe archive_write_free(archive)
    }

    /// Begins a folder.
    ///
    /// - Parameters:
    ///   - path: Its place in the archive, without a slash at either end; bytes, best in UTF-8.
    ///   - modified: In seconds since 1970.
    package func addFolder(_ path: [UInt8], modified: Int64) throws(ArchiveFailure) {
        try begin(path + [UInt8(ascii: "/")], S_IFDIR | 0o755, size: 0, modified)
    }

    /// Begins a file, whose bytes are written next, as many as are said here.
    package func addFile(_ path: [UInt8], size: UInt64, modified: Int64) throws(ArchiveFailure) {
        try begin(path, S_IFREG | 0o644, size: size, modified)
    }

    /// Writes some of a file's bytes.
    package func write(_ bytes: [UInt8]) throws(ArchiveFailure) {
        let count = Self.inUTF8 { unsafe archive_write_data(archive, bytes, bytes.count) }
        guard count == bytes.count else { throw failure }
    }

    /// Ends the archive.
    package func finish() throws(ArchiveFailure) {
        try check(Self.inUTF8 { unsafe archive_write_close(archive) })
    }

    /// What came out since the last time.
    package func takeOutput() -> [UInt8] {
        let taken = output
        output = []
        return taken
    }

    /// How many bytes came out since then.
    package var waiting: Int { output.count }

    private func begin(
        _ path: [UInt8], _ mode: mode_t, size: UInt64, _ modified: Int64
    ) throws(ArchiveFailure) {
        let name = path.map(CChar.init(bitPattern:)) + [0]
        unsafe archive_entry_clear(entry)
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_mode(entry, mode)
        unsafe archive_entry_set_size(entry, Int64(clamping: size))
        unsafe archive_entry_set_mtime(entry, Int(modified), 0)
        let result = Self.inUTF8 { unsafe archive_write_header(archive, entry) }
        // A warning is of a name that is not UTF-8, which is written as it is.
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN else { throw failure }
    }

    private func check(_ result: CInt) throws(ArchiveFailure) {
        guard result == ARCHIVE_OK else { throw failure }
    }

    private var failure: ArchiveFailure {
        let text = unsafe archive_error_string(archive)
        return ArchiveFailure(
            description: unsafe text.map { unsafe String(cString: $0) } ?? "libarchive failed")
    }

    /// Has libarchive take names for UTF-8, which it asks the thread's locale.
    private static func inUTF8<Result>(_ body: () -> Result) -> Result {
        guard let locale = unsafe utf8 else { return body() }
        let before = unsafe uselocale(locale)
        defer { unsafe _ = uselocale(before) }
        return body()
    }

    /// Made once; glibc has it built in.
    private nonisolated(unsafe) static let utf8 = unsafe newlocale(CInt(1 << LC_CTYPE), "C.UTF-8", nil)
}
