// The files of a form: they get their names together, once all of the form has come.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

extension UploadHandler {
    /// Takes the files of a form.
    func saveForm(_ request: Request, _ type: MediaType) async throws -> [SavedFile] {
        var received: [ReceivedFile] = []
        do {
            try await receive(request.body, type, &received)
            guard !received.isEmpty else { throw HandlerFailure(.badRequest, "The form has no file in it.") }
            return try await blocking.run { [folder, received] in try folder.place(received) }
        } catch {
            await discard(received.map(\.file))
            if let error = error as? HTTPSyntaxError { throw HandlerFailure(form: error) }
            throw error
        }
    }

    private func receive(_ body: RequestBody, _ type: MediaType, _ received: inout [ReceivedFile])
        async throws
    {
        var reader = try MultipartReader(body, type, limits: MultipartLimits(parts: Self.mostParts))
        var writer: UploadWriter?
        while let event = try await reader.next() {
            switch event {
            case .part(let part):
                guard let name = try Self.name(of: part) else { continue }
                guard folder.taken == .rename || !received.contains(where: { $0.name == name }) else {
                    throw HandlerFailure(.conflict, "Two files of the form have the same name.")
                }
                let file = try await blocking.run { [folder] in try folder.begin(name, [:]) }
                received.append(ReceivedFile(name: name, file: file))
                writer = UploadWriter(file, blocking)
            case .data(let bytes): try await writer?.append(Array(bytes))
            case .endOfPart:
                try await writer?.flush()
                writer = nil
            }
        }
    }

    /// Each file is open until all have come.
    private static let mostParts = 200

    /// The name of the file that a part is; nil for one that is a text, or where nobody chose a file.
    private static func name(of part: MultipartPart) throws(HandlerFailure) -> UploadName? {
        guard let name = part.fileName, !name.isEmpty else { return nil }
        return try UploadName(name)
    }
}
