import Configuration
import FoundationEssentials
import Glibc
import SystemPackage
import Testing

@Suite("Files and drop-ins")
struct FileTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    private func decoded(_ document: Document?) throws -> Section {
        var diagnostics: [Diagnostic] = []
        let document = try #require(document)
        let section = document.decode(
            try #require(document.sections.first), keys: Sample.keys, into: &diagnostics)
        #expect(diagnostics.isEmpty)
        return try #require(section)
    }

    @Test("drop-ins are read in the order of their names; a scalar's last value wins, lists append")
    func dropIns() throws {
        try folder.write("p.conf", "[sample]\nroot = /main\nindex = main\n".utf8)
        try folder.write("p.conf.d/20.conf", "[sample]\nroot = /20\nindex = 20\n".utf8)
        try folder.write("p.conf.d/10.conf", "[sample]\nroot = /10\nindex = 10\n[other]\n".utf8)
        try folder.write("p.conf.d/Z.conf", "[sample]\nindex = Z\n".utf8)
        try folder.write("p.conf.d/30.txt", "not read".utf8)
        try folder.write("p.conf.d/.hidden.conf", "not read".utf8)
        let (document, complaints) = folder.load("p.conf")
        #expect(complaints == [])
        let section = try decoded(document)
        #expect(section[Sample.root] == "/20")
        #expect(section[Sample.index] == ["main", "10", "20", "Z"])
        #expect(document?.sections.map(\.name) == ["sample", "other"])
        #expect(section.location(of: Sample.root).description.hasSuffix("/p.conf.d/20.conf:2:8"))
    }

    @Test("a drop-in clears what the main file says with an empty assignment")
    func clearing() throws {
        try folder.write("p.conf", "[sample]\nroot = /\nindex = a b\nsize = 1K\n".utf8)
        try folder.write("p.conf.d/a.conf", "[sample]\nindex =\nindex = c\nsize =\n".utf8)
        let section = try decoded(folder.load("p.conf").document)
        #expect(section[Sample.index] == ["c"])
        #expect(section[Sample.size] == 16 << 20)
    }

    @Test("drop-ins are left out if they are not wanted")
    func withoutDropIns() throws {
        try folder.write("p.conf", "[sample]\nroot = /main\n".utf8)
        try folder.write("p.conf.d/a.conf", "broken".utf8)
        #expect(try decoded(folder.load("p.conf", dropIns: false).document)[Sample.root] == "/main")
        #expect(
            folder.load("p.conf").complaints == [
                "p.conf.d/a.conf:1:1: error: neither a [section] nor a line of the form 'key = value'"
            ])
    }

    @Test("a relative path in a drop-in starts from the main file's folder")
    func relativePaths() throws {
        try folder.write("p.conf", "".utf8)
        try folder.write("p.conf.d/a.conf", "[sample]\nroot = www\n".utf8)
        #expect(try decoded(folder.load("p.conf").document)[Sample.root] == folder.path.appending("www"))
    }

    @Test("a main file that is missing gives no document")
    func missing() {
        let (document, complaints) = folder.load("p.conf")
        #expect(document == nil)
        #expect(complaints == ["p.conf:1:1: error: cannot be read: No such file or directory"])
    }

    @Test("a folder in place of a file")
    func directory() throws {
        try folder.write("p.conf/x", "".utf8)
        let (document, complaints) = folder.load("p.conf")
        #expect(document == nil)
        #expect(complaints == ["p.conf:1:1: error: cannot be read: Is a directory"])
    }

    @Test("a file in place of the drop-ins' folder")
    func noFolder() throws {
        try folder.write("p.conf", "".utf8)
        try folder.write("p.conf.d", "".utf8)
        #expect(folder.load("p.conf").complaints == ["p.conf.d:1:1: error: cannot be read: Not a directory"])
    }

    @Test("a drop-in that cannot be read is an error, and the others are read")
    func brokenDropIn() throws {
        try folder.write("p.conf", "[sample]\nroot = /\n".utf8)
        try folder.write("p.conf.d/b.conf", "[sample]\ntitle = b\n".utf8)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("p.conf.d/a.conf").string, withDestinationPath: "nowhere")
        let (document, complaints) = folder.load("p.conf")
        #expect(complaints == ["p.conf.d/a.conf:1:1: error: cannot be read: No such file or directory"])
        #expect(try decoded(document).optional(Sample.title) == "b")
    }

    @Test("a file without permission", .enabled(if: geteuid() != 0, "root may read everything"))
    func permission() throws {
        let file = try folder.write("p.conf", "".utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.string)
        #expect(folder.load("p.conf").complaints == ["p.conf:1:1: error: cannot be read: Permission denied"])
    }

    @Test("a file of more than 16 MiB is refused")
    func tooLarge() throws {
        let file = try folder.write("p.conf", "".utf8)
        let descriptor = try FileDescriptor.open(file, .writeOnly)
        try descriptor.closeAfter { try descriptor.resize(to: (16 << 20) + 1) }
        let (document, complaints) = folder.load("p.conf")
        #expect(document == nil)
        #expect(complaints == ["p.conf:1:1: error: cannot be read: File too large"])
    }

    @Test("a pipe that nobody writes to is refused, not waited for", .timeLimit(.minutes(1)))
    func silentPipe() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("p.conf").string,
            withDestinationPath: "/proc/self/fd/\(reading.rawValue)")
        #expect(folder.load("p.conf").complaints == ["p.conf:1:1: error: cannot be read: Not a regular file"])
        try reading.close()
        try writing.close()
    }

    @Test(
        "invalid UTF-8 is an error at its character, on each line that has it",
        arguments: [
            ([0xFF], 1), ([0xC3, 0xA9, 0x80], 2), ([0x61, 0xC0, 0xAF], 2), ([0x61, 0x62, 0xE2, 0x82], 3),
            ([0xED, 0xA0, 0x80], 1), ([0xF4, 0x90, 0x80, 0x80], 1),
        ] as [([UInt8], Int)])
    func invalidText(_ bytes: [UInt8], _ column: Int) throws {
        try folder.write("p.conf", Array("[sample]\n".utf8) + bytes + Array("\nroot = /\n; ".utf8) + bytes)
        let (document, complaints) = folder.load("p.conf")
        #expect(
            complaints == [
                "p.conf:2:\(column): error: not valid UTF-8",
                "p.conf:4:\(column + 2): error: not valid UTF-8",
            ])
        #expect(try decoded(document)[Sample.root] == "/")
    }

    @Test("UTF-16 is not taken for a configuration")
    func utf16() throws {
        try folder.write("p.conf", [0xFF, 0xFE, 0x5B, 0x00])
        #expect(folder.load("p.conf").complaints == ["p.conf:1:1: error: not valid UTF-8"])
    }
}
