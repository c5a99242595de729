// FileWatch: changes of files on the disk, inotify(7). It watches folders: who replaces a file, or the link to it,
// renames another over it.
import Glibc
import SystemPackage

/// Says when something changed in the folders that lead to some files.
package final class FileWatch {
    /// Readable when something changed; close-on-exec, never blocks.
    package let descriptor: FileDescriptor
    private var watched: Set<CInt> = []

    private static let events =
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVE_SELF
        | IN_DELETE_SELF

    /// - Throws: `SupervisionError` (`.watch`) when the user has no room for another (inotify(7), limits).
    package init() throws(SupervisionError) {
        let descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else {
            throw SupervisionError(.watch, errno: Errno(rawValue: errno), context: "inotify_init1")
        }
        self.descriptor = FileDescriptor(rawValue: descriptor)
    }

    deinit { _ = close(descriptor.rawValue) }

    /// Watches all folders on the way to these files, in place of one that can't be the nearest one above it that can,
    /// and no others.
    ///
    /// - Returns: those that can't be watched, because they are not there or may not be read, or because the user has no
    ///   room for more (`ENOSPC`).
    @discardableResult
    package func watch(_ files: [FilePath]) -> [FilePath: Errno] {
        var watches: Set<CInt> = []
        var failures: [FilePath: Errno] = [:]
        for folder in Set(files.flatMap(Self.folders(leadingTo:))) {
            var nearest = folder
            while true {
                do throws(Errno) {
                    watches.insert(try add(nearest))
                    break
                } catch {
                    if nearest == folder { failures[folder] = error }
                    guard nearest.removeLastComponent() else { break }
                }
            }
        }
        // One that is gone took its watch with it.
        for watch in watched.subtracting(watches) { _ = inotify_rm_watch(descriptor.rawValue, watch) }
        watched = watches
        return failures
    }

    /// The watch of a folder: the same one for as long as it is the same folder.
    private func add(_ folder: FilePath) throws(Errno) -> CInt {
        let watch = unsafe inotify_add_watch(
            descriptor.rawValue, folder.string, UInt32(Self.events | IN_ONLYDIR))
        guard watch >= 0 else { throw Errno(rawValue: errno) }
        return watch
    }

    /// Takes what has come.
    package func drain() {
        var events = [UInt8](repeating: 0, count: 4096)
        while unsafe read(descriptor.rawValue, &events, events.count) > 0 {}
    }

    /// The folder of the file, and that of each symbolic link on the way to it, as certbot and Kubernetes have them.
    package static func folders(leadingTo file: FilePath) -> Set<FilePath> {
        var folders: Set<FilePath> = []
        var folder: FilePath = "/"
        var rest = Array(absolute(file).components)
        // ELOOP, path_resolution(7)
        var links = 40
        while !rest.isEmpty {
            let next = rest.removeFirst()
            guard next.kind == .regular else {
                if next.kind == .parentDirectory { folder.removeLastComponent() }
                continue
            }
            if rest.isEmpty { folders.insert(folder) }
            let here = folder.appending(next)
            guard links > 0, let target = target(ofLink: here) else {
                folder = here
                continue
            }
            links -= 1
            folders.insert(folder)
            if target.isAbsolute { folder = "/" }
            rest = Array(target.components) + rest
        }
        return folders
    }

    private static func absolute(_ file: FilePath) -> FilePath {
        guard file.isRelative else { return file }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let current = unsafe getcwd(&buffer, buffer.count) else { return file }
        return FilePath(unsafe String(cString: current)).pushing(file)
    }

    /// nil if it is no link, or not there.
    private static func target(ofLink path: FilePath) -> FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path.string, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        return FilePath(String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
