// Finds a path below a root without openat2(2), which `RestrictSUIDSGID=` of systemd.exec(5) answers with ENOSYS,
// and with it each service under `DynamicUser=yes`. One component at a time, each relative to a descriptor that was
// reached from the root: `..` goes back to the descriptor before, so that no rename on the way can lead out.

import CLinux
import Glibc
import SystemPackage

/// One walk of a path, as `RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS` has it; without the first if links are followed
/// wherever they lead.
struct PathWalk: ~Copyable {
    private let root: CInt
    private let links: RootDirectory.SymbolicLinks
    /// The folders on the way, opened with `O_PATH`; owned.
    private var folders: [CInt] = []
    /// What is left of the path, the next component last.
    private var rest: [[UInt8]] = []
    private var followed = 0

    /// As many links as the kernel follows in one path, path_resolution(7).
    private static let mostLinks = 40

    /// Begins at a root, whose descriptor stays the caller's.
    init(below root: CInt, links: RootDirectory.SymbolicLinks) {
        self.root = root
        self.links = links
    }

    deinit {
        // Closing an O_PATH descriptor can't lose anything.
        for folder in folders { close(folder) }
    }

    /// Walks the path.
    ///
    /// - Parameter path: relative, without a NUL.
    /// - Returns: an `O_PATH` descriptor, the caller's own, of what the path names.
    mutating func find(_ path: [UInt8]) throws(FileFailure) -> CInt {
        guard path.count < Int(PATH_MAX) else { throw failure(.fileNameTooLong) }
        try push(path)
        while let name = rest.popLast() {
            if name == [UInt8(ascii: ".")] { continue }
            if name == Array("..".utf8), links != .follow {
                guard let folder = folders.popLast() else { throw failure(.improperLink) }
                close(folder)
            } else if let found = try enter(name) {
                return found
            }
        }
        let copy = fcntl(folders.last ?? root, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw failure(Errno(rawValue: errno)) }
        return copy
    }

    /// Opens one component: a folder on the way is entered, a link is put in front of the rest.
    ///
    /// - Returns: the descriptor of the last component, else nil.
    private mutating func enter(_ name: [UInt8]) throws(FileFailure) -> CInt? {
        let found = try open(name)
        do throws(FileFailure) {
            switch try RootDirectory.status(of: found).kind {
            case .symbolicLink:
                try push(try target(of: found))
                close(found)
            case _ where rest.isEmpty: return found
            case .directory: folders.append(found)
            default: throw failure(.notDirectory)
            }
            return nil
        } catch {
            close(found)
            throw error
        }
    }

    /// Begins anew at the top of the file system, where links that lead out may.
    private mutating func enterTop() throws(FileFailure) {
        guard links == .follow else { throw failure(.improperLink) }
        folders.append(try open([UInt8(ascii: "/")]))
    }

    private func open(_ name: [UInt8]) throws(FileFailure) -> CInt {
        let terminated = name.map(CChar.init(bitPattern:)) + [0]
        let opened = RootDirectory.retrying {
            unsafe openat(folders.last ?? root, terminated, CInt(CLINUX_O_PATH) | O_NOFOLLOW | O_CLOEXEC)
        }
        switch opened {
        case .success(let descriptor): return descriptor
        case .failure(let errno): throw failure(errno)
        }
    }

    private mutating func target(of link: CInt) throws(FileFailure) -> [UInt8] {
        followed += 1
        guard links != .none, followed <= Self.mostLinks else { throw failure(.tooManySymbolicLinkLevels) }
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlinkat(link, "", &target, target.count)
        guard count >= 0 else { throw failure(Errno(rawValue: errno)) }
        return target.prefix(count).map(UInt8.init(bitPattern:))
    }

    /// Puts a path in front of what is left; one that ends in a slash names a folder.
    private mutating func push(_ path: [UInt8]) throws(FileFailure) {
        let slash = UInt8(ascii: "/")
        if path.first == slash { try enterTop() }
        if path.last == slash { rest.append([UInt8(ascii: ".")]) }
        rest += path.split(separator: slash).reversed().map(Array.init)
    }

    private func failure(_ errno: Errno) -> FileFailure { FileFailure(errno, context: "path walk") }
}
