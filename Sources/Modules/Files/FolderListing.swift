// What is in a folder, as far as it is served, and the answer that shows it. Reading and rendering may take long.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

extension FileHandler {
    /// Lists a folder in the form that the request asks for, in the blocking pool.
    func list(_ folder: OpenFile, at path: RequestedPath, for request: Request) async throws -> Response {
        let form = ContentNegotiation.representation(for: request.fields)
        let mount = request.mount
        let bytes = try await blocking.run { [root, settings] in
            let entries = try folder.entriesBlocking().filter { $0.isServed(from: root, at: path, settings) }
            return try FolderPage(entries, path: path, mount: mount).rendered(as: form)
        }
        var response = Response.page(bytes, as: form)
        response.fields[.cacheControl] = settings.cacheControl.fallback
        return response
    }
}

extension DirectoryEntry {
    /// Whether a click on it would be answered with more than a 404. What a link outside points at must not show,
    /// not even its size: it is looked up as a request for it would be.
    fileprivate func isServed(from root: RootDirectory, at folder: RequestedPath, _ settings: FileSettings)
        -> Bool
    {
        if !settings.showsHidden, name.first == UInt8(ascii: "."), !isWellKnown(in: folder) { return false }
        guard status.kind == .regular || status.kind == .directory else { return false }
        guard isLink else { return true }
        do throws(FileFailure) {
            return try root.status(of: folder.appending(name).span, links: settings.links, mayBlock: true)
                == status
        } catch {
            // Outside, dangling or gone: each is a 404, so none is listed.
            return false
        }
    }

    private func isWellKnown(in folder: RequestedPath) -> Bool {
        folder.relative.isEmpty && name.elementsEqual(".well-known".utf8)
    }
}
