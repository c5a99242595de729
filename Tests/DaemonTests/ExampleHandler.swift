// The example of docs/handlers.md; ExampleHandlerTests holds the page to this file.

import Configuration
import HTTPTypes
import HandlerKit

/// Counts the lines of what is posted, and sends as many as are asked for.
struct Lines: Handler {
    let word: String
    let methods: [HTTPRequest.Method] = [.get, .head, .post]

    func respond(to request: Request) async throws -> Response {
        request.method == .post ? try await count(request.body) : try send(request)
    }

    private func count(_ body: RequestBody) async throws -> Response {
        var count = 0
        while let bytes = try await body.next() {
            count += bytes.count { $0 == UInt8(ascii: "\n") }
        }
        return .text("\(count) lines\n")
    }

    private func send(_ request: Request) throws -> Response {
        guard let number = Int(request.subpath.dropFirst()), number > 0 else {
            throw HandlerFailure(.notFound, "Ask for a number of lines, such as \(request.mount)/3.")
        }
        let body = ResponseBody.stream(length: nil) { writer in
            for line in 1...number { try await writer.write("\(word) \(line)\n") }
            return nil
        }
        return Response(fields: [.contentType: "text/plain; charset=utf-8"], body: body)
    }
}

extension ModuleDescriptor {
    /// The module `lines`.
    static let lines = ModuleDescriptor(
        name: "lines", summary: "Counts lines, and sends some.", keys: [AnyKey(LinesModule.word)]
    ) { section, _ in Lines(word: section[LinesModule.word]) }
}

enum LinesModule {
    static let word = Key("word", .word, default: "line", "The word at the beginning of each line.")
}
