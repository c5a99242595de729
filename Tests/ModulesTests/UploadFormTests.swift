import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

@Suite("upload: forms", .timeLimit(.minutes(1)))
struct UploadFormTests {
    @Test("All files of a form are saved, whatever pieces it comes in", arguments: [1, 7, 1_000])
    func saves(piece: Int) async throws {
        let upload = try TestUpload()
        let response = try await upload.submit(
            [
                ("name=f; filename=\"a b.txt\"", "one\r\n"), ("name=note", "not a file"),
                ("name=f; filename=\"\"", ""), ("name=g; filename=c", ""),
            ], piece: piece)
        #expect(response.status == .created)
        #expect(response.text == "Saved a b.txt (5 bytes)\nSaved c (0 bytes)\n")
        #expect(response.fields[.location] == nil)
        #expect(try upload.files == ["a b.txt": "one\r\n", "c": ""])
    }

    @Test("One file: the answer has its tag and location")
    func one() async throws {
        let upload = try TestUpload()
        let response = try await upload.submit([("name=f; filename=a", "one")], [.accept: "application/json"])
        #expect(response.fields[.location] == "/up/a")
        let tag = try #require(response.fields[.eTag])
        #expect(response.text.contains(#""name" : "a""#))
        #expect(response.text.contains(#""size" : 3"#))
        #expect(response.text.contains("\"etag\" : \"\\\"\(tag.dropFirst().dropLast())\\\"\""))
        #expect(response.text.contains(#""url" : "/up/a""#))
    }

    @Test("A browser gets a page with the names, escaped, and the form")
    func page() async throws {
        let upload = try TestUpload()
        let response = try await upload.submit(
            [("name=f; filename=\"<b>&.txt\"", "one")], [.accept: "text/html"])
        #expect(response.status == .created)
        #expect(response.text.contains("<td>&lt;b&gt;&amp;.txt</td>"))
        #expect(response.text.contains(#"<form method="post" action="/up/" enctype="multipart/form-data""#))
    }

    @Test("A form that ends too early, or has no file, saves nothing")
    func malformed() async throws {
        let upload = try TestUpload()
        let cut = try await upload.submit([("name=f; filename=a", "one")], end: "--b\r\n")
        #expect(cut.status == .badRequest)
        #expect(try await upload.submit([("name=f", "one")]).status == .badRequest)
        #expect(try await upload.submit([]).status == .badRequest)
        #expect(try upload.files == [:])
    }

    @Test("A form with more parts than files may be open is a 413, and saves nothing")
    func tooMany() async throws {
        let upload = try TestUpload()
        let parts = (0...200).map { ("name=f; filename=f\($0)", "x") }
        #expect(try await upload.submit(parts).status == .contentTooLarge)
        #expect(try upload.files == [:])
    }

    @Test("Of two files of one name neither is lost: 409, or a number where names get one")
    func twins() async throws {
        let parts = [("name=f; filename=a", "one"), ("name=f; filename=a", "two")]
        for taken in ["replace", "refuse"] {
            let upload = try TestUpload([:], "exists = \(taken)")
            #expect(try await upload.submit(parts).status == .conflict)
            #expect(try upload.files == [:])
        }
        let upload = try TestUpload([:], "exists = rename")
        #expect(try await upload.submit(parts).status == .created)
        #expect(try upload.files == ["a": "one", "a-1": "two"])
    }

    @Test("Two spellings of one character are two names, as the file system has it")
    func spellings() async throws {
        let upload = try TestUpload()
        let parts = [("name=f; filename=\u{E9}", "one"), ("name=f; filename=e\u{301}", "two")]
        #expect(try await upload.submit(parts).status == .created)
        #expect(try upload.folder.names(in: "root").count == 2)
    }

    @Test("exists = refuse: a form with a name that is taken saves none of its files")
    func refuse() async throws {
        let upload = try TestUpload(["b": "there"], "exists = refuse")
        let parts = [("name=f; filename=a", "one"), ("name=f; filename=b", "two")]
        #expect(try await upload.submit(parts).status == .conflict)
        #expect(try upload.files == ["b": "there"])
    }

    @Test(
        "A name that is taken while the form comes lets none of its files be saved",
        arguments: TakenName.allCases)
    func takenMeanwhile(taken: TakenName) throws {
        let folder = try TemporaryFolder()
        let upload = UploadFolder(
            root: try RootDirectory(folder.path), taken: taken, partSeconds: 60, now: { TestClock().now })
        let files = try ["a", "b"].map { text in
            let name = try UploadName(text)
            return ReceivedFile(name: name, file: try upload.begin(name, [:]))
        }
        try folder.makeFolder("b")
        if taken == .rename {
            #expect(try upload.place(files).map(\.name.text) == ["a", "b-1"])
        } else {
            #expect(throws: HandlerFailure.self) { try upload.place(files) }
            for file in files { file.file.discard() }
            #expect(try folder.names(in: ".") == ["b"])
        }
    }

    @Test("What is no form has to name its file: 415 with Accept, or 400 for PUT")
    func noForm() async throws {
        let upload = try TestUpload()
        let response = try await upload.send(.post, "/", "x", [.contentType: "text/plain"])
        #expect(response.status == .unsupportedMediaType)
        #expect(response.fields[.accept] == "multipart/form-data")
        #expect(try await upload.send(.put, "/", "x").status == .badRequest)
    }

    @Test("The page has a form that works without its script, and may run nothing else")
    func form() async throws {
        let upload = try TestUpload()
        for path in ["", "/"] {
            let page = try await upload.send(.get, path, "", [.accept: "text/html"])
            #expect(page.text.contains(#"action="/up/" enctype="multipart/form-data""#))
            #expect(page.text.contains(#"<script src="/up/.upload.js" defer>"#))
            let policy = try #require(page.fields[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'self'"))
        }
        let script = try await upload.send(.get, "/.upload.js")
        #expect(script.fields[.contentType] == "text/javascript; charset=utf-8")
        #expect(try await upload.send(.get, "/").text.contains("curl -T FILE URL/"))
        let json = try await upload.send(.get, "/", "", [.accept: "application/json"])
        #expect(json.text.contains(#""exists" : "replace""#))
    }

    @Test("RFC 9110 §15.5.6: files are not read here")
    func read() async throws {
        let upload = try TestUpload(["a": "there"])
        let response = try await upload.send(.get, "/a")
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == "PUT, POST, OPTIONS")
    }
}
