// Serves files below a root. A path reaches the file system through RootDirectory only, which contains it.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import SystemPackage
import Threads

/// Serves the files of a folder, and lists the folders in it.
///
/// A folder is served by its index file or as a list, under a path that ends in a slash; without one it is answered
/// with a redirect. What is missing, hidden, outside the root, or neither a file nor a folder is one and the same
/// 404; what the process may not read is a 403.
struct FileHandler: Handler {
    let root: RootDirectory
    let settings: FileSettings
    let blocking: BlockingPool
    let cache: FileCache

    init(root: RootDirectory, settings: FileSettings, blocking: BlockingPool) {
        self.root = root
        self.settings = settings
        self.blocking = blocking
        cache = FileCache(limit: settings.cacheBytes)
    }

    func answerAtOnce(to request: Request) throws -> Response? {
        try cachedFile(request)?.response(to: request)
    }

    func respond(to request: Request) async throws -> Response {
        let path = RequestedPath(request)
        guard settings.showsHidden || !path.isHidden else { throw Self.notFound }
        // First the index file: a folder that the process may enter but not read has one too.
        if path.endsInSlash, let index = try await index(of: path, for: request) {
            return try index.response(to: request)
        }
        guard let file = try await open(path.relative) else { throw Self.notFound }
        switch (file.status.kind == .directory, path.endsInSlash) {
        case (false, false):
            return try await describe(file, at: path.relative, for: request).response(to: request)
        case (false, true): throw Self.notFound
        case (true, false): return redirect(to: path.folderLocation(query: request.target.query))
        case (true, true):
            guard settings.lists else { throw Self.notFound }
            return try await list(file, at: path, for: request)
        }
    }

    static let notFound = HandlerFailure(.notFound)

    private func redirect(to location: String) -> Response {
        Response(.movedPermanently, fields: [.location: location, .cacheControl: settings.cacheControl])
    }

    /// The first index file of a folder that exists; a folder of that name does not count.
    private func index(of folder: RequestedPath, for request: Request) async throws -> FileRepresentation? {
        for (rank, name) in settings.index.enumerated() {
            let path = folder.appending(name)
            guard let file = try await open(path), file.status.kind == .regular else { continue }
            // Behind the first name the cache would not see one before it come up.
            return try await describe(file, at: path, for: rank == 0 ? request : nil)
        }
        return nil
    }

    /// What a client gets of a file; kept for the request's path, if one is given, where that is safe.
    private func describe(
        _ file: OpenFile, at path: [UInt8], for request: Request?
    ) async throws -> FileRepresentation {
        // Before the content is read: a change in the tick of the last one must not slip in after it.
        let isSettled = file.status.isSettled(for: settings.settleSeconds)
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let type = settings.types.type(of: path[(slash.map { $0 + 1 } ?? 0)...])
        let content = try await FileContent.reading(file, blocking)
        let described = FileRepresentation(file, content, type: type, cacheControl: settings.cacheControl)
        if let request, isSettled, described.content.isInMemory, request.target.isPathUTF8 {
            cache.insert(FileCache.Entry(path: path, file: described), for: request.target.path)
        }
        return described
    }

    /// The file that a path led to before, if it leads there still and nothing about it has changed.
    ///
    /// The look-up walks the path through the kernel's cache only, so it does not wait for a disk.
    private func cachedFile(_ request: Request) -> FileRepresentation? {
        guard request.target.isPathUTF8, let (entry, lookedUp) = cache[request.target.path] else {
            return nil
        }
        // Requests that were read together share a look: it came after all of them.
        if let readAt = request.readAt, let lookedUp, lookedUp > readAt { return entry.file }
        let path = entry.path
        let now = SuspendingClock.now
        do throws(FileFailure) {
            let status = try root.status(of: path.span, links: settings.links, mayBlock: false)
            if status == entry.file.status {
                if request.readAt != nil { cache.noteLookUp(of: request.target.path, at: now) }
                return entry.file
            }
        } catch {
            // Whatever it is, opening the file will tell the client. Not being in the kernel's cache is no change.
            if error.code == .wouldBlock { return nil }
        }
        cache.remove(request.target.path)
        return nil
    }

    /// Opens a path; nil for what is not there as far as a client may know.
    private func open(_ path: [UInt8]) async throws -> OpenFile? {
        do {
            return try root.open(path.span, links: settings.links, mayBlock: false)
        } catch  where error.code == .wouldBlock {
            return try await openBlocking(path)
        } catch {
            return try refusal(error)
        }
    }

    private func openBlocking(_ path: [UInt8]) async throws -> OpenFile? {
        do {
            return try await blocking.run { [root, settings] in
                try root.open(path.span, links: settings.links, mayBlock: true)
            }
        } catch let failure as FileFailure {
            return try refusal(failure)
        }
    }

    private func refusal(_ failure: FileFailure) throws -> OpenFile? {
        switch failure.code {
        case .notFound, .outside, .notRegular: return nil
        case .notPermitted: throw HandlerFailure(.forbidden, cause: failure)
        default: break
        }
        switch failure.errno {
        case .tooManyOpenFiles?, .tooManyOpenFilesInSystem?:
            throw HandlerFailure(.serviceUnavailable, cause: failure)
        default: throw failure
        }
    }
}
