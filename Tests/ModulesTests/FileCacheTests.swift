import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Synchronization
import SystemPackage
import Testing
import Threads

@testable import Modules

/// A site whose handler keeps files as soon as they are read, so that tests need not wait for them to settle.
struct EagerSite {
    let site: Site
    let handler: FileHandler

    init(
        _ files: [String: String], settleSeconds: Int64 = -1, cacheBytes: Int = 1 << 20,
        compression: CompressionRule? = nil, applicationPage: String? = nil, usesOpenat2: Bool = true
    ) throws {
        site = try Site(files)
        var settings = FileSettings(
            index: [Array("index.html".utf8), Array("index.htm".utf8)], lists: true, showsHidden: false,
            links: .inside, types: ContentTypes())
        settings.settleSeconds = settleSeconds
        settings.cacheBytes = cacheBytes
        settings.compression = compression
        settings.applicationPage = applicationPage.map { Array($0.utf8) }
        let root = try RootDirectory(site.folder["root"], usesOpenat2: usesOpenat2)
        handler = FileHandler(root: root, settings: settings, blocking: BlockingPool(threads: 1))
    }

    var folder: TemporaryFolder { site.folder }

    func get(_ target: String, _ fields: HTTPFields = [:]) async throws -> TestResponse {
        try await respond(handler, to: .make(.get, target, fields: fields))
    }

    /// Asks for a file, and has it kept as if it had been read in a minute: what is kept counts for a second.
    func keep(_ target: String) async throws -> TestResponse {
        let response = try await get(target)
        try keep(target, madeAt: .current() + .seconds(60))
        #expect(try isAnsweredAtOnce(target), "nothing was kept, so this test would prove nothing")
        return response
    }

    func keep(_ target: String, madeAt: MonotonicInstant) throws {
        let path = try Request.make(.get, target).target.path
        let entry = try #require(handler.cache[path]?.entry)
        handler.cache.insert(
            FileCache.Entry(
                path: entry.path, facts: entry.facts, content: entry.content, neighbours: entry.neighbours,
                isCompressed: entry.isCompressed, encoded: entry.encoded, madeAt: madeAt), for: path)
    }

    func isAnsweredAtOnce(_ target: String) throws -> Bool {
        try handler.answerAtOnce(to: .make(.get, target)) != nil
    }

    /// Makes a change again and again until the kernel's clock has ticked, so that its time differs.
    func change(_ path: String, _ change: () throws -> Void) throws {
        let before = try status(path)
        repeat { try change() } while try status(path) == before
    }

    private func status(_ path: String) throws -> FileStatus? {
        let bytes = Array(path.utf8)
        do throws(FileFailure) {
            return try handler.root.status(of: bytes.span, mayBlock: true)
        } catch  where error.code == .notFound {
            return nil
        }
    }
}

/// Two contents of one size: of files that are kept in memory, and of those that are kept open.
private struct Versions: CustomTestStringConvertible {
    let one: String
    let two: String
    let testDescription: String

    static let all = [
        Versions(one: "one", two: "two", testDescription: "small"),
        Versions(
            one: String(repeating: "1", count: 100_000), two: String(repeating: "2", count: 100_000),
            testDescription: "large"),
    ]
}

/// Whether a file is still being replaced.
private final class Replacement: Sendable {
    let isDone = Atomic(false)
}

@Suite("files: what is kept in memory is never stale", .timeLimit(.minutes(1)))
struct FileCacheTests {
    @Test(
        "A kept file is answered as a fresh one is, conditions and ranges too",
        arguments: ["", Versions.all[1].one])
    func same(rest: String) async throws {
        let eager = try EagerSite(["a.txt": "0123456789" + rest])
        let fresh = try await eager.keep("/a.txt")
        let kept = try await eager.get("/a.txt")
        #expect(kept.fields == fresh.fields)
        #expect(kept.body == fresh.body)
        #expect(try await eager.get("/a.txt", [.range: "bytes=1-2"]).text == "12")
        let etag = try #require(kept.fields[.eTag])
        #expect(try await eager.get("/a.txt", [.ifNoneMatch: etag]).status == .notModified)
        #expect(try await eager.get("/a.txt", [.range: "bytes=200000-"]).status == .rangeNotSatisfiable)
    }

    @Test("A file that changed a moment ago is not kept: another change could hide in the same tick")
    func unsettled() async throws {
        let eager = try EagerSite(["a.txt": "one"], settleSeconds: 2)
        #expect(try await eager.get("/a.txt").text == "one")
        #expect(eager.handler.cache.count == 0)
    }

    @Test("Edited in place, same size", arguments: Versions.all)
    private func editedInPlace(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one])
        _ = try await eager.keep("/a.txt")
        try eager.change("a.txt") { try eager.folder.write(versions.two, to: "root/a.txt") }
        #expect(try await eager.get("/a.txt").text == versions.two)
    }

    @Test("Edited in place, same size, and the time set back", arguments: Versions.all)
    private func timeSetBack(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one])
        try eager.folder.setModificationTime(1_000, of: "root/a.txt")
        _ = try await eager.keep("/a.txt")
        try eager.change("a.txt") {
            try eager.folder.write(versions.two, to: "root/a.txt")
            try eager.folder.setModificationTime(1_000, of: "root/a.txt")
        }
        #expect(try await eager.get("/a.txt").text == versions.two)
    }

    @Test("Replaced by a rename", arguments: Versions.all)
    private func renamed(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one, "b.txt": versions.two])
        _ = try await eager.keep("/a.txt")
        try eager.folder.move("root/b.txt", to: "root/a.txt")
        #expect(try await eager.get("/a.txt").text == versions.two)
    }

    @Test("Replaced by an older file of the same size and time", arguments: Versions.all)
    private func older(_ versions: Versions) async throws {
        let eager = try EagerSite(["b.txt": versions.two, "a.txt": versions.one])
        for name in ["a", "b"] { try eager.folder.setModificationTime(1_000, of: "root/\(name).txt") }
        _ = try await eager.keep("/a.txt")
        try eager.folder.move("root/b.txt", to: "root/a.txt")
        #expect(try await eager.get("/a.txt").text == versions.two)
    }

    @Test("Deleted, and a folder in its place", arguments: Versions.all)
    private func deleted(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one])
        _ = try await eager.keep("/a.txt")
        try eager.folder.delete("root/a.txt")
        #expect(try await eager.get("/a.txt").status == .notFound)
        try eager.folder.makeFolder("root/a.txt")
        #expect(try await eager.get("/a.txt").status == .movedPermanently)
    }

    @Test("A change of mode lets go of it")
    func mode() async throws {
        let eager = try EagerSite(["a.txt": "one"])
        _ = try await eager.keep("/a.txt")
        let before = eager.handler.cache["/a.txt"]?.entry
        try eager.change("a.txt") { try eager.folder.setMode(0o600, of: "root/a.txt") }
        _ = try await eager.get("/a.txt")
        #expect(eager.handler.cache["/a.txt"]?.entry !== before)
    }

    @Test("The file swapped for a link to the outside", arguments: Versions.all)
    private func linkOutside(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one])
        _ = try await eager.keep("/a.txt")
        try eager.folder.delete("root/a.txt")
        try eager.folder.link("root/a.txt", to: "../secret.txt")
        #expect(try await eager.get("/a.txt").status == .notFound)
    }

    @Test(
        "Its folder moved outside and a link in its place: the same file, unchanged, but no longer inside",
        arguments: Versions.all)
    private func folderOutside(_ versions: Versions) async throws {
        let eager = try EagerSite(["d/a.txt": versions.one])
        _ = try await eager.keep("/d/a.txt")
        try eager.folder.move("root/d", to: "moved")
        try eager.folder.link("root/d", to: "../moved")
        #expect(try await eager.get("/d/a.txt").status == .notFound)
    }

    @Test("A link inside that is turned to another file", arguments: Versions.all)
    private func linkTurned(_ versions: Versions) async throws {
        let eager = try EagerSite(["one.txt": versions.one, "two.txt": versions.two])
        try eager.folder.link("root/a.txt", to: "one.txt")
        // Not answered at once: the kernel may have to read where a link leads.
        _ = try await eager.get("/a.txt")
        #expect(eager.handler.cache.count == 1)
        try eager.folder.delete("root/a.txt")
        try eager.folder.link("root/a.txt", to: "two.txt")
        #expect(try await eager.get("/a.txt").text == versions.two)
    }

    @Test("A FIFO in its place is not found, and nobody waits for its other end", arguments: Versions.all)
    private func fifo(_ versions: Versions) async throws {
        let eager = try EagerSite(["a.txt": versions.one])
        _ = try await eager.keep("/a.txt")
        try eager.folder.delete("root/a.txt")
        try eager.folder.makeFIFO("root/a.txt")
        #expect(try await eager.get("/a.txt").status == .notFound)
    }

    @Test("The page of an application is kept for all of its paths, and changes with its file")
    func applicationPage() async throws {
        let eager = try EagerSite(["index.html": "one"], applicationPage: "index.html")
        let navigation: HTTPFields = [.accept: "text/html"]
        let fresh = try await eager.get("/users/1", navigation)
        #expect(eager.handler.cache.count == 1)
        let kept = try await eager.get("/users/2", navigation)
        #expect(kept.text == "one")
        #expect(kept.fields == fresh.fields)
        #expect(eager.handler.cache.count == 1)
        try eager.change("index.html") { try eager.folder.write("two", to: "root/index.html") }
        #expect(try await eager.get("/users/1", navigation).text == "two")
    }

    @Test("An index file that comes up before the one that was served")
    func index() async throws {
        let eager = try EagerSite(["d/index.htm": "second", "e/index.html": "first"])
        #expect(try await eager.get("/d/").text == "second")
        #expect(try await eager.get("/d/").text == "second")
        try eager.folder.write("first", to: "root/d/index.html")
        #expect(try await eager.get("/d/").text == "first")
        _ = try await eager.keep("/e/")
        try eager.folder.delete("root/e/index.html")
        #expect(try await eager.get("/e/").status == .ok)
        #expect(try await eager.get("/e/").text == "")
    }

    @Test(
        "While a file is replaced over and over, every answer is one whole version",
        arguments: [10_000, 100_000])
    func replacedUnderLoad(size: Int) async throws {
        let versions = ["a", "b"].map { String(repeating: $0, count: size) }
        let eager = try EagerSite(["a.txt": versions[0]])
        let handler = eager.handler
        let replacement = Replacement()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var answers = 0
                    repeat {
                        let text = try await respond(handler, to: .make(.get, "/a.txt")).text
                        #expect(versions.contains(text))
                        answers += 1
                        // A test has as many threads as there are cores; whoever replaces needs one, too.
                        await Task.yield()
                    } while !replacement.isDone.load(ordering: .relaxed)
                    return answers
                }
            }
            for turn in 1...200 {
                try eager.folder.write(versions[turn % 2], to: "root/new")
                try eager.folder.move("root/new", to: "root/a.txt")
                #expect(try await eager.get("/a.txt").text == versions[turn % 2])
                let part = try await eager.get("/a.txt", [.range: "bytes=5-6"])
                #expect(versions[turn % 2].hasPrefix(part.text))
                #expect(part.text.count == 2)
            }
            replacement.isDone.store(true, ordering: .relaxed)
            for try await answers in group { #expect(answers > 0) }
        }
    }

    @Test("Two spellings of one name are two files")
    func spellings() async throws {
        let eager = try EagerSite(["\u{E9}": "composed"])
        try eager.folder.write("decomposed", to: "root/e\u{301}")
        #expect(try await eager.keep("/%C3%A9").text == "composed")
        #expect(try await eager.keep("/e%CC%81").text == "decomposed")
        #expect(try await eager.get("/%C3%A9").text == "composed")
        #expect(eager.handler.cache.count == 2)
    }

    @Test("The contents stay within their bound, whatever is asked for")
    func bounded() async throws {
        let files = Dictionary(
            uniqueKeysWithValues: (0..<20).map { ("\($0).txt", String(repeating: "x", count: 1_000)) })
        let eager = try EagerSite(files, cacheBytes: 10_000)
        for name in files.keys { #expect(try await eager.get("/\(name)").status == .ok) }
        #expect(eager.handler.cache.count == 10_000 / 2_024)
    }

    @Test("A kept neighbour goes with its file: changed, deleted, or older than the file by now")
    func neighbours() async throws {
        let eager = try EagerSite(["a.txt": "plain", "a.txt.gz": "one"])
        try eager.folder.setModificationTime(1_000, of: "root/a.txt")
        let fields: HTTPFields = [.acceptEncoding: "gzip"]
        for _ in 0..<2 { #expect(try await eager.get("/a.txt", fields).text == "one") }
        #expect(eager.handler.cache["/a.txt"]?.entry.encoded.count == 1)
        #expect(try await eager.get("/a.txt").text == "plain")
        try eager.change("a.txt.gz") { try eager.folder.write("two", to: "root/a.txt.gz") }
        for _ in 0..<2 { #expect(try await eager.get("/a.txt", fields).text == "two") }
        try eager.folder.setModificationTime(2_000, of: "root/a.txt.gz")
        try eager.folder.write("PLAIN", to: "root/a.txt")
        #expect(try await eager.get("/a.txt", fields).text == "PLAIN")
        try eager.folder.write("three", to: "root/a.txt.gz")
        try eager.folder.setModificationTime(4_000_000_000, of: "root/a.txt.gz")
        eager.handler.cache.remove("/a.txt")
        for _ in 0..<2 { #expect(try await eager.get("/a.txt", fields).text == "three") }
        try eager.folder.delete("root/a.txt.gz")
        #expect(try await eager.get("/a.txt", fields).text == "PLAIN")
    }

    @Test("What was compressed is kept as long as its file is the same")
    func compressed() async throws {
        let text = String(repeating: "one ", count: 1_000)
        let eager = try EagerSite(["a.txt": text], compression: CompressionRule())
        let fields: HTTPFields = [.acceptEncoding: "gzip"]
        let first = try await eager.get("/a.txt", fields)
        #expect(first.fields[.contentEncoding] == "gzip")
        #expect(eager.handler.cache["/a.txt"]?.entry.encoded.count == 1)
        #expect(try await eager.get("/a.txt", fields).body == first.body)
        #expect(try await eager.get("/a.txt").text == text)
        try eager.change("a.txt") {
            try eager.folder.write(text.replacing("one", with: "two"), to: "root/a.txt")
        }
        #expect(try await eager.get("/a.txt", fields).body != first.body)
    }
}
