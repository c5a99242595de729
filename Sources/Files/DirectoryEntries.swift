// The entries of an open folder. Blocks; made for the blocking pool.

import Glibc
import SystemPackage

/// An entry of a folder.
public struct DirectoryEntry: Sendable {
    /// The name as bytes, any but NUL and `/`.
    public let name: [UInt8]
    /// What the name stands for; a link's target when it could be followed, else the link itself.
    public let status: FileStatus
    /// Whether the entry is a symbolic link.
    public let isLink: Bool
}

extension OpenFile {
    /// Reads all entries of a folder but `.` and `..`, in no order.
    ///
    /// It blocks. An entry that goes away meanwhile is left out.
    ///
    /// - Throws: ``FileFailure`` when this is no folder or it can't be read.
    public func entriesBlocking() throws(FileFailure) -> [DirectoryEntry] {
        try entriesBlocking(upTo: .max) ?? []
    }

    /// The same; nil if there are more than `limit`, which is found out before any is looked at.
    public func entriesBlocking(upTo limit: Int) throws(FileFailure) -> [DirectoryEntry]? {
        let stream = try DirectoryStream(of: self)
        var names: [[UInt8]] = []
        while let (name, _) = stream.next() {
            guard names.count < limit else { return nil }
            names.append(name)
        }
        return names.compactMap { stream.entry($0) }
    }

    /// Reads all names in a folder but `.` and `..`, in no order. It blocks.
    public func namesBlocking() throws(FileFailure) -> [[UInt8]] {
        let stream = try DirectoryStream(of: self)
        var names: [[UInt8]] = []
        while let (name, _) = stream.next() { names.append(name) }
        return names
    }

    /// The entries whose names begin so; no other is looked at. It blocks.
    func entriesBlocking(beginningWith prefix: String) throws(FileFailure) -> [DirectoryEntry] {
        let stream = try DirectoryStream(of: self)
        var entries: [DirectoryEntry] = []
        while let (name, _) = stream.next() {
            guard name.starts(with: prefix.utf8), let entry = stream.entry(name) else { continue }
            entries.append(entry)
        }
        return entries
    }

    /// The names of the folders in a folder; links to folders are not among them. It blocks.
    func foldersBlocking() throws(FileFailure) -> [[UInt8]] {
        let stream = try DirectoryStream(of: self)
        var names: [[UInt8]] = []
        while let (name, kind) = stream.next() {
            guard kind == nil || kind == .directory, let entry = stream.entry(name), !entry.isLink,
                entry.status.kind == .directory
            else { continue }
            names.append(name)
        }
        return names
    }

    /// Reads the entries that come next in an order: memory goes by their number, not by the folder's.
    ///
    /// It blocks, and reads all names of the folder each time. An entry that goes away meanwhile is left out.
    ///
    /// - Parameters:
    ///   - last: Where to go on; nil for the beginning.
    ///   - count: The most entries.
    /// - Returns: The entries; and where to go on, nil if there are no more.
    public func entriesBlocking(
        in order: DirectoryOrder, after last: DirectoryOrder.Place?, most count: Int
    ) throws(FileFailure) -> (entries: [DirectoryEntry], next: DirectoryOrder.Place?) {
        let stream = try DirectoryStream(of: self)
        var places: [DirectoryOrder.Place] = []
        var isCut = false
        while let (name, kind) = stream.next() {
            guard let place = stream.place(name, kind, in: order) else { continue }
            if let last, !order.isOrdered(last, place) { continue }
            // Beyond the last of those that are enough, once they were counted.
            if isCut, order.isOrdered(places[count - 1], place) { continue }
            places.append(place)
            guard places.count >= 2 * count else { continue }
            places.sort(by: order.isOrdered)
            places.removeLast(places.count - count)
            isCut = true
        }
        places.sort(by: order.isOrdered)
        let hasMore = isCut || places.count > count
        let page = places.prefix(count)
        return (page.compactMap { stream.entry($0.name) }, hasMore ? page.last : nil)
    }
}

/// An order of a folder's entries: folders first, then by a value, and those that are alike in it by name.
public struct DirectoryOrder: Sendable, Hashable {
    /// What entries are ordered by.
    public enum Value: String, Sendable, CaseIterable {
        case name, size, time
    }

    /// What entries are ordered by.
    public let value: Value
    /// Whether the largest comes first, of folders as of files.
    public let isDescending: Bool

    /// Makes an order.
    public init(_ value: Value = .name, isDescending: Bool = false) {
        self.value = value
        self.isDescending = isDescending
    }

    /// Where an entry stands.
    public struct Place: Sendable {
        let isFolder: Bool
        /// The size, or the time in seconds and nanoseconds.
        let value: (Int64, Int64)
        let name: [UInt8]
    }

    /// Entries in this order.
    public func sorted(_ entries: [DirectoryEntry]) -> [DirectoryEntry] {
        let shared = Self.sharedPrefix(of: entries)
        let keys = entries.indices.map { Key(place(of: entries[$0]), index: $0, ignoring: shared) }
        return keys.sorted { one, other in
            guard one.rank == other.rank else { return one.rank < other.rank }
            guard one.value == other.value else { return (one.value < other.value) != isDescending }
            let isDescendingName = isDescending && value == .name
            guard one.name == other.name else { return (one.name < other.name) != isDescendingName }
            return isOrdered(place(of: entries[one.index]), place(of: entries[other.index]))
        }.map { entries[$0.index] }
    }

    /// What tells most places from one another, without a reference to be counted at each comparison.
    private struct Key {
        /// 0 for folders.
        let rank: UInt8
        let value: (Int64, Int64)
        /// The next eight bytes of the name, zeros after its end.
        let name: UInt64
        let index: Int

        init(_ place: Place, index: Int, ignoring shared: Int) {
            rank = place.isFolder ? 0 : 1
            value = place.value
            var name: UInt64 = 0
            let bytes = place.name
            for position in shared..<(shared + 8) {
                name = name << 8 | (position < bytes.count ? UInt64(bytes[position]) : 0)
            }
            self.name = name
            self.index = index
        }
    }

    /// How many bytes all names begin with alike.
    private static func sharedPrefix(of entries: [DirectoryEntry]) -> Int {
        guard let first = entries.first?.name else { return 0 }
        return entries.reduce(first.count) { shared, entry in
            var count = 0
            while count < min(shared, entry.name.count), entry.name[count] == first[count] { count += 1 }
            return count
        }
    }

    func place(of entry: DirectoryEntry) -> Place {
        let status = entry.status
        let isFolder = status.kind == .directory
        return switch value {
        case .name: Place(isFolder: isFolder, value: (0, 0), name: entry.name)
        case .size:
            Place(
                isFolder: isFolder, value: (isFolder ? 0 : Int64(clamping: status.size), 0), name: entry.name)
        case .time:
            Place(
                isFolder: isFolder, value: (status.modificationTime, status.modificationNanoseconds),
                name: entry.name)
        }
    }

    func isOrdered(_ one: Place, _ other: Place) -> Bool {
        guard one.isFolder == other.isFolder else { return one.isFolder }
        guard one.value == other.value else { return (one.value < other.value) != isDescending }
        let isDescendingName = isDescending && value == .name
        return isDescendingName
            ? other.name.lexicographicallyPrecedes(one.name) : one.name.lexicographicallyPrecedes(other.name)
    }
}

/// The names in a folder, one after another.
@safe
private final class DirectoryStream {
    private let stream: OpaquePointer
    private var descriptor: CInt { unsafe dirfd(stream) }

    init(of folder: OpenFile) throws(FileFailure) {
        // A descriptor of its own: readdir(3) moves the position, which duplicates share.
        let own = unsafe openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw FileFailure(Errno(rawValue: errno), context: "openat") }
        guard let stream = unsafe fdopendir(own) else {
            let error = Errno(rawValue: errno)
            // Nothing was read, so close(2) has nothing to report.
            close(own)
            throw FileFailure(error, context: "fdopendir")
        }
        unsafe self.stream = stream
    }

    deinit { unsafe _ = closedir(stream) }

    /// The next name, and its kind if the folder tells: nil of links too, which stand for something else.
    func next() -> (name: [UInt8], kind: FileStatus.Kind?)? {
        while let entry = unsafe readdir(stream) {
            let name = unsafe Self.name(of: entry)
            if name == Self.current || name == Self.parent { continue }
            let kind: FileStatus.Kind? =
                switch unsafe Int(entry.pointee.d_type) {
                case Int(DT_REG): .regular
                case Int(DT_DIR): .directory
                default: nil
                }
            return (name, kind)
        }
        return nil
    }

    /// Where an entry stands in an order; nil if it is gone.
    func place(_ name: [UInt8], _ kind: FileStatus.Kind?, in order: DirectoryOrder) -> DirectoryOrder.Place? {
        if order.value == .name, let kind {
            return DirectoryOrder.Place(isFolder: kind == .directory, value: (0, 0), name: name)
        }
        return entry(name).map(order.place)
    }

    private static let current = Array(".".utf8)
    private static let parent = Array("..".utf8)

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            let end = unsafe bytes.firstIndex(of: 0) ?? bytes.count
            return unsafe Array(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        }
    }

    /// An entry with what it stands for; nil if it is gone.
    func entry(_ name: [UInt8]) -> DirectoryEntry? {
        let folder = descriptor
        var path: [CChar] = []
        path.reserveCapacity(name.count + 1)
        for byte in name { path.append(CChar(bitPattern: byte)) }
        path.append(0)
        var own = stat()
        guard unsafe fstatat(folder, path, &own, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let status = FileStatus(own)
        guard status.kind == .symbolicLink else {
            return DirectoryEntry(name: name, status: status, isLink: false)
        }
        var target = stat()
        let follows = unsafe fstatat(folder, path, &target, 0) == 0
        return DirectoryEntry(name: name, status: follows ? FileStatus(target) : status, isLink: true)
    }
}
