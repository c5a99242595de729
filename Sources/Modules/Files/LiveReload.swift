// Pages that load themselves anew when something below the root changes: a script in them, and a stream of events that
// tells it (livereload = yes).

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import Synchronization
import Threads

/// The events of one handler and those who listen.
///
/// A thread of its own waits for changes. It also lets go of the listeners when the server stops or has another
/// configuration, which would otherwise wait for them.
final class LiveReload: Sendable {
    /// What a listener is told.
    private enum Event: Sendable {
        case change(String)
        /// Nothing happened for a while: whether the client is there still shows by writing.
        case nothing
    }

    private struct State {
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
        var last = 0
        var changes = 0
        var isStopped = false
    }

    private let root: RootDirectory
    private let showsHidden: Bool
    private let context: ModuleContext
    /// What the numbers of changes of this handler begin with, so that those of another are not taken for its own.
    private let epoch = String(UInt64.random(in: .min ... .max), radix: 36)
    private let state = Mutex(State())

    private static let eventsName = ".livereload"
    private static let scriptName = ".livereload.js"
    /// In milliseconds.
    private static let tick: CInt = 500
    /// In ticks.
    private static let heartbeat = 30

    init(_ root: RootDirectory, showsHidden: Bool, _ context: ModuleContext) {
        self.root = root
        self.showsHidden = showsHidden
        self.context = context
    }

    /// Begins to watch.
    func start() throws {
        try Thread(name: "livereload") { [self] in watch() }.detach()
    }

    /// Ends the streams, and soon after that the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        endStreams()
    }

    // MARK: - Changes

    private func watch() {
        do throws(FileFailure) {
            let watch = try FolderWatch(root, showsHidden: showsHidden)
            wait(with: watch)
        } catch {
            context.logger.error("livereload can't watch its folder.", metadata: ["error": "\(error)"])
        }
    }

    private func wait(with watch: FolderWatch) {
        var ticks = 0
        var generation = context.server.status.generation
        while !state.withLock({ $0.isStopped }) {
            ticks += 1
            if watch.waitBlocking(milliseconds: Self.tick) {
                tell {
                    $0.changes += 1
                } _: {
                    .change($0)
                }
            } else if ticks % Self.heartbeat == 0 {
                tell { _ in
                } _: { _ in
                    .nothing
                }
            }
            let status = context.server.status
            if status.isStopping || status.generation != generation { endStreams() }
            generation = status.generation
        }
    }

    private func tell(_ change: (inout State) -> Void, _ event: (String) -> Event) {
        state.withLock { state in
            change(&state)
            for listener in state.listeners.values { listener.yield(event(id(state.changes))) }
        }
    }

    private func endStreams() {
        state.withLock { state in
            for listener in state.listeners.values { listener.finish() }
            state.listeners = [:]
        }
    }

    private func id(_ changes: Int) -> String { "\(epoch)-\(changes)" }

    // MARK: - Answers

    /// The answer to a request for the script or the events; nil for another.
    func response(to request: Request, at path: RequestedPath) -> Response? {
        if path.relative.elementsEqual(Self.eventsName.utf8) { return events(for: request) }
        guard path.relative.elementsEqual(Self.scriptName.utf8) else { return nil }
        var response = Response.text(
            Self.script(
                Self.address(Self.eventsName, request.mount), seen: state.withLock { id($0.changes) }),
            type: "text/javascript; charset=utf-8")
        response.fields[.cacheControl] = "no-cache"
        response.fields[.xContentTypeOptions] = "nosniff"
        return response
    }

    /// HTML living standard §9.2: server-sent events.
    private func events(for request: Request) -> Response {
        let fields: ResponseFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        let seen =
            HTTPField.Name("Last-Event-ID").flatMap { request.fields[$0] } ?? Self.seen(by: request.target)
        return Response(
            .ok, fields: fields,
            body: .stream(length: nil) { [self] writer in
                try await send(to: writer, seen: seen)
                return nil
            })
    }

    /// The last change before the script was sent; nil if the address doesn't say.
    private static func seen(by target: RequestTarget) -> String? {
        do throws(HTTPSyntaxError) {
            return try target.queryItems["seen"]
        } catch {
            // More fields than anyone needs: no script of ours asks so.
            return nil
        }
    }

    private func send(to writer: BodyWriter, seen: String?) async throws {
        let (stream, listener) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1))
        let (number, current) = state.withLock { state in
            state.last += 1
            if state.isStopped { listener.finish() } else { state.listeners[state.last] = listener }
            return (state.last, id(state.changes))
        }
        defer { state.withLock { $0.listeners[number] = nil } }
        try await writer.write("retry: 500\n\n")
        // Something changed while the client was away.
        let name = seen == nil || seen == current ? "hello" : "change"
        try await writer.write(Self.event(name, current))
        for await event in stream {
            switch event {
            case .change(let id): try await writer.write(Self.event("change", id))
            case .nothing: try await writer.write(":\n\n")
            }
        }
    }

    private static func event(_ name: String, _ id: String) -> String {
        "event: \(name)\nid: \(id)\ndata: \(id)\n\n"
    }

    private static func address(_ name: String, _ mount: String) -> String {
        "\(linkPrefix(mount))/\(name)"
    }

    /// - Parameter seen: The last change so far: one that comes before the page listens is told at once.
    private static func script(_ address: String, seen: String) -> String {
        """
        (() => {
          const events = new EventSource("\(address)?seen=\(seen)");
          events.addEventListener("change", () => location.reload());
          addEventListener("pagehide", () => events.close());
        })();

        """
    }

    // MARK: - Pages

    /// A page with the script, before the end of its body if it has one.
    static func inject(into page: [UInt8], mount: String) -> [UInt8] {
        let element = Array("<script src=\"\(address(scriptName, mount))\"></script>\n".utf8)
        let mark = Array("</body".utf8)
        let start =
            page.count < mark.count
            ? nil
            : (0...page.count - mark.count).last { start in
                page[start] == mark[0]
                    && zip(page[start...], mark).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
            }
        let place = start ?? page.count
        return Array(page[..<place]) + element + Array(page[place...])
    }
}
