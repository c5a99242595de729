import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Synchronization
import SystemPackage
import Testing

@testable import Modules

private let element = #"<script src="/.livereload.js"></script>"# + "\n"

@Suite("files: pages that load themselves anew", .timeLimit(.minutes(1)))
struct LiveReloadTests {
    private let section = "livereload = yes"

    @Test(
        "livereload = yes: a script is put before the end of a page's body, or at its end",
        arguments: [
            ("<p>x</p></body></html>", "<p>x</p>\(element)</body></html>"),
            ("<p>x</p></BODY >", "<p>x</p>\(element)</BODY >"), ("<p>x", "<p>x\(element)"), ("", element),
            ("</body></body>", "</body>\(element)</body>"), ("</bo", "</bo\(element)"),
        ])
    func injects(_ page: String, _ injected: String) async throws {
        let site = try Site(["a.html": page])
        let response = try await site.get("/a.html", section: section)
        #expect(response.text == injected)
        #expect(response.length == UInt64(injected.utf8.count))
        #expect(try await site.get("/a.html").text == page)
    }

    @Test(
        "Nothing else gets it: no other type, no page of the server's own",
        arguments: ["/a.js", "/a.txt", "/none", "/d/"])
    func others(_ target: String) async throws {
        let site = try Site(["a.js": "x</body>", "a.txt": "x", "d/x": ""])
        let response = try await site.get(target, [.accept: "text/html"], section: section)
        #expect(!response.text.contains("livereload"))
    }

    @Test("RFC 9110 §8.8.3: the page with the script has a tag of its own, which conditions and ranges go by")
    func tag() async throws {
        let site = try Site(["a.html": "0123456789"])
        let plain = try #require(try await site.get("/a.html").fields[.eTag])
        let injected = try await site.get("/a.html", section: section)
        let tag = try #require(injected.fields[.eTag])
        #expect(tag != plain)
        #expect(try await site.get("/a.html", [.ifNoneMatch: tag], section: section).status == .notModified)
        #expect(try await site.get("/a.html", [.ifNoneMatch: plain], section: section).status == .ok)
        let range = try await site.get("/a.html", [.range: "bytes=9-16", .ifRange: tag], section: section)
        #expect(range.text == "9<script")
        #expect(range.fields[.contentRange] == "bytes 9-16/\(injected.body.count)")
    }

    @Test("A neighbour would lack the script, and is not sent")
    func neighbour() async throws {
        let site = try Site(["a.html": "x"])
        try site.folder.write("gz", to: "root/a.html.gz")
        #expect(
            try await site.get("/a.html", [.acceptEncoding: "gzip"], section: section).text == "x" + element)
    }

    @Test("The script asks for the events of its own handler")
    func script() async throws {
        let handler = try Site().handler(section)
        let response = try await respond(handler, to: .make(.get, "/a%20b/.livereload.js", mount: "/a b"))
        #expect(response.fields[.contentType] == "text/javascript; charset=utf-8")
        #expect(response.text.contains(#"new EventSource("/a%20b/.livereload?seen="#))
        #expect(try await Site().get("/.livereload.js").status == .notFound)
    }

    @Test("HTML §9.2: a change below the root is an event; hidden names are none")
    func events() async throws {
        let site = try Site(["d/a.css": "x"])
        let handler = try #require(try site.handler(section) as? FileHandler)
        try handler.start()
        defer { handler.stop() }
        let sink = EventSink()
        let response = try await handler.respond(to: .make(.get, "/.livereload"))
        #expect(response.fields[.contentType] == "text/event-stream")
        guard case .stream(_, let write) = response.body else { throw BodyFailure(.malformed) }
        async let end = write(BodyWriter(sink))
        try await sink.wait(for: { $0.contains("event: hello") })
        // The thread may not watch yet: a change is made until one is seen.
        try await sink.wait(for: { $0.contains("event: change") }) {
            try site.folder.write("y", to: "root/.hidden/a")
            try site.folder.write("y", to: "root/d/a.css")
        }
        let count = sink.events
        try await sink.wait(for: { $0.count(of: "event: change") > count }) {
            try site.folder.write("y", to: "root/new/folder/a.css")
        }
        handler.stop()
        _ = try await end
    }

    @Test("Who comes back after a change is told of it")
    func missed() async throws {
        let handler = try #require(try Site().handler(section) as? FileHandler)
        let name = try #require(HTTPField.Name("Last-Event-ID"))
        handler.stop()
        let missed = try await respond(handler, to: .make(.get, "/.livereload", fields: [name: "other-1"]))
        #expect(missed.text.contains("event: change"))
        let id = try #require(missed.text.split(separator: "id: ").last?.prefix { $0 != "\n" })
        let current = try await respond(handler, to: .make(.get, "/.livereload", fields: [name: String(id)]))
        #expect(current.text.contains("event: hello") && !current.text.contains("event: change"))
    }

    @Test("A page whose file changed after its script was sent, and before it listens, is told of it")
    func missedMeanwhile() async throws {
        let handler = try #require(try Site().handler(section) as? FileHandler)
        handler.stop()
        let script = try await respond(handler, to: .make(.get, "/.livereload.js")).text
        let address = try #require(script.split(separator: "\"").first { $0.hasPrefix("/.livereload") })
        let current = try await respond(handler, to: .make(.get, String(address)))
        #expect(current.text.contains("event: hello") && !current.text.contains("event: change"))
        let missed = try await respond(handler, to: .make(.get, "/.livereload?seen=other-1"))
        #expect(missed.text.contains("event: change"))
    }
}

/// What was sent so far.
private final class EventSink: BodySink, Sendable {
    private let text = Mutex("")

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }

    var events: Int { text.withLock { $0 }.count(of: "event: change") }

    /// Waits for what the thread of the handler tells; in between something may be done.
    func wait(for isDone: (String) -> Bool, doing: () throws -> Void = {}) async throws {
        while !text.withLock({ isDone($0) }) {
            try doing()
            await Task.yield()
        }
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
