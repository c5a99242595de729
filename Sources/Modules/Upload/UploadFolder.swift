// The folder of an upload handler: what has a name there, and how a file that came whole gets its own. All of it blocks.

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

/// The folder that files come into.
final class UploadFolder: Sendable {
    let root: RootDirectory
    let taken: TakenName
    /// How many seconds ago a part was written last that is not kept any more.
    private let partSeconds: Int64
    /// Held from the look at what has a name to the moment at which another file has it, so that of two requests with
    /// one condition only one meets it.
    private let naming = Mutex(())

    init(root: RootDirectory, taken: TakenName, partSeconds: Int64) {
        self.root = root
        self.taken = taken
        self.partSeconds = partSeconds
    }

    func removeLeftovers() throws(FileFailure) { try root.removeLeftoversBlocking(partsAfter: partSeconds) }

    /// Begins a file that may get its name, as far as can be told before it has come.
    ///
    /// - Parameter conditions: The fields of the request that the file is the content of; empty for one of a form.
    func begin(_ name: UploadName, _ conditions: HTTPFields) throws -> NewFile {
        try check(try look(at: name), conditions)
        return try root.beginFileBlocking()
    }

    /// Brings a whole file to the disk and gives it its name.
    func place(_ file: NewFile, as name: UploadName, _ conditions: HTTPFields) throws -> SavedFile {
        if taken == .replace { try file.takePermissions(of: name.bytes) }
        try file.synchronise()
        let status = try file.status()
        let (given, isNew) = try naming.withLock { _ in try giveName(name, to: file, conditions) }
        try file.synchroniseFolder()
        return SavedFile(name: given, size: status.size, tag: status.entityTag, isNew: isNew)
    }

    private func giveName(_ name: UploadName, to file: NewFile, _ conditions: HTTPFields) throws
        -> (UploadName, isNew: Bool)
    {
        let current = try look(at: name)
        try check(current, conditions)
        switch taken {
        case .replace:
            try file.replace(name.bytes)
            return (name, current == nil)
        case .refuse:
            try file.giveName(name.bytes)
            return (name, true)
        case .rename: return (try giveFreeName(like: name, to: file), true)
        }
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
