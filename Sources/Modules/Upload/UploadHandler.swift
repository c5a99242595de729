// Takes files: which request means what. What comes is written by UploadWriter and named by UploadFolder.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import SystemPackage
import Threads

/// Takes files into a folder.
///
/// - PUT or POST to a name saves the content under it, whatever its type: 201, or 204 if it replaced a file, with its
///   `ETag` and `Location`. With `Content-Range` it is a part of the file.
/// - POST of `multipart/form-data` to the handler's own path saves the files of a form, all of them or none.
/// - GET of that path is the form.
///
/// A file is complete on the disk before it has its name. A browser may upload from pages of the same origin only.
struct UploadHandler: LifecycleHandler {
    let folder: UploadFolder
    /// The path that all links begin with, encoded; empty for `/`.
    let mount: String
    /// Where the files can be read; nil if nowhere.
    let location: String?
    let blocking: BlockingPool
    let logger: Logger

    var methods: [HTTPRequest.Method] { [.get, .head, .put, .post] }

    /// Files are larger than what else is posted; still, a client that never ends should not fill the disk.
    var bodyLimit: UInt64? { 16 << 30 }

    func start() async {
        do {
            try await blocking.run { [folder] in try folder.removeLeftovers() }
        } catch {
            logger.warning("Unfinished uploads could not be removed.", metadata: ["error": "\(error)"])
        }
    }

    func stop() async {}

    func respond(to request: Request) async throws -> Response {
        let name = request.subpath.dropFirst()
        if request.method == .get || request.method == .head { return try show(String(name), request) }
        guard !RequestOrigin.isForeign(request.head) else {
            throw HandlerFailure(.forbidden, "A page of another site may not upload files here.")
        }
        do {
            return name.isEmpty ? try await takeForm(request) : try await take(UploadName(request), request)
        } catch let failure as FileFailure {
            throw refusal(failure)
        }
    }

    private func show(_ name: String, _ request: Request) throws -> Response {
        switch name {
        case "":
            var response = try Response.negotiated(
                UploadPage(mount: mount, taken: folder.taken), for: request.fields)
            allowScript(&response)
            response.fields[.cacheControl] = "no-cache"
            return response
        case UploadPage.scriptName:
            return try UploadPage.script.response(to: request)
        default: throw HandlerFailure(.methodNotAllowed, fields: [.allow: "PUT, POST, OPTIONS"])
        }
    }

    /// Pages run the handler's own script, which sends files to the handler.
    private func allowScript(_ response: inout Response) {
        guard let policy = response.fields[.contentSecurityPolicy] else { return }
        response.fields[.contentSecurityPolicy] = policy + "; script-src 'self'; connect-src 'self'"
    }

    private func takeForm(_ request: Request) async throws -> Response {
        guard request.method == .post else {
            throw HandlerFailure(.badRequest, "The address needs the name of the file: PUT \(mount)/NAME.")
        }
        let type = request.fields[.contentType].flatMap { MediaType($0) }
        guard let type, type.essence == Self.multipart else {
            throw HandlerFailure(
                .unsupportedMediaType,
                "This address takes \(Self.multipart); anything else is sent to \(mount)/NAME.",
                fields: [.accept: Self.multipart])
        }
        let files = try await saveForm(request, type)
        var response = try Response.negotiated(
            UploadedPage(mount: mount, location: location, files: files), for: request.fields,
            status: .created)
        allowScript(&response)
        response.fields[.cacheControl] = "no-store"
        if files.count == 1 { describe(files[0], in: &response) }
        return response
    }

    private static let multipart = "multipart/form-data"

    private func take(_ name: UploadName, _ request: Request) async throws -> Response {
        if let field = request.fields[.contentRange] {
            // RFC 9110 §14.5: a part that can't be understood is refused, lest it be taken for the whole.
            guard let range = ContentRange(field) else {
                throw HandlerFailure(.badRequest, "Content-Range is malformed.")
            }
            return try await takePart(name, range, request)
        }
        return try await answer(save(name, request), to: request)
    }

    /// Takes a whole file.
    private func save(_ name: UploadName, _ request: Request) async throws -> SavedFile {
        let conditions = request.fields
        let file = try await blocking.run { [folder] in try folder.begin(name, conditions) }
        var writer = UploadWriter(file, blocking)
        do {
            while let piece = try await request.body.next() { try await writer.append(piece) }
            return try await writer.flush { [folder] in
                try folder.place(ReceivedFile(name: name, file: file), conditions)
            }
        } catch {
            await discard([file])
            throw error
        }
    }

    /// Lets go of files that are not saved.
    func discard(_ files: [NewFile]) async {
        // It can't fail; dropping gigabytes takes a file system its time.
        try? await blocking.run { for file in files { file.discard() } }
    }

    func answer(_ file: SavedFile, to request: Request) throws -> Response {
        var response = Response(.noContent)
        if file.isNew {
            response = try .negotiated(
                UploadedPage(mount: mount, location: location, files: [file]), for: request.fields,
                status: .created)
            allowScript(&response)
        }
        describe(file, in: &response)
        return response
    }

    private func describe(_ file: SavedFile, in response: inout Response) {
        response.fields[.eTag] = file.tag.description
        response.fields[.location] = file.url(below: location ?? mount)
    }

    /// What a client may know of a failure of the file system.
    private func refusal(_ failure: FileFailure) -> HandlerFailure {
        switch failure.errno {
        case .fileExists?, .isDirectory?: return UploadFolder.isTaken
        case .fileNameTooLong?:
            return HandlerFailure(.badRequest, "The name is too long for the file system.")
        case .fileTooLarge?: return HandlerFailure(.contentTooLarge, cause: failure)
        case .tooManyOpenFiles?, .tooManyOpenFilesInSystem?:
            return HandlerFailure(.serviceUnavailable, cause: failure)
        default: break
        }
        let (status, explanation) = failure.writeRefusal
        if status == .forbidden {
            logger.error("A file could not be saved.", metadata: ["error": "\(failure)"])
        }
        return HandlerFailure(status, explanation, cause: failure)
    }
}

extension SavedFile {
    /// The file's address below a path.
    func url(below path: String) -> String {
        let folder = path.last == "/" ? path : path + "/"
        return folder + PercentEncoding.encode(segment: name.bytes)
    }
}
