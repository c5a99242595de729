// The only way to a file below a root: openat2(2) from the root's descriptor, contained by the kernel.

import CLinux
import Glibc
import Synchronization
import SystemPackage

/// Whether this process has been told that it may not use openat2(2).
private let lacksOpenat2 = Atomic(false)

/// A folder that paths can't lead out of.
///
/// Every path is resolved by the kernel with `RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS` of openat2(2): neither
/// `..`, an absolute link, nor a race that swaps a folder for a link leaves the root. Where that call is not to be
/// had (`DynamicUser=` of systemd.exec(5)), a ``PathWalk`` keeps to the same rules.
public final class RootDirectory: Sendable {
    let descriptor: CInt
    private let usesOpenat2: Bool
    /// The folder's path, as it was given.
    public let path: FilePath

    /// Opens a folder.
    ///
    /// - Throws: ``FileFailure`` when there is none or it may not be entered.
    public convenience init(_ path: FilePath) throws(FileFailure) { try self.init(path, usesOpenat2: true) }

    /// - Parameter usesOpenat2: Whether openat2(2) is tried at all.
    package init(_ path: FilePath, usesOpenat2: Bool) throws(FileFailure) {
        self.path = path
        self.usesOpenat2 = usesOpenat2
        let result = unsafe path.withPlatformString { name in
            Self.retrying { unsafe Glibc.open(name, CInt(CLINUX_O_PATH) | O_DIRECTORY | O_CLOEXEC) }
        }
        switch result {
        case .success(let opened): descriptor = opened
        case .failure(let errno): throw FileFailure(errno, context: "open \(path)")
        }
    }

    deinit {
        // An O_PATH descriptor has nothing to write back that close(2) could fail on.
        close(descriptor)
    }

    /// Opens a regular file or a folder for reading.
    ///
    /// FIFOs, devices and sockets are not opened, not even for a moment: the path is first resolved without
    /// opening what it names, and only a regular file or a folder is then opened through that.
    ///
    /// - Parameters:
    ///   - relative: The path below the root without a slash in front; empty means the root itself. Bytes, since
    ///     names on Linux are bytes; a NUL among them is `.notFound`.
    ///   - links: Which symbolic links are followed.
    ///   - mayBlock: When false, a path that is not in the kernel's cache is `.wouldBlock` (`RESOLVE_CACHED`), and so
    ///     is every path where openat2(2) is not to be had: nothing else can tell.
    public func open(
        _ relative: borrowing Span<UInt8>, links: SymbolicLinks = .inside, mayBlock: Bool
    ) throws(FileFailure) -> OpenFile {
        let found = try find(relative, links: links, mayBlock: mayBlock)
        // Closing an O_PATH descriptor can't lose anything.
        defer { close(found) }
        let status = try Self.status(of: found)
        guard status.kind == .regular || status.kind == .directory else {
            throw FileFailure(.notRegular, context: "not a regular file or a folder")
        }
        let kind = status.kind == .directory ? O_DIRECTORY : 0
        let opened = Self.retrying {
            unsafe Glibc.open("/proc/self/fd/\(found)", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | kind)
        }
        switch opened {
        case .success(let descriptor): return OpenFile(takingOwnership: descriptor, status: status)
        case .failure(let errno): throw FileFailure(errno, context: "open")
        }
    }

    /// Whether ``status(of:links:mayBlock:)`` can tell anything without waiting.
    public var looksWithoutWaiting: Bool { usesOpenat2 && !lacksOpenat2.load(ordering: .relaxed) }

    /// What is at a path, without opening it.
    ///
    /// It walks the path anew, contained as ``open(_:links:mayBlock:)`` does: a bare stat(2) would follow a link that
    /// was swapped in and leads outside, to a file whose status has not changed.
    public func status(
        of relative: borrowing Span<UInt8>, links: SymbolicLinks = .inside, mayBlock: Bool
    ) throws(FileFailure) -> FileStatus {
        let found = try find(relative, links: links, mayBlock: mayBlock)
        // Closing an O_PATH descriptor can't lose anything.
        defer { close(found) }
        return try Self.status(of: found)
    }

    /// Which symbolic links are followed.
    public enum SymbolicLinks: Sendable {
        /// Those that stay inside the root.
        case inside
        /// None.
        case none
        /// All, wherever they lead: then it is the links that say what is below the root. The path itself still
        /// can't lead out.
        case follow
    }

    func find(
        _ relative: borrowing Span<UInt8>, links: SymbolicLinks, mayBlock: Bool
    ) throws(FileFailure) -> CInt {
        guard looksWithoutWaiting else {
            return try walk(relative, links: links, mayBlock: mayBlock)
        }
        var resolve = UInt64(CLINUX_RESOLVE_NO_MAGICLINKS)
        switch links {
        case .inside: resolve |= UInt64(CLINUX_RESOLVE_BENEATH)
        case .none: resolve |= UInt64(CLINUX_RESOLVE_BENEATH | CLINUX_RESOLVE_NO_SYMLINKS)
        // Nobody else looks at the path then.
        case .follow: try Self.checkPath(relative)
        }
        if !mayBlock { resolve |= UInt64(CLINUX_RESOLVE_CACHED) }
        let name = try Self.terminated(relative)
        while true {
            let found = unsafe name.withUnsafeBufferPointer { name in
                unsafe clinux_openat2(
                    descriptor, name.baseAddress, UInt64(CLINUX_O_PATH) | UInt64(O_CLOEXEC), 0, resolve)
            }
            if found >= 0 { return found }
            let error = Errno(rawValue: errno)
            // EAGAIN without RESOLVE_CACHED: a folder was moved meanwhile, and the kernel asks to try again.
            if error == .interrupted || (error == .resourceTemporarilyUnavailable && mayBlock) { continue }
            guard error == .noFunction else { throw FileFailure(error, context: "openat2") }
            lacksOpenat2.store(true, ordering: .relaxed)
            return try walk(relative, links: links, mayBlock: mayBlock)
        }
    }

    private func walk(
        _ relative: borrowing Span<UInt8>, links: SymbolicLinks, mayBlock: Bool
    ) throws(FileFailure) -> CInt {
        guard mayBlock else { throw FileFailure(.wouldBlock, context: "openat2 is not to be had") }
        if links == .follow { try Self.checkPath(relative) }
        let path = try Self.terminated(relative).dropLast().map(UInt8.init(bitPattern:))
        var walk = PathWalk(below: descriptor, links: links)
        return try walk.find(path)
    }

    /// - Throws: ``FileFailure`` `.outside` for a path that leads out by itself.
    @inline(never)
    private static func checkPath(_ relative: borrowing Span<UInt8>) throws(FileFailure) {
        let path = relative.indices.map { relative[$0] }
        let leadsUp = path.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
        guard path.first != UInt8(ascii: "/"), !leadsUp else {
            throw FileFailure(.outside, context: "a path that leads out")
        }
    }

    private static func terminated(_ path: borrowing Span<UInt8>) throws(FileFailure) -> [CChar] {
        var name: [CChar] = []
        name.reserveCapacity(path.count + 2)
        for index in path.indices {
            guard path[index] != 0 else { throw FileFailure(.notFound, context: "NUL in a name") }
            name.append(CChar(bitPattern: path[index]))
        }
        if name.isEmpty { name.append(CChar(bitPattern: UInt8(ascii: "."))) }
        name.append(0)
        return name
    }

    static func status(of descriptor: CInt) throws(FileFailure) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileFailure(Errno(rawValue: errno), context: "fstat")
        }
        return FileStatus(status)
    }

    static func retrying(_ call: () -> CInt) -> Result<CInt, Errno> {
        while true {
            let result = call()
            if result >= 0 { return .success(result) }
            let error = Errno(rawValue: errno)
            if error != .interrupted { return .failure(error) }
        }
    }
}
