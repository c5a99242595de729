// The folder of an upload handler: what has a name there, and how files that came whole get theirs. All of it blocks.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Synchronization
import SystemPackage

/// A file that is in the folder now.
struct SavedFile: Sendable {
    let name: UploadName
    let size: UInt64
    let tag: EntityTag
    /// Whether nothing had the name before.
    let isNew: Bool
}

/// A file that came whole, before it has the name that it asks for.
struct ReceivedFile: Sendable {
    let name: UploadName
    let file: NewFile
}

/// The folder that files come into.
final class UploadFolder: Sendable {
    let root: RootDirectory
    let taken: TakenName
    /// How many seconds ago a part was written last that is not kept any more.
    private let partSeconds: Int64
    /// Held from the look at what has a name to the moment at which another file has it, so that of two requests with
    /// one condition only one meets it.
    private let naming = Mutex(())
    private let now: @Sendable () -> TimeOfDay
    /// The minute, since 1970, in which leftovers were looked for last.
    private let minuteOfLastLook = Atomic<Int64>(0)

    init(
        root: RootDirectory, taken: TakenName, partSeconds: Int64, now: @escaping @Sendable () -> TimeOfDay
    ) {
        self.root = root
        self.taken = taken
        self.partSeconds = partSeconds
        self.now = now
    }

    /// Removes what others left unfinished, once a minute at the most: each look reads all names of the folder.
    func removeLeftovers() throws(FileFailure) {
        let minute = now().seconds / 60
        guard minuteOfLastLook.exchange(minute, ordering: .relaxed) != minute else { return }
        try root.removeLeftoversBlocking(partsAfter: partSeconds)
    }

    /// Begins a file that may get its name, as far as can be told before it has come.
    ///
    /// - Parameter conditions: The fields of the request that the file is the content of; empty for one of a form.
    func begin(_ name: UploadName, _ conditions: HTTPFields) throws -> NewFile {
        try check(try look(at: name), conditions)
        return try root.beginFileBlocking()
    }

    /// Brings a whole file to the disk and gives it its name.
    func place(_ file: ReceivedFile, _ conditions: HTTPFields) throws -> SavedFile {
        try place([file], conditions)[0]
    }

    /// Brings whole files to the disk and gives them their names: all of them, or none if one is refused or the disk
    /// takes one not.
    ///
    /// What can still come between two of them: another process that takes a name or the room for one, a file of
    /// another's in a folder where only its owner may replace it, and no free number to rename by.
    func place(_ files: [ReceivedFile], _ conditions: HTTPFields = [:]) throws -> [SavedFile] {
        let statuses = try files.map(synchronise)
        let saved = try naming.withLock { _ in
            let present = try files.map { try look(at: $0.name) }
            for status in present { try check(status, conditions) }
            return try files.indices.map { index in
                SavedFile(
                    name: try giveName(to: files[index]), size: statuses[index].size,
                    tag: statuses[index].entityTag, isNew: present[index] == nil || taken == .rename)
            }
        }
        try files.last?.file.synchroniseFolder()
        return saved
    }

    private func synchronise(_ received: ReceivedFile) throws(FileFailure) -> FileStatus {
        if taken == .replace {
            try received.file.takePermissions(of: received.name.bytes)
            try received.file.takeTemporaryName()
        }
        try received.file.synchronise()
        return try received.file.status()
    }

    private func giveName(to received: ReceivedFile) throws(FileFailure) -> UploadName {
        let (name, file) = (received.name, received.file)
        switch taken {
        case .replace: try file.replace(name.bytes)
        case .refuse: try file.giveName(name.bytes)
        case .rename: return try giveFreeName(like: name, to: file)
        }
        return name
    }

    private func giveFreeName(like name: UploadName, to file: NewFile) throws(FileFailure) -> UploadName {
        var number = 0
        while true {
            let candidate = number == 0 ? name : name.numbered(number)
            do throws(FileFailure) {
                try file.giveName(candidate.bytes)
                return candidate
            } catch {
                number += 1
                guard error.errno == .fileExists, number <= Self.mostNumbers else { throw error }
            }
        }
    }

    /// Each number is tried in turn.
    private static let mostNumbers = 9_999

    /// What has a name: nil for a link, which is never followed.
    func look(at name: UploadName) throws(FileFailure) -> FileStatus? {
        do throws(FileFailure) {
            return try root.status(of: name.bytes.span, links: .none, mayBlock: true)
        } catch  where error.code == .notFound && error.errno != .fileNameTooLong {
            return nil
        }
    }

    func check(_ current: FileStatus?, _ conditions: HTTPFields) throws(HandlerFailure) {
        // RFC 9110 §13.2.2; the date is not asked for where the tag is.
        let outcome = ConditionalRequest.evaluate(
            conditions, method: .put, etag: current?.entityTag, lastModified: current?.lastModified,
            exists: current != nil)
        guard outcome == .proceed else { throw HandlerFailure(.preconditionFailed) }
        guard let current else { return }
        switch taken {
        case .refuse: throw Self.isTaken
        case .replace where current.kind != .regular: throw Self.isTaken
        case .replace, .rename: break
        }
    }

    static let isTaken = HandlerFailure(.conflict, "There is a file or folder of this name already.")
}
