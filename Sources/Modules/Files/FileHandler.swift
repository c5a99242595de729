// Serves files below a root. A path reaches the file system through RootDirectory only, which contains it.

import Compression
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
struct FileHandler: LifecycleHandler {
    let root: RootDirectory
    let settings: FileSettings
    let blocking: BlockingPool
    let cache: FileCache
    let listings = SharedReadings<FolderListing.Key, FolderListing.Whole?>()

    /// nil unless the section asks for it.
    let liveReload: LiveReload?

    init(
        root: RootDirectory, settings: FileSettings, blocking: BlockingPool, liveReload: LiveReload? = nil
    ) {
        self.liveReload = liveReload
        self.root = root
        self.settings = settings
        self.blocking = blocking
        cache = FileCache(limit: settings.cacheBytes)
    }

    func start() throws { try liveReload?.start() }

    func stop() { liveReload?.stop() }

    var methods: [HTTPRequest.Method] {
        settings.added?.crossOrigin == nil ? [.get, .head] : [.get, .head, .options]
    }

    func answerAtOnce(to request: Request) throws -> Response? {
        if let added = settings.added { return try answerAtOnce(to: request, adding: added) }
        return try cachedResponse(to: request)
    }

    func respond(to request: Request) async throws -> Response {
        guard let added = settings.added else { return try await answer(request) }
        do {
            var response = try await answer(request)
            added.add(to: &response.fields, for: request)
            return response
        } catch let failure as HandlerFailure {
            throw added.adding(to: failure, for: request)
        }
    }

    @inline(never)
    private func answerAtOnce(to request: Request, adding added: AddedFields) throws -> Response? {
        do {
            let options = request.method == .options ? added.crossOrigin?.options(request) : nil
            guard var response = try options ?? cachedResponse(to: request) else { return nil }
            added.add(to: &response.fields, for: request)
            return response
        } catch let failure as HandlerFailure {
            throw added.adding(to: failure, for: request)
        }
    }

    private func cachedResponse(to request: Request) throws -> Response? {
        guard request.target.isPathUTF8 else { return nil }
        return try cachedResponse(to: request, key: request.target.path)
    }

    /// The answer with what is kept under a key; nil if it has to be made anew.
    func cachedResponse(to request: Request, key: String) throws -> Response? {
        // The query may ask for an archive in place of the index file.
        guard !settings.hasArchives || request.target.query == nil, let (entry, lookedUp) = cache[key] else {
            return nil
        }
        let file = FileRepresentation(entry.facts, entry.content)
        guard entry.isInMemory else { return try response(withOpen: file, entry, key, for: request) }
        guard isCurrent(entry, key, after: lookedUp, for: request) else { return nil }
        guard !entry.isNegotiated else { return try encodedAtOnce(entry, file, for: request) }
        return try file.response(to: request)
    }

    /// The answer with a file that is kept open, with what it takes of it if that is short; nil if the file is another
    /// by now.
    private func response(
        withOpen file: FileRepresentation, _ entry: FileCache.Entry, _ key: String, for request: Request
    ) throws -> Response? {
        do {
            var response = try file.response(to: request)
            try response.body.readAtOnce()
            // Looked at last, so that it holds for what was read too.
            return isCurrent(entry, key, for: request) ? response : nil
        } catch {
            if isCurrent(entry, key, for: request) { throw error }
            return nil
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let path = RequestedPath(request)
        if let response = liveReload?.response(to: request, at: path) { return response }
        if settings.showsHidden || !path.isHidden, let response = try await answer(request, at: path) {
            return response
        }
        return try await missing(request)
    }

    /// Answers with what is at a path; nil if nothing is.
    private func answer(_ request: Request, at path: RequestedPath) async throws -> Response? {
        if path.endsInSlash, let format = try archiveFormat(request) {
            guard let folder = try await open(path.relative), folder.status.kind == .directory else {
                return nil
            }
            return try await archive(folder, at: path, as: format, for: request)
        }
        // First the index file: a folder that the process may enter but not read has one too.
        if path.endsInSlash, let response = try await index(of: path, for: request) { return response }
        guard let file = try await open(path.relative) else { return nil }
        switch (file.status.kind == .directory, path.endsInSlash) {
        case (false, false): return try await send(file, at: path.relative, for: request, key: key(request))
        case (false, true): return nil
        case (true, false): return redirect(to: path.folderLocation(query: request.target.query))
        case (true, true): return settings.lists ? try await list(file, at: path, for: request) : nil
        }
    }

    static let notFound = HandlerFailure(.notFound)

    private func redirect(to location: String) -> Response {
        Response(
            .movedPermanently, fields: [.location: location, .cacheControl: settings.cacheControl.fallback])
    }

    /// The first index file of a folder that exists; a folder of that name does not count.
    private func index(of folder: RequestedPath, for request: Request) async throws -> Response? {
        for (rank, name) in settings.index.enumerated() {
            let path = folder.appending(name)
            guard let file = try await openFile(path) else { continue }
            // Behind the first name the cache would not see one before it come up.
            return try await send(file, at: path, for: request, key: rank == 0 ? key(request) : nil)
        }
        return nil
    }

    private func key(_ request: Request) -> String? {
        request.target.isPathUTF8 ? request.target.path : nil
    }

    /// Answers with a file, or with the neighbour that the client likes better.
    ///
    /// - Parameter key: Under which it is kept for other requests that will lead to it, as far as its name goes; nil if
    ///   none will.
    func send(
        _ file: OpenFile, at path: [UInt8], for request: Request, key: String?
    ) async throws -> Response {
        let (plain, neighbours, isSettled) = try await read(file, at: path, for: request)
        let isCompressed = isCompressed(plain)
        var entry = FileCache.Entry(
            path: path, facts: plain.facts, content: plain.content, neighbours: neighbours,
            isCompressed: isCompressed)
        // What was made of this version needs not be made again.
        if isCompressed, isSettled, let key, let kept = cache[key]?.entry,
            kept.facts.status == plain.status, kept.neighbours.isEmpty, neighbours.isEmpty
        {
            entry = kept.encoded.reduce(entry) { $0.adding($1.value, $1.key) }
        }
        var answer = plain
        if let neighbour = try preferred(of: neighbours, for: request),
            let encoded = try await describe(neighbour, of: path)
        {
            answer = encoded
            if encoded.isKeepable(settings) { entry = entry.adding(encoded, neighbour.coding.name) }
        } else if isCompressed, let coding = try CompressionRule.preferred(for: request) {
            answer = try await compress(plain, coding)
            if answer.content.isInMemory { entry = entry.adding(answer, coding.rawValue) }
        }
        let isKept = entry.isInMemory || !entry.isNegotiated && root.looksWithoutWaiting
        if isSettled, isKept, let key { cache.insert(entry, for: key) }
        return try answer.response(to: request)
    }

    /// Reads a file, and again while somebody writes to it: what is sent is one version, or nothing.
    private func read(
        _ file: OpenFile, at path: [UInt8], for request: Request
    ) async throws -> (FileRepresentation, [EncodedNeighbour], isSettled: Bool) {
        var file = file
        for _ in 0..<Self.readings {
            // Before the content is read: a change in the tick of the last one must not slip in after it.
            let isSettled = file.status.isSettled(for: settings.settleSeconds)
            let neighbours = try await neighbours(of: file, at: path)
            let plain = try await describe(
                file, at: path, for: request, isNegotiated: !neighbours.isEmpty)
            guard plain.content.isInMemory, file.hasChanged else { return (plain, neighbours, isSettled) }
            guard let again = try await openFile(path) else { throw Self.notFound }
            file = again
        }
        throw HandlerFailure(.serviceUnavailable, "The file is being written; try again.")
    }

    private static let readings = 5

    /// Describes a file with its content.
    func describe(
        _ file: OpenFile, at path: [UInt8], for request: Request, isNegotiated: Bool = false
    ) async throws -> FileRepresentation {
        let description = settings.description(of: path.lastName)
        let isCompressed = settings.compression?.applies(to: file.status.size, description.type) ?? false
        let isInjected = isInjected(file, at: path)
        let content =
            isInjected
            ? try await injected(file, request.mount) : try await FileContent.reading(file, blocking)
        return FileRepresentation(
            file, content, description, edition: isInjected ? "live" : nil,
            isNegotiated: isNegotiated || isCompressed)
    }

    /// Whether a file is a page that gets the script of ``LiveReload``.
    func isInjected(_ file: OpenFile, at path: [UInt8]) -> Bool {
        liveReload != nil && file.status.size <= Self.mostInjected
            && settings.types.type(of: path.lastName).hasPrefix("text/html")
    }

    /// A larger page is sent as it is.
    private static let mostInjected: UInt64 = 8 << 20

    private func injected(_ file: OpenFile, _ mount: String) async throws -> FileContent {
        try await blocking.run {
            .memory(
                LiveReload.inject(
                    into: try file.readBlocking(count: Int(file.status.size), at: 0), mount: mount))
        }
    }

    private func isCompressed(_ file: FileRepresentation) -> Bool {
        settings.compression?.applies(to: file.status.size, file.type) ?? false
    }

    /// Describes a neighbour of the file at a path; nil if it is no longer what it was.
    private func describe(
        _ neighbour: EncodedNeighbour, of path: [UInt8]
    ) async throws -> FileRepresentation? {
        guard let file = try await open(neighbour.path), file.status == neighbour.status else { return nil }
        return FileRepresentation(
            file, try await FileContent.reading(file, blocking), settings.description(of: path.lastName),
            edition: neighbour.coding.name, coding: neighbour.coding.name, isNegotiated: true)
    }

    /// The answer from memory for a file that has neighbours; nil if the one that the client likes is not there.
    @inline(never)
    private func encodedAtOnce(
        _ entry: FileCache.Entry, _ file: FileRepresentation, for request: Request
    ) throws -> Response? {
        guard let neighbour = try preferred(of: entry.neighbours, for: request) else {
            guard entry.isCompressed, let coding = try CompressionRule.preferred(for: request) else {
                return try file.response(to: request)
            }
            return try entry.encoded[coding.rawValue]?.response(to: request)
        }
        guard let encoded = entry.encoded[neighbour.coding.name], isUnchanged(encoded, at: neighbour.path)
        else { return nil }
        return try encoded.response(to: request)
    }

    private func isUnchanged(_ file: FileRepresentation, at path: [UInt8]) -> Bool {
        do throws(FileFailure) {
            return try root.status(of: path.span, links: settings.links, mayBlock: false) == file.status
        } catch {
            // Whatever it is, opening the file will tell the client.
            return false
        }
    }

    /// Whether a path leads still to the file that it led to before, and nothing about that has changed.
    ///
    /// The look-up walks the path through the kernel's cache only, so it does not wait for a disk.
    ///
    /// - Parameter lookedUp: When it was looked at for another request; nil if that doesn't count.
    private func isCurrent(
        _ entry: FileCache.Entry, _ key: String, after lookedUp: MonotonicInstant? = nil,
        for request: Request
    ) -> Bool {
        // Requests that were read together share a look: it came after all of them.
        if let readAt = request.readAt, let lookedUp, lookedUp > readAt { return true }
        let now = MonotonicInstant.current()
        // A neighbour that came up is seen a second later.
        guard !settings.isPrecompressed || entry.isRecent(now) else { return false }
        let path = entry.path
        do throws(FileFailure) {
            let status = try root.status(of: path.span, links: settings.links, mayBlock: false)
            if status == entry.facts.status {
                if request.readAt != nil, entry.isInMemory { cache.noteLookUp(of: key, at: now) }
                return true
            }
        } catch {
            // Whatever it is, opening the file will tell the client. Not being in the kernel's cache is no change.
            if error.code == .wouldBlock { return false }
        }
        cache.remove(key)
        return false
    }

    /// Opens a regular file; nil if there is none at the path.
    func openFile(_ path: [UInt8]) async throws -> OpenFile? {
        guard let file = try await open(path), file.status.kind == .regular else { return nil }
        return file
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

extension FileRepresentation {
    /// Whether it may be kept in memory: it is there, and a change would show.
    fileprivate func isKeepable(_ settings: FileSettings) -> Bool {
        content.isInMemory && status.isSettled(for: settings.settleSeconds)
    }
}

extension ResponseBody {
    /// The largest part of a file that is read before the answer begins.
    private static var mostAtOnce: UInt64 { 16_384 }

    /// Reads a short part of a file if it is in memory.
    fileprivate mutating func readAtOnce() throws(FileFailure) {
        guard case .file(let region) = self, region.length <= Self.mostAtOnce,
            let bytes = try region.file.bytesInMemory(count: Int(region.length), at: region.offset)
        else { return }
        self = .bytes(bytes)
    }
}
