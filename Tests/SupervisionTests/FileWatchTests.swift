// Which folders lead to a file, and that a change in them is told.

import Glibc
import HandlerTesting
import Supervision
import SystemPackage
import Testing

@Suite("Watching files", .timeLimit(.minutes(1)))
struct FileWatchTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func folders(_ name: String) -> Set<String> {
        let prefix = folder.path.string
        return Set(
            FileWatch.folders(leadingTo: folder[name]).map {
                String($0.string.dropFirst(prefix.count))
            })
    }

    @Test("A file's own folder leads to it, whether or not it is there")
    func plain() throws {
        #expect(folders("a/cert.pem") == ["/a"])
        #expect(folders("a/../b/./cert.pem") == ["/b"])
    }

    @Test("certbot: live/a/cert.pem is a link into the archive; both folders lead to it")
    func certbot() throws {
        try folder.makeFolder("live/a")
        try folder.makeFolder("archive/a")
        try folder.link("live/a/cert.pem", to: "../../archive/a/cert1.pem")
        #expect(folders("live/a/cert.pem") == ["/live/a", "/archive/a"])
    }

    @Test("Kubernetes: the link leads through ..data, itself a link to a folder")
    func kubernetes() throws {
        try folder.makeFolder("tls/..1")
        try folder.link("tls/..data", to: "..1")
        try folder.link("tls/tls.crt", to: "..data/tls.crt")
        #expect(folders("tls/tls.crt") == ["/tls", "/tls/..1"])
    }

    @Test("A link to a folder leads to it, and an absolute one; a ring of links ends")
    func links() throws {
        try folder.makeFolder("v1")
        try folder.link("now", to: folder["v1"].string)
        #expect(folders("now/cert.pem") == ["", "/v1"])
        try folder.link("ring", to: "ring")
        #expect(folders("ring/cert.pem").contains(""))
    }

    @Test(
        "What happens to a watched file is told, and what happens to it under another folder's name",
        arguments: ["write", "rename", "link", "delete", "mode"])
    func change(kind: String) throws {
        try folder.write("a", to: "cert.pem")
        try folder.write("b", to: "next")
        try folder.link("nextlink", to: "next")
        let watch = try FileWatch()
        #expect(
            watch.watch([folder["cert.pem"], folder["missing/cert.pem"]]) == [
                folder["missing"]: .noSuchFileOrDirectory
            ])
        #expect(!isReadable(watch))
        switch kind {
        case "write": try folder.write("c", to: "cert.pem")
        case "rename": try folder.move("next", to: "cert.pem")
        case "link": try folder.move("nextlink", to: "cert.pem")
        case "delete": try folder.delete("cert.pem")
        default: try folder.setMode(0o600, of: "cert.pem")
        }
        #expect(isReadable(watch))
        watch.drain()
        #expect(!isReadable(watch))
    }

    @Test("A folder that is no longer wanted is no longer watched")
    func unwanted() throws {
        try folder.makeFolder("a")
        try folder.makeFolder("b")
        let watch = try FileWatch()
        watch.watch([folder["a/cert.pem"]])
        watch.watch([folder["b/cert.pem"]])
        watch.drain()
        try folder.write("x", to: "a/cert.pem")
        #expect(!isReadable(watch))
        try folder.write("x", to: "b/cert.pem")
        #expect(isReadable(watch))
    }

    @Test("A folder that has another's name now is watched instead of it")
    func replacedFolder() throws {
        try folder.makeFolder("parent/a")
        let watch = try FileWatch()
        watch.watch([folder["parent/a/cert.pem"]])
        try folder.move("parent/a", to: "parent/old")
        try folder.makeFolder("parent/a")
        watch.watch([folder["parent/a/cert.pem"]])
        watch.drain()
        try folder.write("x", to: "parent/old/cert.pem")
        #expect(!isReadable(watch))
        try folder.write("x", to: "parent/a/cert.pem")
        #expect(isReadable(watch))
    }

    @Test("Of a folder that is not there, the coming is told")
    func coming() throws {
        let watch = try FileWatch()
        watch.watch([folder["a/b/cert.pem"]])
        try folder.makeFolder("a")
        #expect(isReadable(watch))
        watch.watch([folder["a/b/cert.pem"]])
        watch.drain()
        try folder.makeFolder("a/b")
        #expect(isReadable(watch))
        watch.watch([folder["a/b/cert.pem"]])
        watch.drain()
        try folder.write("x", to: "other")
        #expect(!isReadable(watch))
        try folder.write("x", to: "a/b/cert.pem")
        #expect(isReadable(watch))
    }

    /// Events are there when the call that made them returns.
    private func isReadable(_ watch: FileWatch) -> Bool {
        var entry = pollfd(fd: watch.descriptor.rawValue, events: CShort(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }
}
