// The module `probe`: each path below its own is another way to treat a request, most of them wrong.

import Configuration
import HTTPTypes
import HandlerKit
import Logging

extension ModuleDescriptor {
    /// Behaves as its path says.
    static let probe = ModuleDescriptor(name: "probe", summary: "Behaves as its path says.") {
        (_, context) throws(ConfigurationFailure) in ProbeHandler(context: context)
    }
}

/// What a handler does that is slow, endless or broken.
struct ProbeHandler: Handler {
    let context: ModuleContext
    let methods: [HTTPRequest.Method] = [.get, .head, .post]

    private var logger: Logger { context.logger }

    func respond(to request: Request) async throws -> Response {
        switch request.subpath {
        case "/wait": try await wait()
        case "/count": try await count(request.body)
        case "/mirror": mirror(request.body)
        case "/endless": endless()
        case "/cookie": .text("\(request.fields[.cookie] ?? "none")\n")
        case "/trailers": .init(body: .stream(length: nil, trailers))
        case "/few": stream(of: 10) { try await $0.write("few") }
        case "/many": stream(of: 3) { try await $0.write("many") }
        case "/hushed":
            stream(of: 6) { writer in
                try await writer.write("few")
                // Its failure is the handler's own secret.
                try? await writer.write("and many")
            }
        case "/throw":
            stream(of: nil) { writer in
                try await writer.write("some")
                throw ProbeFailure()
            }
        case "/throw-behind-head":
            stream(of: nil) { writer in
                try await writer.write("")
                throw ProbeFailure()
            }
        case "/throw-at-once": stream(of: nil) { _ in throw ProbeFailure() }
        case "/fail": throw ProbeFailure()
        case "/inject": Response(fields: [.contentType: "a/b\r\nX-Injected: yes"], body: .bytes([]))
        default: throw HandlerFailure(.notFound)
        }
    }

    /// Never answers; ends when its request does.
    private func wait() async throws -> Response {
        logger.notice("probe waits")
        defer { logger.notice("probe is done", metadata: ["cancelled": "\(Task.isCancelled)"]) }
        try await context.sleep(.seconds(600))
        return .text("waited\n")
    }

    private func count(_ body: RequestBody) async throws -> Response {
        var count = 0
        while let bytes = try await body.next() { count += bytes.count }
        return .text("\(count) bytes\n")
    }

    /// Sends what it is sent, while it is sent it, trailers too.
    private func mirror(_ body: RequestBody) -> Response {
        Response(
            body: .stream(length: nil) { writer in
                while let bytes = try await body.next() { try await writer.write(bytes) }
                return body.trailers
            })
    }

    private func endless() -> Response {
        Response(
            body: .stream(length: nil) { writer in
                var written = 0
                defer { logger.notice("probe wrote \(written) bytes") }
                while true {
                    try await writer.write([UInt8](repeating: 0, count: 16_384))
                    written += 16_384
                }
            })
    }

    private func trailers(_ writer: BodyWriter) async throws -> HTTPFields? {
        try await writer.write("content\n")
        return [.contentDigest: "done"]
    }

    private func stream(
        of length: UInt64?, _ write: @escaping (BodyWriter) async throws -> Void
    ) -> Response {
        Response(
            body: .stream(length: length) { writer in
                try await write(writer)
                return nil
            })
    }
}

extension HTTPField.Name {
    fileprivate static let contentDigest = HTTPField.Name("Content-Digest") ?? .contentType
}

private struct ProbeFailure: Error {}
