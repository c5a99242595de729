// A folder and all that is served below it as one file, made while it is sent (archive = yes).

import Archives
import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Synchronization
import Threads

/// An archive on its way; each step blocks.
///
/// Of a folder so many entries are in memory at once, of a file so many bytes: nothing grows with what is archived.
/// Links to folders are left out, since they can lead in circles; a file that can't be read is left out too.
final class FolderArchive: Sendable {
    private struct Folder {
        let path: [UInt8]
        let file: OpenFile
        var entries: ArraySlice<DirectoryEntry> = []
        var next: DirectoryOrder.Place?
        var isRead = false
    }

    private struct State {
        let writer: ArchiveWriter
        /// The folders on the way to what is written next.
        var folders: [Folder]
        /// What is left of the file that is being added.
        var file: FileRegion?
        var isFinished = false
    }

    private let root: RootDirectory
    private let settings: FileSettings
    /// What all names begin with, the folder's own name, and how much of a path it stands for.
    private let name: [UInt8]
    private let dropped: Int
    private let state: Mutex<State>

    private static let batch = 512
    private static let piece = 128 * 1024
    /// How much comes out of a step, at least.
    private static let output = 32 * 1024

    init(
        of folder: OpenFile, at path: [UInt8], called name: [UInt8], _ format: ArchiveFormat,
        _ root: RootDirectory, _ settings: FileSettings
    ) throws {
        self.root = root
        self.settings = settings
        self.name = name
        dropped = path.count
        state = Mutex(
            State(writer: try ArchiveWriter(format), folders: [Folder(path: path, file: folder)]))
        try state.withLock { try $0.writer.addFolder(name, modified: folder.status.modificationTime) }
    }

    /// Goes on for a while.
    ///
    /// - Returns: What came out; nil when all has.
    func stepBlocking() throws -> [UInt8]? {
        try state.withLock { state in
            while state.writer.waiting < Self.output, !state.isFinished {
                if try !add(&state) {
                    try state.writer.finish()
                    state.isFinished = true
                }
            }
            let bytes = state.writer.takeOutput()
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// Adds a piece of a file, or what comes next; false at the end.
    private func add(_ state: inout State) throws -> Bool {
        if var file = state.file {
            try state.writer.write(try file.readBlocking(atMost: Self.piece))
            state.file = file.length > 0 ? file : nil
            return true
        }
        guard var folder = state.folders.popLast() else { return false }
        if folder.entries.isEmpty {
            // Left for good when there are no more.
            guard !folder.isRead else { return true }
            let batch = try folder.file.entriesBlocking(
                in: DirectoryOrder(), after: folder.next, most: Self.batch)
            folder.entries = batch.entries[...]
            folder.next = batch.next
            folder.isRead = batch.next == nil
            state.folders.append(folder)
            return true
        }
        let entry = folder.entries.removeFirst()
        state.folders.append(folder)
        if entry.isServed(in: folder.path, of: root, settings) { try add(entry, in: folder.path, &state) }
        return true
    }

    private func add(_ entry: DirectoryEntry, in folder: [UInt8], _ state: inout State) throws {
        let path = folder.isEmpty ? entry.name : folder + [UInt8(ascii: "/")] + entry.name
        let isFolder = entry.status.kind == .directory
        guard !isFolder || !entry.isLink, let file = try open(path),
            (file.status.kind == .directory) == isFolder
        else { return }
        let relative = path.dropFirst(dropped).drop { $0 == UInt8(ascii: "/") }
        let place = name + [UInt8(ascii: "/")] + relative
        if isFolder {
            try state.writer.addFolder(place, modified: file.status.modificationTime)
            state.folders.append(Folder(path: path, file: file))
        } else {
            try state.writer.addFile(
                place, size: file.status.size, modified: file.status.modificationTime)
            state.file = file.status.size > 0 ? FileRegion(file, length: file.status.size) : nil
        }
    }

    private func open(_ path: [UInt8]) throws -> OpenFile? {
        do throws(FileFailure) {
            return try root.open(path.span, links: settings.links, mayBlock: true)
        } catch {
            // It went away, or is nothing that a request would get.
            if [.notFound, .outside, .notRegular, .notPermitted].contains(error.code) { return nil }
            throw error
        }
    }
}

extension FileHandler {
    /// Which archive a request asks for, by the query `archive=tar.gz` or `archive=zip`.
    func archiveFormat(_ request: Request) throws -> ArchiveFormat? {
        guard settings.hasArchives, request.target.query != nil else { return nil }
        guard let name = try request.queryItems()["archive"] else { return nil }
        guard let format = ArchiveFormat(rawValue: name) else {
            throw HandlerFailure(.badRequest, "An archive is tar.gz or zip.")
        }
        return format
    }

    /// Sends all that is served below a folder.
    func archive(
        _ folder: OpenFile, at path: RequestedPath, as format: ArchiveFormat, for request: Request
    ) async throws -> Response {
        let own = path.full.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? Array("files".utf8)
        let archive = try FolderArchive(
            of: folder, at: path.relative, called: own, format, root, settings)
        let fields: ResponseFields = [
            .contentType: format.type, .cacheControl: settings.cacheControl.fallback,
            .xContentTypeOptions: "nosniff",
            .contentDisposition: ContentDisposition.attachment(own + Array(".\(format.rawValue)".utf8)),
        ]
        return Response(
            .ok, fields: fields,
            body: .stream(length: nil) { [blocking] writer in
                while let bytes = try await blocking.run({ try archive.stepBlocking() }) {
                    try await writer.write(bytes)
                }
                return nil
            })
    }
}
