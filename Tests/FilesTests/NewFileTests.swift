import Glibc
import HandlerTesting
import SystemPackage
import Testing

@testable import Files

@Suite("Files that get their name once they are whole")
struct NewFileTests {
    private let folder: TemporaryFolder
    private let root: RootDirectory

    init() throws {
        folder = try TemporaryFolder()
        root = try RootDirectory(folder.path)
    }

    private func begin(_ text: String, isUnnamed: Bool) throws -> NewFile {
        let top: [UInt8] = []
        let file = try NewFile.make(
            in: root.find(top.span, links: .none, mayBlock: true), isUnnamed: isUnnamed)
        try file.append(Array(text.utf8))
        return file
    }

    private var names: [String] { get throws { try folder.names(in: ".") } }
    private let a = Array("a".utf8)

    @Test("open(2) O_TMPFILE: what is being written has no name at all")
    func isUnnamed() throws {
        let file = try root.beginFileBlocking()
        try file.append([1, 2, 3])
        #expect(try names == [])
        try file.giveName(a)
        #expect(try names == ["a"])
        #expect(try file.status().size == 3)
    }

    @Test("Pieces are written in their order, empty ones and more than one call takes too")
    func pieces() throws {
        let file = try root.beginFileBlocking()
        let pieces = (0..<300).map { Array(repeating: UInt8(truncatingIfNeeded: $0), count: $0 % 5) }
        try file.append(pieces)
        try file.append([[UInt8]]())
        try file.append([UInt8]())
        try file.append([9])
        try file.giveName(a)
        let whole = Array(pieces.joined()) + [9]
        #expect(try OpenFile(folder["a"]).readBlocking(count: 10_000, at: 0) == whole)
    }

    @Test("Where a file system can't do so, it has a temporary one that goes with it")
    func isTemporary() throws {
        do {
            let file = try begin("x", isUnnamed: false)
            let name = try #require(try names.first)
            #expect(name.hasPrefix(".portico-") && name.hasSuffix(".tmp"))
            _ = file
        }
        #expect(try names == [])
    }

    @Test("A name that is taken is refused, and another can be given", arguments: [true, false])
    func refuses(isUnnamed: Bool) throws {
        try folder.write("there", to: "a")
        let file = try begin("new", isUnnamed: isUnnamed)
        let failure = #expect(throws: FileFailure.self) { try file.giveName(a) }
        #expect(failure?.errno == .fileExists)
        try file.giveName(Array("b".utf8))
        #expect(try names == ["a", "b"])
        #expect(try folder.text(of: "a") == "there")
        #expect(try folder.text(of: "b") == "new")
    }

    @Test("A file is replaced, a link too, and a folder is not", arguments: [true, false])
    func replaces(isUnnamed: Bool) throws {
        try folder.write("there", to: "target")
        try folder.link("a", to: "target")
        try folder.makeFolder("b")
        try begin("new", isUnnamed: isUnnamed).replace(a)
        #expect(try folder.text(of: "a") == "new")
        #expect(try folder.text(of: "target") == "there")
        #expect(throws: FileFailure.self) {
            try begin("new", isUnnamed: isUnnamed).replace(Array("b".utf8))
        }
        #expect(try names == ["a", "b", "target"])
    }

    @Test(
        "What was dropped leaves nothing, and what has its name can't be dropped", arguments: [true, false])
    func discards(isUnnamed: Bool) throws {
        let dropped = try begin("x", isUnnamed: isUnnamed)
        dropped.discard()
        #expect(try names == [])
        let kept = try begin("new", isUnnamed: isUnnamed)
        try kept.replace(a)
        kept.discard()
        #expect(try folder.text(of: "a") == "new")
    }

    @Test("A part stays for who continues it, one at a time, until it gets its name")
    func part() throws {
        do {
            let part = try root.openPartBlocking(of: a)
            try part.append(Array("one ".utf8))
            let failure = #expect(throws: FileFailure.self) { try root.openPartBlocking(of: a) }
            #expect(failure?.code == .wouldBlock)
        }
        #expect(try names == [".portico-a.part"])
        #expect(try root.partStatusBlocking(of: a)?.size == 4)
        let part = try root.openPartBlocking(of: a)
        try part.append(Array("two".utf8))
        try part.giveName(a)
        #expect(try names == ["a"])
        #expect(try folder.text(of: "a") == "one two")
        #expect(try root.partStatusBlocking(of: a) == nil)
    }

    @Test("A part is never written through a link")
    func partIsNoLink() throws {
        try folder.write("there", to: "target")
        try folder.link(".portico-a.part", to: "target")
        #expect(throws: FileFailure.self) { try root.openPartBlocking(of: a) }
        #expect(try folder.text(of: "target") == "there")
    }

    @Test("What a process left behind is removed; what is being written, young parts and all else stay")
    func leftovers() throws {
        try folder.write("x", to: ".portico-1.tmp")
        try folder.write("x", to: ".portico-old.part")
        for name in [".portico", ".portico-other", "a.tmp", "sub/.portico-1.tmp"] {
            try folder.write("x", to: name)
        }
        let file = try begin("x", isUnnamed: false)
        let temporary = try names.filter { $0.hasSuffix(".tmp") && $0 != ".portico-1.tmp" && $0 != "a.tmp" }
        try root.removeLeftoversBlocking(partsAfter: 3_600)
        let stay = ["sub", "a.tmp", ".portico", ".portico-other", ".portico-old.part"] + temporary
        #expect(try Set(names) == Set(stay))
        // Younger than no time at all is nothing.
        try root.removeLeftoversBlocking(partsAfter: -1)
        #expect(try !names.contains(".portico-old.part"))
        try file.giveName(a)
        #expect(try folder.text(of: "a") == "x")
    }
}
