import Configuration
import Files
import Glibc
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

/// An upload handler with a folder of its own, asked under `/up`.
struct TestUpload {
    let folder: TemporaryFolder
    let handler: any Handler

    init(_ files: [String: String] = [:], _ section: String = "") throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("root")
        for (name, text) in files { try folder.write(text, to: "root/" + name) }
        handler = try make(
            handler: .upload, "root = \(folder["root"])\n\(section)", context: .forTesting(mount: "/up"))
    }

    func send(
        _ method: HTTPRequest.Method = .put, _ path: String, _ body: String = "", _ fields: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await respond(
            handler, to: .make(method, "/up" + path, fields: fields, body: body, mount: "/up"))
    }

    func send(
        _ method: HTTPRequest.Method = .put, _ path: String, _ fields: HTTPFields = [:], chunks: [String],
        failure: BodyFailure? = nil
    ) async throws -> TestResponse {
        try await respond(
            handler,
            to: .make(
                method, "/up" + path, fields: fields, chunks: chunks.map { Array($0.utf8) }, failure: failure,
                mount: "/up"))
    }

    /// Submits a form whose parts have these dispositions and contents, in pieces of `piece` bytes.
    func submit(
        _ parts: [(String, String)], _ fields: HTTPFields = [:], piece: Int = 1_000, end: String = "--b--\r\n"
    ) async throws -> TestResponse {
        let form =
            parts.map { "--b\r\nContent-Disposition: form-data; \($0)\r\n\r\n\($1)\r\n" }.joined() + end
        let bytes = Array(form.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: piece).map {
            String(decoding: bytes[$0..<min($0 + piece, bytes.count)], as: UTF8.self)
        }
        var fields = fields
        fields[.contentType] = "multipart/form-data; boundary=b"
        return try await send(.post, "/", fields, chunks: chunks)
    }

    /// The files by name, with what is in them.
    var files: [String: String] {
        get throws {
            var files: [String: String] = [:]
            for name in try folder.names(in: "root") {
                // A folder has no text, and isn't to go unseen.
                let isFolder = try OpenFile(folder["root/" + name]).status.kind == .directory
                files[name] = isFolder ? "a folder" : try folder.text(of: "root/" + name)
            }
            return files
        }
    }
}

@Suite("upload: whole files", .timeLimit(.minutes(1)))
struct UploadTests {
    @Test("RFC 9110 §9.3.4: PUT to a new name is a 201, to one that is there a 204, with tag and location")
    func put() async throws {
        let upload = try TestUpload()
        let created = try await upload.send(.put, "/a%20b.txt", "one")
        #expect(created.status == .created)
        #expect(created.fields[.location] == "/up/a%20b.txt")
        #expect(created.text == "Saved a b.txt (3 bytes)\n")
        let replaced = try await upload.send(.put, "/a%20b.txt", "other")
        #expect(replaced.status == .noContent)
        #expect(replaced.fields[.location] == "/up/a%20b.txt")
        #expect(replaced.fields[.eTag] != created.fields[.eTag])
        #expect(try upload.files == ["a b.txt": "other"])
    }

    @Test("POST saves what it has, whatever its type, and so does a body without a length or without a byte")
    func post() async throws {
        let upload = try TestUpload()
        let urlEncoded: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        #expect(try await upload.send(.post, "/a", "x=1", urlEncoded).status == .created)
        #expect(try await upload.send(.put, "/b", chunks: ["one", "", " two"]).status == .created)
        #expect(try await upload.send(.put, "/c").status == .created)
        #expect(try upload.files == ["a": "x=1", "b": "one two", "c": ""])
    }

    @Test("A body of many pieces is saved in their order")
    func large() async throws {
        let upload = try TestUpload()
        let chunks = (0..<3_000).map { String(repeating: "\($0)", count: $0 % 400) }
        #expect(try await upload.send(.put, "/a", chunks: chunks).status == .created)
        #expect(try upload.files == ["a": chunks.joined()])
    }

    @Test("The tag is the one that the files handler gives for the same file")
    func tag() async throws {
        let upload = try TestUpload()
        let tag = try await upload.send(.put, "/a", "one").fields[.eTag]
        let files = try make(handler: .files, "root = \(upload.folder["root"])")
        #expect(try await respond(files, to: .make(.get, "/a")).fields[.eTag] == tag)
    }

    @Test("RFC 9110 §13.2.2: If-Match and If-None-Match are asked before the body")
    func conditions() async throws {
        let upload = try TestUpload()
        #expect(try await upload.send(.put, "/a", "one", [.ifMatch: "*"]).status == .preconditionFailed)
        let made = try await upload.send(.put, "/a", "one", [.ifNoneMatch: "*"])
        #expect(made.status == .created)
        let tag = try #require(made.fields[.eTag])
        // A body that is read would fail otherwise.
        let unread = try await upload.send(
            .put, "/a", [.ifNoneMatch: "*"], chunks: [], failure: BodyFailure(.timedOut))
        #expect(unread.status == .preconditionFailed)
        #expect(try await upload.send(.put, "/a", "two", [.ifMatch: "\"x\""]).status == .preconditionFailed)
        #expect(try await upload.send(.put, "/a", "two", [.ifMatch: tag]).status == .noContent)
        #expect(try await upload.send(.put, "/a", "three", [.ifMatch: tag]).status == .preconditionFailed)
        #expect(try upload.files == ["a": "two"])
    }

    @Test("Of many at once with one condition, one is saved, and none is mixed with another")
    func race() async throws {
        let upload = try TestUpload()
        let texts = (0..<20).map { String(repeating: "\($0 % 10)", count: 300_000) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for text in texts {
                group.addTask {
                    try await upload.send(.put, "/a", [.ifNoneMatch: "*"], chunks: [text, text]).status.code
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 412, count: 19))
        let saved = try #require(try upload.files["a"])
        #expect(texts.contains { $0 + $0 == saved })
    }

    @Test("exists = refuse: a name that is taken is a 409, before the body")
    func refuse() async throws {
        let upload = try TestUpload(["a": "there"], "exists = refuse")
        let refused = try await upload.send(.put, "/a", chunks: [], failure: BodyFailure(.timedOut))
        #expect(refused.status == .conflict)
        #expect(try await upload.send(.put, "/b", "new").status == .created)
        try upload.folder.link("root/link", to: "nowhere")
        #expect(try await upload.send(.put, "/link", "new").status == .conflict)
        try upload.folder.delete("root/link")
        #expect(try upload.files == ["a": "there", "b": "new"])
    }

    @Test("exists = rename: a name that is taken gets a number before its suffix, which Location says")
    func rename() async throws {
        let upload = try TestUpload(["a.tar.gz": "there"], "exists = rename")
        for number in 1...3 {
            let response = try await upload.send(.put, "/a.tar.gz", "\(number)")
            #expect(response.status == .created)
            #expect(response.fields[.location] == "/up/a-\(number).tar.gz")
        }
        #expect(try await upload.send(.put, "/b", "one").fields[.location] == "/up/b")
        #expect(try await upload.send(.put, "/b", "two").fields[.location] == "/up/b-1")
        #expect(try upload.files.count == 6)
    }

    @Test(
        "A numbered name has 255 bytes at the most, and no half of a letter",
        arguments: [
            (String(repeating: "a", count: 255), String(repeating: "a", count: 253) + "-1"),
            (String(repeating: "é", count: 127), String(repeating: "é", count: 126) + "-1"),
            (
                "a." + String(repeating: "b", count: 253),
                "a." + String(repeating: "b", count: 251) + "-1"
            ),
        ])
    func longNumbered(_ name: String, _ numbered: String) throws {
        #expect(try UploadName(name).numbered(1).text == numbered)
    }

    @Test("location says where the files can be read")
    func location() async throws {
        let upload = try TestUpload([:], "location = /files/in")
        #expect(try await upload.send(.put, "/a:b", "one").fields[.location] == "/files/in/a%3Ab")
        let html = try await upload.submit([("name=f; filename=x", "1")], [.accept: "text/html"])
        #expect(html.text.contains(#"<a href="/files/in/x">x</a>"#))
    }

    @Test(
        "A client that stops in the middle saves nothing",
        arguments: [BodyFailure.Code.timedOut, .disconnected, .tooLarge])
    func cut(_ code: BodyFailure.Code) async throws {
        let upload = try TestUpload(["a": "there"])
        let text = String(repeating: "x", count: 600_000)
        let failure = BodyFailure(code)
        let response = try await upload.send(.put, "/a", chunks: [text, text], failure: failure)
        #expect(response.status == failure.status)
        #expect(try upload.files == ["a": "there"])
    }

    @Test("Another site's page may not upload", arguments: [HTTPRequest.Method.put, .post])
    func foreign(_ method: HTTPRequest.Method) async throws {
        let upload = try TestUpload()
        for fields: HTTPFields in [
            [.origin: "https://evil.example"], [.origin: "null"],
            [HTTPField.Name("Sec-Fetch-Site") ?? .origin: "cross-site"],
        ] {
            #expect(try await upload.send(method, "/a", "x", fields).status == .forbidden)
        }
        #expect(try await upload.send(method, "/a", "x", [.origin: "https://localhost"]).status == .created)
        #expect(try upload.files == ["a": "x"])
    }

    @Test("A file keeps the permissions of the one that it replaces")
    func permissions() async throws {
        let upload = try TestUpload(["a": "there"])
        try upload.folder.setMode(0o640, of: "root/a")
        #expect(try await upload.send(.put, "/a", "x").status == .noContent)
        var status = stat()
        #expect(unsafe stat(upload.folder["root/a"].string, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
    }

    @Test("What others left in the middle of writing is removed at the start")
    func start() async throws {
        let upload = try TestUpload([".portico-1.tmp": "x", "a.tmp": "x"])
        try await (upload.handler as? any LifecycleHandler)?.start()
        #expect(try upload.files == ["a.tmp": "x"])
    }

    @Test("The module needs a folder")
    func needsRoot() {
        #expect(throws: ConfigurationFailure.self) { try make(handler: .upload) }
        #expect(throws: ConfigurationFailure.self) { try make(handler: .upload, "root = /nowhere/at/all") }
    }
}

@Suite("upload: names", .timeLimit(.minutes(1)))
struct UploadNameTests {
    @Test(
        "Names with folders, dot names, control characters, of more than 255 bytes or none: 400",
        arguments: [
            "/a/b", "/a%2Fb", "/a/", "/a%5Cb", "/a\\b", "/..%5C..%5Cx", "/.a", "/.portico-1.tmp", "/...",
            "/%252e%252e/x", "/a%00b", "/a%0Ab", "/a%1Fb", "/a%7Fb", "/a%C2%9Bb",
            "/%c0%ae%c0%ae%c0%afx", "/a%ffb", "/" + String(repeating: "a", count: 256), "/", "",
        ])
    func refused(_ path: String) async throws {
        let upload = try TestUpload()
        do {
            #expect(try await upload.send(.put, path, "x").status == .badRequest)
        } catch is HTTPSyntaxError {
            // The server refuses such a target before any handler sees it.
        }
        #expect(try upload.files == [:])
        #expect(try upload.folder.names(in: ".") == ["root"])
    }

    @Test(
        "Any other name is one, decoded once",
        arguments: [
            ("/a%252fb", "a%2fb"), ("/..a%20", nil), ("/a..", "a.."), ("/%E2%82%AC", "€"), ("/-rf", "-rf"),
            ("/a%22%3C%3E%26", "a\"<>&"), ("/" + String(repeating: "a", count: 255), nil),
        ])
    func accepted(_ path: String, _ name: String?) async throws {
        let upload = try TestUpload()
        let isName = name != nil || path.utf8.count == 256
        #expect(try await upload.send(.put, path, "x").status == (isName ? .created : .badRequest))
        #expect(try upload.files.keys.first == (isName ? name ?? String(path.dropFirst()) : nil))
    }

    @Test(
        "The file name of a form follows the same rule", arguments: ["../a", "a/b", "C:\\\\a", ".a", "a%0Ab"])
    func form(_ name: String) async throws {
        let upload = try TestUpload()
        let response = try await upload.submit([
            ("name=f; filename=good", "1"), ("name=f; filename=\"\(name)\"", "2"),
        ])
        #expect(response.status == .badRequest)
        #expect(try upload.files == [:])
    }

    @Test("A link is replaced and never followed, whether it leads in or out")
    func links() async throws {
        let upload = try TestUpload(["target": "there"])
        try upload.folder.write("secret", to: "outside")
        try upload.folder.link("root/in", to: "target")
        try upload.folder.link("root/out", to: "../outside")
        try upload.folder.link("root/.portico-part.part", to: "../outside")
        for name in ["in", "out"] {
            #expect(try await upload.send(.put, "/\(name)", "x").status == .created)
        }
        let part: HTTPFields = [.contentRange: "bytes 0-0/2"]
        #expect(try await upload.send(.put, "/part", "x", part).status.code >= 400)
        #expect(try upload.folder.text(of: "outside") == "secret")
        #expect(try upload.folder.text(of: "root/target") == "there")
        #expect(try upload.folder.text(of: "root/out") == "x")
    }

    @Test("A folder of the name is a 409, and stays")
    func folder() async throws {
        let upload = try TestUpload(["sub/a": "there"])
        #expect(try await upload.send(.put, "/sub", "x").status == .conflict)
        #expect(try upload.folder.text(of: "root/sub/a") == "there")
    }

    @Test("While the root is swapped for a link, and back, nothing is written elsewhere")
    func swap() async throws {
        let upload = try TestUpload()
        let folder = upload.folder
        try folder.makeFolder("outside")
        try folder.link("link", to: "outside")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<200 {
                    let status = try await upload.send(.put, "/f\(number)", "x").status
                    #expect(status == .created)
                }
            }
            group.addTask {
                for _ in 0..<200 {
                    #expect(unsafe rename(folder["root"].string, folder["aside"].string) == 0)
                    #expect(unsafe rename(folder["link"].string, folder["root"].string) == 0)
                    await Task.yield()
                    #expect(unsafe rename(folder["root"].string, folder["link"].string) == 0)
                    #expect(unsafe rename(folder["aside"].string, folder["root"].string) == 0)
                }
            }
            try await group.waitForAll()
        }
        #expect(try folder.names(in: "outside") == [])
        #expect(try folder.names(in: "root").count == 200)
    }
}
