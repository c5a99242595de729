import Archives
import Glibc
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

/// What python3 reads in an archive: `name size first bytes`, or `name/`, sorted.
private func contents(of archive: [UInt8], _ format: String) throws -> [String] {
    let folder = try TemporaryFolder()
    try folder.write(archive, to: "archive")
    let program =
        format == "zip"
        ? """
        import sys, zipfile
        z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
        for i in z.infolist(): print(i.filename if i.is_dir() else f'{i.filename} {i.file_size} {z.read(i)[:5].decode()}')
        """
        : """
        import sys, tarfile
        t = tarfile.open(sys.argv[1], 'r:gz')
        for i in t: print(i.name + '/' if i.isdir() else f'{i.name} {i.size} {t.extractfile(i).read()[:5].decode()}')
        """
    try folder.write(program, to: "list.py")
    let output = folder["output"]
    let command = "PYTHONUTF8=1 python3 \(folder["list.py"]) \(folder["archive"]) > \(output)"
    #expect(unsafe system(command) == 0)
    return try folder.text(of: "output").split(separator: "\n").map(String.init).sorted()
}

@Suite("files: folders as archives", .timeLimit(.minutes(1)))
struct FolderArchiveTests {
    private func site() throws -> Site {
        let site = try Site([
            "d/a.txt": "hello", "d/e/é.txt": "accent", "d/empty": "", "d/.hidden": "x", "d/e/f/g": "deep",
            "d/large": String(repeating: "x", count: 300_000), "other": "x", "d/index.html": "index",
        ])
        try site.folder.link("root/d/link", to: "a.txt")
        try site.folder.link("root/d/out", to: "../../secret.txt")
        try site.folder.link("root/d/loop", to: ".")
        try site.folder.makeFIFO("root/d/fifo")
        return site
    }

    @Test(
        "archive = yes: all that is served below a folder, under the folder's name",
        arguments: ["tar.gz", "zip"])
    func archives(_ format: String) async throws {
        let response = try await site().get("/d/?archive=\(format)", section: "archive = yes")
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == (format == "zip" ? "application/zip" : "application/gzip"))
        #expect(response.fields[.contentDisposition] == "attachment; filename=\"d.\(format)\"")
        #expect(
            try contents(of: response.body, format) == [
                "d/", "d/a.txt 5 hello", "d/e/", "d/e/f/", "d/e/f/g 4 deep", "d/e/é.txt 6 accen",
                "d/empty 0 ",
                "d/index.html 5 index", "d/large 300000 xxxxx", "d/link 5 hello",
            ])
    }

    @Test("The root is called files, or by its mount", arguments: ["tar.gz", "zip"])
    func root(_ format: String) async throws {
        let site = try Site(["a": "x"])
        let body = try await site.get("/?archive=\(format)", section: "archive = yes").body
        #expect(try contents(of: body, format) == ["files/", "files/a 1 x"])
        let handler = try site.handler("archive = yes")
        let mounted = try await respond(handler, to: .make(.get, "/docs/?archive=\(format)", mount: "/docs"))
        #expect(try contents(of: mounted.body, format) == ["docs/", "docs/a 1 x"])
    }

    @Test("A folder of more entries than are in memory at once is complete")
    func many() async throws {
        let site = try Site()
        for number in 0..<1_500 { try site.folder.write("x", to: "root/f\(number)") }
        let body = try await site.get("/?archive=zip", section: "archive = yes").body
        #expect(try contents(of: body, "zip").count == 1_501)
    }

    @Test("Other formats are a 400; a file, or a section that doesn't say so, gives no archive")
    func refuses() async throws {
        let site = try site()
        #expect(try await site.get("/d/?archive=rar", section: "archive = yes").status == .badRequest)
        #expect(try await site.get("/none/?archive=zip", section: "archive = yes").status == .notFound)
        #expect(try await site.get("/other?archive=zip", section: "archive = yes").text == "x")
        #expect(try await site.get("/d/?archive=zip").text == "index")
        #expect(
            try await site.get("/d?archive=zip", section: "archive = yes").fields[.location]
                == "/d/?archive=zip")
    }

    @Test("The page of a folder leads to its archives")
    func links() async throws {
        let site = try Site(["a": "x"])
        let fields: HTTPFields = [.accept: "text/html"]
        #expect(
            try await site.get("/", fields, section: "archive = yes").text.contains(
                #"href="?archive=tar.gz""#))
        #expect(try await !site.get("/", fields).text.contains("archive"))
    }
}
