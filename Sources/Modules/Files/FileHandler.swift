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

    func respond(to request: Request) async throws -> Response {
        let path = RequestedPath(request)
        guard settings.showsHidden || !path.isHidden else { throw Self.notFound }
        guard let file = try await open(path.relative) else { throw Self.notFound }
        guard file.status.kind == .directory else {
            if path.endsInSlash { throw Self.notFound }
            return try representation(of: file, at: path.relative).response(to: request)
        }
        guard path.endsInSlash else { return redirect(to: path.folderLocation(query: request.target.query)) }
        if let index = try await index(of: path) { return try index.response(to: request) }
        guard settings.lists else { throw Self.notFound }
        return try await list(file, at: path, for: request)
    }

    static let notFound = HandlerFailure(.notFound)

    private func redirect(to location: String) -> Response {
        Response(.movedPermanently, fields: [.location: location, .cacheControl: settings.cacheControl])
    }

    private func representation(of file: OpenFile, at path: [UInt8]) throws -> FileRepresentation {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let name = path[(slash.map { $0 + 1 } ?? 0)...]
        return try FileRepresentation(file, type: settings.types.type(of: name), cacheControl: settings.cacheControl)
    }

    /// The first index file of a folder that exists; a folder of that name does not count.
    private func index(of folder: RequestedPath) async throws -> FileRepresentation? {
        for name in settings.index {
            let path = folder.appending(name)
            if let file = try await open(path), file.status.kind == .regular {
                return try representation(of: file, at: path)
            }
        }
        return nil
    }

    /// Opens a path; nil for what is not there as far as a client may know.
    private func open(_ path: [UInt8]) async throws -> OpenFile? {
        do {
            return try root.open(path.span, links: settings.links, mayBlock: false)
        } catch where error.code == .wouldBlock {
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
        case .tooManyOpenFiles?, .tooManyOpenFilesInSystem?: throw HandlerFailure(.serviceUnavailable, cause: failure)
        default: throw failure
        }
    }
}
