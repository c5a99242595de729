import Glibc
import SystemPackage
import Testing

@testable import Files

/// What a path leads to: a file's inode, or the reason why it leads nowhere.
private enum Outcome: Equatable {
    case found(UInt64)
    case refused(FileFailure.Code)
}

/// A folder of known content, which goes with it.
private final class Tree: Sendable {
    let path: FilePath
    private let folders = ["", "root", "root/sub", "root/sub/deep", "beside"]
    private let files = ["secret", "root/page", "root/sub/page", "root/sub/deep/page", "beside/page"]
    private let links = [
        ("root/file", "sub/page"), ("root/folder", "sub/deep/"), ("root/chain", "sub/up/file"),
        ("root/sub/up", ".."),
        ("root/out", "../secret"), ("root/absolute", "/etc/passwd"), ("root/loop", "loop"),
        ("root/broken", "none"),
        ("root/back", "sub/deep/../../page"), ("root/over", "sub/../../beside/page"), ("root/slash", "page/"),
    ]

    init() throws {
        path = FilePath("/tmp/portico-walk-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
        for name in folders { #expect(unsafe mkdir(path.appending(name).string, 0o700) == 0) }
        for name in files {
            let file = try FileDescriptor.open(
                path.appending(name), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(name.utf8) }
        }
        for (name, target) in links { #expect(unsafe symlink(target, path.appending(name).string) == 0) }
    }

    deinit {
        // Best effort: a folder that stays in /tmp fails no test.
        for name in links.map(\.0) + files { _ = unsafe unlink(path.appending(name).string) }
        for name in folders.reversed() { _ = unsafe rmdir(path.appending(name).string) }
    }
}

extension RootDirectory {
    fileprivate func outcome(_ name: String, links: SymbolicLinks, mayBlock: Bool = true) -> Outcome {
        let bytes = Array(name.utf8)
        do throws(FileFailure) {
            return .found(try open(bytes.span, links: links, mayBlock: mayBlock).status.inode)
        } catch {
            return .refused(error.code)
        }
    }
}

struct PathWalkTests {
    private let tree: Tree
    private let kernel: RootDirectory
    private let walk: RootDirectory

    init() throws {
        tree = try Tree()
        let root = tree.path.appending("root")
        kernel = try RootDirectory(root, usesOpenat2: true)
        walk = try RootDirectory(root, usesOpenat2: false)
    }

    @Test(
        "openat2(2): a walk without it leads to the same file, or fails for the same reason",
        arguments: [
            "", ".", "/", "..", "../secret", "page", "page/", "page/.", "page/..", "./page", "sub", "sub/",
            "sub//page",
            "sub/.", "sub/..", "sub/../page", "sub/../..", "sub/../../secret", "sub/deep/../../page", "none",
            "none/..",
            "sub/none", "page/below", "file", "file/", "file/below", "folder", "folder/page", "folder/..",
            "folder/../page",
            "chain", "sub/up/page", "sub/up/../secret", "out", "absolute", "loop", "loop/page", "broken",
            "back", "over",
            "slash", "/page", "/etc/passwd",
        ], [RootDirectory.SymbolicLinks.inside, .none, .follow])
    func sameAsKernel(path: String, links: RootDirectory.SymbolicLinks) {
        #expect(walk.outcome(path, links: links) == kernel.outcome(path, links: links))
    }

    @Test(
        "path_resolution(7): a path and its names have the kernel's lengths",
        arguments: [255, 256, 4090, 4096, 4098])
    func lengths(count: Int) {
        let name = String(repeating: "x", count: count)
        let path = "./" + String(repeating: "./", count: count / 2 - 2) + "page"
        #expect(walk.outcome(name, links: .inside) == kernel.outcome(name, links: .inside))
        #expect(walk.outcome(path, links: .inside) == kernel.outcome(path, links: .inside))
    }

    @Test("no walk is made where nothing may block")
    func wouldBlock() {
        #expect(walk.outcome("page", links: .inside, mayBlock: false) == .refused(.wouldBlock))
    }

    @Test("every descriptor of a walk is closed, whether it succeeds or not")
    func descriptors() {
        for path in ["sub/deep/page", "sub/deep/../none", "folder/page", "out", "loop", "page/below", "sub"] {
            _ = walk.outcome(path, links: .inside)
        }
        #expect(openBelow(tree.path.appending("root/sub")) == 0)
    }

    /// How many descriptors of this process lie at or below a folder. Other tests open others meanwhile.
    private func openBelow(_ folder: FilePath) -> Int {
        (0..<1024).count { number in
            var name = [CChar](repeating: 0, count: 512)
            let count = unsafe readlink("/proc/self/fd/\(number)", &name, name.count)
            guard count > 0 else { return false }
            return String(decoding: name.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
                .hasPrefix(folder.string)
        }
    }
}
