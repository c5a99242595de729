import Files
import Glibc
import SystemPackage
import Testing

/// A folder for one test; it goes with everything in it when the last reference goes.
final class TemporaryFolder {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/portico-files-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template).map { unsafe String(cString: $0) }
        path = FilePath(try #require(made))
    }

    deinit {
        // Best effort: a folder that stays in /tmp fails no test.
        _ = unsafe nftw(path.string, { name, _, _, _ in unsafe remove(name) }, 16, CInt(FTW_DEPTH.rawValue | FTW_PHYS.rawValue))
    }

    func write(_ text: String, to name: String) throws {
        let file = try FileDescriptor.open(
            path.appending(name), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(text.utf8) }
    }

    func makeFolder(_ name: String) { #expect(unsafe mkdir(path.appending(name).string, 0o700) == 0) }
    func makeLink(_ name: String, to target: String) {
        #expect(unsafe symlink(target, path.appending(name).string) == 0)
    }
}

extension RootDirectory {
    fileprivate func open(_ name: String, links: SymbolicLinks = .inside) throws(FileFailure) -> OpenFile {
        let bytes = Array(name.utf8)
        return try open(bytes.span, links: links, mayBlock: true)
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
        folder.makeFolder("root")
        folder.makeFolder("root/sub")
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
        folder.makeLink("root/link", to: "sub/page")
        #expect(try root.open("link").status.size == 6)
        #expect(root.refusal("link", links: .none) == .notFound)
    }

    @Test("Links that lead out are refused", arguments: ["../secret", "/etc/passwd", "/proc/self/root/etc/passwd"])
    func linksOutside(_ target: String) {
        folder.makeLink("root/link", to: target)
        #expect(root.refusal("link") == .outside)
    }

    @Test("A FIFO is never opened")
    func fifo() {
        #expect(unsafe mkfifo(folder.path.appending("root/pipe").string, 0o600) == 0)
        #expect(root.refusal("pipe") == .notRegular)
    }

    @Test("What is missing is not found", arguments: ["none", "sub/none", "sub/page/below", "sub/\0page"])
    func missing(_ path: String) {
        #expect(root.refusal(path) == .notFound)
    }

    @Test("Entries have names, kinds and sizes; links say so")
    func entries() throws {
        folder.makeLink("root/broken", to: "nowhere")
        let entries = try root.open("").entriesBlocking().sorted { $0.name.lexicographicallyPrecedes($1.name) }
        #expect(entries.map { String(decoding: $0.name, as: UTF8.self) } == ["broken", "sub"])
        #expect(entries.map(\.status.kind) == [.symbolicLink, .directory])
        #expect(entries.map(\.isLink) == [true, false])
    }
}
