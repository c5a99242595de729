// An open file. Reading says when the bytes are not in memory instead of waiting for the disk.

import CLinux
import Glibc
import SystemPackage

/// An open regular file or folder; closed when the last reference goes.
public final class OpenFile: Sendable {
    /// The kernel's number, for calls that take a file; it stays this object's.
    package let descriptor: CInt
    /// What fstat(2) said when it was opened.
    public let status: FileStatus

    /// Opens a file or folder by any path, for what an administrator names; a client's paths go through
    /// ``RootDirectory``.
    ///
    /// It never waits for somebody at the other end of a FIFO; ``status`` tells what it is.
    /// - Throws: ``FileFailure`` when it is not there or may not be read.
    public init(_ path: FilePath) throws(FileFailure) {
        let opened = unsafe path.withPlatformString { name in
            RootDirectory.retrying { unsafe Glibc.open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
        }
        let descriptor: CInt
        switch opened {
        case .success(let number): descriptor = number
        case .failure(let errno): throw FileFailure(errno, context: "open \(path)")
        }
        do throws(FileFailure) {
            status = try RootDirectory.status(of: descriptor)
        } catch {
            // Nothing was read, so close(2) has nothing to report.
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Reads all of a regular file that an administrator names, and waits for the disk if need be.
    ///
    /// - Parameter limit: The most bytes that it may have.
    /// - Throws: ``FileFailure``: `.notRegular` for a folder, a FIFO and the like, EFBIG for a larger file.
    public static func contents(of path: FilePath, limit: UInt64) throws(FileFailure) -> [UInt8] {
        let file = try OpenFile(path)
        guard file.status.kind == .regular else {
            let isFolder = file.status.kind == .directory
            throw FileFailure(
                .notRegular, errno: isFolder ? .isDirectory : nil, context: "Not a regular file")
        }
        guard file.status.size <= limit else {
            throw FileFailure(.other, errno: .fileTooLarge, context: "read")
        }
        return try file.readBlocking(count: Int(file.status.size), at: 0)
    }

    /// Takes over a descriptor.
    init(takingOwnership descriptor: CInt, status: FileStatus) {
        self.descriptor = descriptor
        self.status = status
    }

    deinit {
        // close(2) on Linux always frees the descriptor, and a file that was only read has nothing to lose.
        close(descriptor)
    }

    /// Reads at an offset, only what is in memory already.
    ///
    /// - Returns: How many bytes were read into the buffer's front: 0 at the end of the file; nil when the
    ///   bytes would have to come from a disk: read again with ``readBlocking(into:at:)`` on another thread.
    public func read(into buffer: inout MutableSpan<UInt8>, at offset: UInt64) throws(FileFailure) -> Int? {
        try unsafe buffer.withUnsafeMutableBytes { bytes throws(FileFailure) in
            try unsafe readCached(into: bytes, at: offset)
        }
    }

    private func readCached(
        into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64
    ) throws(FileFailure) -> Int? {
        do {
            return try unsafe read(into: bytes, at: offset, flags: CInt(CLINUX_RWF_NOWAIT))
        } catch  where error.code == .wouldBlock || error.errno == .notSupportedOnSocket {
            return nil
        } catch {
            throw error
        }
    }

    /// Reads bytes that are in memory already; nil if not all of them are, or there are not as many.
    ///
    /// - Throws: ``FileFailure`` when the file can't be read.
    public func bytesInMemory(count: Int, at offset: UInt64) throws(FileFailure) -> [UInt8]? {
        let bytes = try unsafe self.bytes(count, at: offset) { (rest, position) throws(FileFailure) in
            try unsafe readCached(into: rest, at: position)
        }
        return bytes.count == count ? bytes : nil
    }

    /// Whether the first and the last of these bytes are in memory, and with them, most likely, all between.
    package func isInMemory(at offset: UInt64, _ count: Int) -> Bool {
        let ends = [offset, offset + UInt64(max(count, 1) - 1)]
        return ends.allSatisfy { position in
            var byte = InlineArray<1, UInt8>(repeating: 0)
            var span = byte.mutableSpan
            // What can't be read is left to a reader that can tell why.
            return (try? read(into: &span, at: position)) == 1
        }
    }

    /// Reads at an offset and waits for the disk if need be.
    ///
    /// - Returns: How many bytes were read into the buffer's front: 0 at the end of the file.
    public func readBlocking(into buffer: inout MutableSpan<UInt8>, at offset: UInt64) throws(FileFailure)
        -> Int
    {
        try unsafe buffer.withUnsafeMutableBytes { bytes throws(FileFailure) in
            try unsafe read(into: bytes, at: offset, flags: 0)
        }
    }

    /// Reads at an offset and waits for the disk if need be.
    ///
    /// - Parameter count: The most bytes to read.
    /// - Returns: Fewer bytes than asked for only at the end of the file.
    public func readBlocking(count: Int, at offset: UInt64) throws(FileFailure) -> [UInt8] {
        try unsafe bytes(count, at: offset) { (rest, position) throws(FileFailure) in
            try unsafe read(into: rest, at: position, flags: 0)
        }
    }

    /// Reads until there are so many bytes, or no more come.
    private func bytes(
        _ count: Int, at offset: UInt64,
        _ read: (UnsafeMutableRawBufferPointer, UInt64) throws(FileFailure) -> Int?
    ) throws(FileFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        try bytes.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) throws(FileFailure) in
            try unsafe output.withUnsafeMutableBufferPointer { (buffer, filled) throws(FileFailure) in
                while filled < count {
                    let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled..<count])
                    let got = try unsafe read(UnsafeMutableRawBufferPointer(rest), offset + UInt64(filled))
                    guard let got, got > 0 else { return }
                    filled += got
                }
            }
        }
        return bytes
    }

    /// Whether the content is no longer that of ``status``, as far as its size and time tell.
    ///
    /// A name that now leads elsewhere is no change: this file is still the one that was opened.
    public var hasChanged: Bool {
        do throws(FileFailure) {
            let now = try RootDirectory.status(of: descriptor)
            return now.size != status.size || now.modificationTime != status.modificationTime
                || now.modificationNanoseconds != status.modificationNanoseconds
        } catch {
            // A network's file system lost it: reading fails too, or should.
            return true
        }
    }

    private func read(
        into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64, flags: CInt
    ) throws(FileFailure) -> Int {
        guard let position = Int64(exactly: offset) else { return 0 }
        while true {
            let got = unsafe clinux_preadv2(descriptor, bytes.baseAddress, bytes.count, position, flags)
            if got >= 0 { return got }
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw FileFailure(error, context: "preadv2") }
        }
    }
}
