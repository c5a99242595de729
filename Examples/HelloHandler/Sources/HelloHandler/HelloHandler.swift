// The module `hello`: it greets, in the words of its section.

import HandlerKit

/// Greets whom the path names, `/hello/Ada`, or whoever asks.
struct HelloHandler: Handler {
    let greeting: String

    func respond(to request: Request) async throws -> Response {
        let name = request.subpath.dropFirst()
        return .text("\(greeting), \(name.isEmpty ? request.connection.remote.host[...] : name)!\n")
    }
}
