import Files
import HandlerTesting
import SystemPackage
import Testing

extension RootDirectory {
    fileprivate func open(_ name: String, links: SymbolicLinks = .inside) throws(FileFailure) -> OpenFile {
        let bytes = Array(name.utf8)
        return try open(bytes.span, links: links, mayBlock: true)
    }

    fileprivate func status(_ name: String) throws(FileFailure) -> FileStatus {
        let bytes = Array(name.utf8)
        return try status(of: bytes.span, mayBlock: true)
    }

    fileprivate func refusal(_ name: String, links: SymbolicLinks = .inside) -> FileFailure.Code? {
        do throws(FileFailure) {
            _ = try open(name, links: links)
            return nil
        } catch {
            return error.code
        }
    }
}

struct RootDirectoryTests {
    let folder: TemporaryFolder
    let root: RootDirectory

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("outside", to: "secret")
        try folder.write("inside", to: "root/sub/page")
        root = try RootDirectory(folder.path.appending("root"))
    }

    @Test("A file below the root opens, and its status is the file's")
    func opensFile() throws {
        let file = try root.open("sub/page")
        #expect(file.status.kind == .regular)
        #expect(file.status.size == 6)
        #expect(try file.readBlocking(count: 100, at: 0) == Array("inside".utf8))
        #expect(try file.readBlocking(count: 2, at: 4) == Array("de".utf8))
        #expect(try file.readBlocking(count: 2, at: 6) == [])
    }

    @Test("A fresh file is in memory: reading it never waits")
    func readsFromMemory() throws {
        let file = try root.open("sub/page")
        var buffer = [UInt8](repeating: 0, count: 16)
        var span = buffer.mutableSpan
        #expect(try file.read(into: &span, at: 0) == 6)
        #expect(buffer.prefix(6) == Array("inside".utf8)[...])
    }

    @Test("The empty path is the root itself")
    func opensRoot() throws {
        #expect(try root.open("").status.kind == .directory)
    }

    @Test(
        "openat2(2) RESOLVE_BENEATH: no path leads out of the root",
        arguments: ["../secret", "sub/../../secret", "/etc/passwd", ".."])
    func containsPaths(_ path: String) {
        #expect(root.refusal(path) == .outside)
    }

    @Test("Links that stay inside are followed, unless none may be")
    func linksInside() throws {
        try folder.link("root/link", to: "sub/page")
        #expect(try root.open("link").status.size == 6)
        #expect(root.refusal("link", links: .none) == .notFound)
    }

    @Test(
        "Links that lead out are refused",
        arguments: ["../secret", "/etc/passwd", "/proc/self/root/etc/passwd"])
    func linksOutside(_ target: String) throws {
        try folder.link("root/link", to: target)
        #expect(root.refusal("link") == .outside)
    }

    @Test("A FIFO is never opened")
    func fifo() throws {
        try folder.makeFIFO("root/pipe")
        #expect(root.refusal("pipe") == .notRegular)
    }

    @Test("What is missing is not found", arguments: ["none", "sub/none", "sub/page/below", "sub/\0page"])
    func missing(_ path: String) {
        #expect(root.refusal(path) == .notFound)
    }

    @Test("Entries have names, kinds and sizes; links say so")
    func entries() throws {
        try folder.link("root/broken", to: "nowhere")
        let entries = try root.open("").entriesBlocking().sorted {
            $0.name.lexicographicallyPrecedes($1.name)
        }
        #expect(entries.map { String(decoding: $0.name, as: UTF8.self) } == ["broken", "sub"])
        #expect(entries.map(\.status.kind) == [.symbolicLink, .directory])
        #expect(entries.map(\.isLink) == [true, false])
    }

    @Test("The status of a path is that of the file that opens there")
    func status() throws {
        let opened = try root.open("sub/page").status
        #expect(try root.status("sub/page") == opened)
        try folder.setMode(0o600, of: "root/sub/page")
        #expect(try root.status("sub/page") != opened, "a change of mode is a change")
    }

    @Test("The status of what lies outside is not told, be it of a file that lay inside")
    func statusOutside() throws {
        let opened = try root.open("sub/page").status
        try folder.move("root/sub", to: "moved")
        try folder.link("root/sub", to: "../moved")
        #expect(throws: FileFailure.self) { try root.status("sub/page") }
        #expect(opened.size == 6)
    }

    @Test("A status is settled once its last change is older than an age")
    func settled() throws {
        let status = try root.open("sub/page").status
        #expect(!status.isSettled(for: 3_600))
        #expect(status.isSettled(for: -1))
    }
}
