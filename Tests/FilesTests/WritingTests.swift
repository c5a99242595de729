import Glibc
import HandlerTesting
import SystemPackage
import Testing

@testable import Files

@Suite("Whole files written below a root")
struct WritingTests {
    private let folder: TemporaryFolder
    private let root: RootDirectory

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("root")
        root = try RootDirectory(folder["root"])
    }

    private func write(_ text: String, to path: String, replacing: RootDirectory.Replacement = .any)
        throws(FileFailure)
        -> String?
    {
        try root.writeBlocking(Array(text.utf8), to: Array(path.utf8), replacing: replacing)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func read(_ path: String) throws -> String {
        let file = try OpenFile(folder["root/" + path])
        return String(decoding: try file.readBlocking(count: Int(file.status.size), at: 0), as: UTF8.self)
    }

    @Test("A file is written, and returns what it replaced")
    func replaces() throws {
        #expect(try write("one", to: "a") == nil)
        #expect(try write("two", to: "a") == "one")
        #expect(try read("a") == "two")
    }

    @Test("Nothing is left beside it")
    func leavesNothing() throws {
        _ = try write("one", to: "a")
        _ = try write("two", to: "a")
        #expect(throws: FileFailure.self) { try write("three", to: "a", replacing: .none) }
        let names = try OpenFile(folder["root"]).entriesBlocking().map {
            String(decoding: $0.name, as: UTF8.self)
        }
        #expect(names == ["a"])
    }

    @Test("renameat2(2) RENAME_NOREPLACE: a file that is there stays")
    func keeps() throws {
        _ = try write("one", to: "a", replacing: .none)
        let failure = #expect(throws: FileFailure.self) { try write("two", to: "a", replacing: .none) }
        #expect(failure?.errno == .fileExists)
        #expect(try read("a") == "one")
    }

    @Test("A file keeps its permissions, and gets the time that it is given")
    func keepsMode() throws {
        try folder.write("one", to: "root/a")
        try folder.setMode(0o640, of: "root/a")
        _ = try root.writeBlocking(Array("two".utf8), to: Array("a".utf8), replacing: .any, modified: (7, 8))
        var status = stat()
        #expect(unsafe stat(folder["root/a"].string, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
        #expect(status.st_mtim.tv_sec == 7)
        #expect(status.st_mtim.tv_nsec == 8)
    }

    @Test("A link that has the name is replaced, not followed")
    func replacesLink() throws {
        try folder.write("secret", to: "outside")
        try folder.link("root/a", to: "../outside")
        #expect(try write("two", to: "a") == nil)
        #expect(try read("a") == "two")
        #expect(try OpenFile(folder["outside"]).readBlocking(count: 9, at: 0) == Array("secret".utf8))
    }

    @Test("What is no file and no link is not replaced", arguments: ["folder", "fifo"])
    func keepsIrregular(_ name: String) throws {
        try folder.write("inside", to: "root/folder/b")
        try folder.makeFIFO("root/fifo")
        let failure = #expect(throws: FileFailure.self) { try write("two", to: name) }
        #expect(failure?.errno == (name == "folder" ? .isDirectory : nil))
        #expect(failure?.code == (name == "folder" ? .other : .notRegular))
        #expect(try folder.names(in: "root") == ["fifo", "folder"])
        #expect(try read("folder/b") == "inside")
        let exists = #expect(throws: FileFailure.self) { try write("two", to: name, replacing: .none) }
        #expect(exists?.errno == .fileExists)
    }

    @Test("No path leads out of the root, through a link neither", arguments: ["../a", "out/a", "in/a"])
    func isContained(_ path: String) throws {
        try folder.makeFolder("root/sub")
        try folder.link("root/out", to: "..")
        try folder.link("root/in", to: "sub")
        #expect(throws: FileFailure.self) { try write("x", to: path) }
        #expect(throws: FileFailure.self) { try root.makeFolderBlocking(Array(path.utf8)) }
    }

    @Test("Folders are made with those that lead to them, and may be there")
    func makesFolders() throws {
        try root.makeFolderBlocking(Array("a/b/c".utf8))
        try root.makeFolderBlocking(Array("a/b/d".utf8))
        #expect(try write("x", to: "a/b/d/e") == nil)
        #expect(try read("a/b/d/e") == "x")
    }
}
