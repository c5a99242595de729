import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import Synchronization
import SystemPackage
import Testing
import Threads

@testable import Modules

@Suite("files: large files", .timeLimit(.minutes(1)))
struct LargeFileTests {
    /// What was answered, and whether the editing has ended.
    private final class Answers: Sendable {
        let seen = Mutex<[(tag: String, text: String)]>([])
        let isDone = Atomic(false)

        var count: Int { seen.withLock { $0.count } }
    }

    @Test("A file of more than 64 KiB is not kept in memory, but open, with what is said of it")
    func large() async throws {
        let eager = try EagerSite(["a.txt": String(repeating: "1", count: 65_537)])
        _ = try await eager.keep("/a.txt")
        let entry = try #require(eager.handler.cache["/a.txt"]?.entry)
        #expect(!entry.isInMemory && entry.cost < 2_000)
        #expect(try await eager.get("/a.txt").length == 65_537)
        #expect(try await eager.get("/a.txt", [.range: "bytes=65536-"]).text == "1")
        #expect(eager.handler.cache["/a.txt"]?.entry === entry)
    }

    @Test(
        "A part of a large file is of the version that is there now", arguments: ["rename", "edit", "delete"])
    func largePart(change: String) async throws {
        let two = Self.content(20)
        let eager = try EagerSite(["a.txt": Self.content(10), "b.txt": two])
        _ = try await eager.keep("/a.txt")
        #expect(try await eager.get("/a.txt", [.range: "bytes=5-6"]).text == "10")
        try eager.change("a.txt") {
            switch change {
            case "rename": try eager.folder.move("root/b.txt", to: "root/a.txt")
            case "edit": try eager.folder.write(two, to: "root/a.txt")
            default: try eager.folder.delete("root/a.txt")
            }
        }
        let part = try await eager.get("/a.txt", [.range: "bytes=5-6"])
        #expect(change == "delete" ? part.status == .notFound : part.text == "20")
    }

    @Test("A large file is closed a second after it was opened")
    func closed() async throws {
        let eager = try EagerSite(["a.txt": Self.content(10), "b.txt": "small"])
        for name in ["a", "b"] { _ = try await eager.keep("/\(name).txt") }
        let cache = eager.handler.cache
        let madeAt = try #require(cache["/a.txt"]?.entry.madeAt)
        #expect(cache.closeOld(madeAt + .milliseconds(999)))
        #expect(cache.count == 2)
        #expect(!cache.closeOld(madeAt + .seconds(1)))
        #expect(cache["/a.txt"] == nil && cache["/b.txt"] != nil)
    }

    // Time is the subject; the suite's limit ends it.
    @Test("Nobody has to ask for it, the second time either")
    func closedByItself() async throws {
        let eager = try EagerSite(["a.txt": Self.content(10)])
        for _ in 0..<2 {
            _ = try await eager.get("/a.txt")
            #expect(eager.handler.cache.count == 1)
            while eager.handler.cache.count > 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test("No more large files are kept open than the bound says; the others are served too")
    func openFiles() async throws {
        let names = (0..<(FileCache.mostOpen + 3)).map { "\($0).txt" }
        let eager = try EagerSite(Dictionary(uniqueKeysWithValues: names.map { ($0, Self.content(10)) }))
        let cache = eager.handler.cache
        // As many as there may be, as if each had been read in a minute.
        _ = try await eager.keep("/0.txt")
        // Keeping it has replaced it, and what is replaced is open until it is closed.
        #expect(cache.closeOld(.current()))
        let entry = try #require(cache["/0.txt"]?.entry)
        for name in names.dropFirst(4) { cache.insert(entry, for: "/kept/\(name)") }
        for name in names {
            #expect(try await eager.get("/\(name)", [.range: "bytes=5-6"]).text == "10")
            #expect(cache.count == FileCache.mostOpen)
        }
    }

    @Test("While a file is edited in place, no part is newer than its tag", arguments: 0..<20)
    func neverNewer(round _: Int) async throws {
        let eager = try EagerSite(["a.txt": Self.content(10), "tick": ""])
        let handler = eager.handler
        let answers = Answers()
        var tags: [String: Int] = [:]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    while !answers.isDone.load(ordering: .relaxed) {
                        try Task.checkCancellation()
                        // An answer that is cut short is one that says so.
                        let response = try? await respond(
                            handler, to: .make(.get, "/a.txt", fields: [.range: "bytes=5-6"]))
                        if let response, response.status == .partialContent {
                            let tag = try #require(response.fields[.eTag])
                            answers.seen.withLock { $0.append((tag, response.text)) }
                        }
                        // A test has as many threads as there are cores; whoever edits needs one, too.
                        await Task.yield()
                    }
                }
            }
            let file = try FileDescriptor.open(eager.folder["root/a.txt"], .writeOnly)
            // What was written can be read already.
            defer { try? file.close() }
            for version in 11..<100 {
                try file.writeAll(toAbsoluteOffset: 5, "\(version)".utf8)
                let tag = try #require(try await eager.get("/a.txt").fields[.eTag])
                tags[tag] = version
                let wanted = answers.count + 3
                while answers.count < wanted {
                    try Task.checkCancellation()
                    await Task.yield()
                }
                // The next edit must not fall into the same tick of the kernel's clock.
                try eager.waitForTick()
            }
            answers.isDone.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        let seen = answers.seen.withLock { $0 }
        #expect(seen.contains { tags[$0.tag] != nil })
        for (tag, text) in seen {
            if let version = tags[tag] { #expect(try #require(Int(text)) <= version) }
        }
    }

    @Test("Where nothing can be looked at without waiting, no file stays open, and parts are right")
    func withoutOpenat2() async throws {
        let eager = try EagerSite(["a.txt": Self.content(10)], usesOpenat2: false)
        for version in 11..<14 {
            #expect(try await eager.get("/a.txt", [.range: "bytes=5-6"]).text == "\(version - 1)")
            #expect(eager.handler.cache.count == 0)
            try eager.folder.write(Self.content(version), to: "root/a.txt")
        }
    }

    private static func content(_ version: Int) -> String {
        "12345\(version)" + String(repeating: "x", count: 100_000)
    }
}

extension EagerSite {
    /// Waits until a file that is written now is newer than all that were written before.
    fileprivate func waitForTick() throws {
        try change("tick") { try folder.write("x", to: "root/tick") }
        try change("tick") { try folder.write("x", to: "root/tick") }
    }
}
