import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

@Suite("upload: files in parts", .timeLimit(.minutes(1)))
struct UploadResumingTests {
    private func put(
        _ upload: TestUpload, _ range: String, _ body: String, _ fields: HTTPFields = [:]
    ) async throws -> TestResponse {
        var fields = fields
        fields[.contentRange] = "bytes \(range)"
        return try await upload.send(.put, "/a", body, fields)
    }

    private static let part = ".portico-a.part"

    @Test("RFC 9110 §14.5: parts are appended, and the last gives the file its name")
    func appends() async throws {
        let upload = try TestUpload()
        let first = try await put(upload, "0-3/10", "0123")
        #expect(first.status == .accepted)
        #expect(first.text == "Kept 4 of 10 bytes of a\n")
        #expect(try upload.files == [Self.part: "0123"])
        #expect(try await put(upload, "4-4/10", "4").status == .accepted)
        let last = try await put(upload, "5-9/10", "56789")
        #expect(last.status == .created)
        #expect(last.fields[.eTag] != nil && last.fields[.location] == "/up/a")
        #expect(try upload.files == ["a": "0123456789"])
    }

    @Test("RFC 9110 §15.5.17: a part that begins elsewhere is a 416 with the size that is there")
    func elsewhere() async throws {
        let upload = try TestUpload()
        let nothing = try await put(upload, "4-9/10", "456789")
        #expect(nothing.status == .rangeNotSatisfiable)
        #expect(nothing.fields[.contentRange] == "bytes */0")
        #expect(try upload.files == [:])
        #expect(try await put(upload, "0-3/10", "0123").status == .accepted)
        for range in ["3-9/10", "5-9/10"] {
            let response = try await put(
                upload, range, String(repeating: "x", count: range == "3-9/10" ? 7 : 5))
            #expect(response.status == .rangeNotSatisfiable)
            #expect(response.fields[.contentRange] == "bytes */4")
        }
        #expect(try upload.files == [Self.part: "0123"])
    }

    @Test("bytes */SIZE asks how much is there")
    func asks() async throws {
        let upload = try TestUpload()
        #expect(try await put(upload, "*/10", "").fields[.contentRange] == "bytes */0")
        #expect(try await put(upload, "0-3/10", "0123").status == .accepted)
        #expect(try await put(upload, "*/10", "").fields[.contentRange] == "bytes */4")
        let whole = try TestUpload(["a": "012"])
        #expect(try await put(whole, "*/10", "").fields[.contentRange] == "bytes */3")
    }

    @Test("A part at 0 begins anew, and a whole file in one part is saved at once")
    func anew() async throws {
        let upload = try TestUpload()
        #expect(try await put(upload, "0-3/10", "0123").status == .accepted)
        #expect(try await put(upload, "0-1/2", "ab").status == .created)
        #expect(try upload.files == ["a": "ab"])
    }

    @Test("A file that is there is continued, and is whole under its name all the time")
    func continues() async throws {
        let upload = try TestUpload(["a": "0123"])
        let wrong = try await put(upload, "3-9/10", "3456789")
        #expect(wrong.fields[.contentRange] == "bytes */4")
        #expect(try await put(upload, "4-6/10", "456").status == .accepted)
        #expect(try upload.files == ["a": "0123", Self.part: "0123456"])
        #expect(try await put(upload, "7-9/10", "789").status == .noContent)
        #expect(try upload.files == ["a": "0123456789"])
        // Without a size, each part is the last.
        #expect(try await put(upload, "10-11/*", "xy").status == .noContent)
        #expect(try upload.files == ["a": "0123456789xy"])
    }

    @Test("What came before a part was cut is kept, and can be continued")
    func cut() async throws {
        let upload = try TestUpload()
        let range: HTTPFields = [.contentRange: "bytes 0-9/10"]
        let response = try await upload.send(
            .put, "/a", range, chunks: ["012", "34"], failure: BodyFailure(.timedOut))
        #expect(response.status == .requestTimeout)
        #expect(try upload.files == [Self.part: "01234"])
        #expect(try await put(upload, "*/10", "").fields[.contentRange] == "bytes */5")
        #expect(try await put(upload, "5-9/10", "56789").status == .created)
        #expect(try upload.files == ["a": "0123456789"])
    }

    @Test("A part that is longer or shorter than it says, or malformed, is a 400 and saves nothing")
    func otherLength() async throws {
        let upload = try TestUpload()
        #expect(try await put(upload, "0-3/10", "01234").status == .badRequest)
        for chunks in [["01", "2"], ["01", "234"]] {
            let range: HTTPFields = [.contentRange: "bytes 0-3/10"]
            #expect(try await upload.send(.put, "/a", range, chunks: chunks).status == .badRequest)
        }
        for range in ["0-3", "3-0/10", "0-3/3"] {
            #expect(try await put(upload, range, "0123").status == .badRequest)
        }
        #expect(try upload.files == [:])
    }

    @Test("Conditions and exists hold for parts, too")
    func conditions() async throws {
        let upload = try TestUpload(["a": "there"])
        #expect(try await put(upload, "0-1/2", "ab", [.ifNoneMatch: "*"]).status == .preconditionFailed)
        let refusing = try TestUpload(["a": "there"], "exists = refuse")
        #expect(try await put(refusing, "5-6/7", "ab").status == .conflict)
        let renaming = try TestUpload(["a": "there"], "exists = rename")
        #expect(try await put(renaming, "5-6/7", "ab").fields[.contentRange] == "bytes */0")
        #expect(try await put(renaming, "0-1/2", "ab").fields[.location] == "/up/a-1")
        #expect(try renaming.files == ["a": "there", "a-1": "ab"])
    }

    @Test("A name that leaves no room for the name of its part is a 400, but can be uploaded whole")
    func longName() async throws {
        let upload = try TestUpload()
        let name = "/" + String(repeating: "a", count: 242)
        let range: HTTPFields = [.contentRange: "bytes 0-0/1"]
        #expect(try await upload.send(.put, name, "x", range).status == .badRequest)
        #expect(try await upload.send(.put, name, "x").status == .created)
        #expect(try await upload.send(.put, String(name.dropLast()), "x", range).status == .created)
    }

    @Test("Leftovers are looked for once a minute, however many files begin")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        let upload = UploadFolder(
            root: try RootDirectory(folder.path), taken: .replace, partSeconds: -1, now: { clock.now })
        for (seconds, isRemoved) in [(0, true), (0, false), (60, true)] as [(Int64, Bool)] {
            clock.advance(by: seconds)
            try folder.write("x", to: ".portico-old.part")
            _ = try upload.openPart(of: UploadName("a"), at: 0, [:])
            #expect(try folder.names(in: ".").contains(".portico-old.part") == !isRemoved)
        }
    }

    @Test("Parts that nobody continued for resume_within go when another file begins")
    func expires() async throws {
        let upload = try TestUpload([".portico-b.part": "x"], "resume_within = 60")
        #expect(try await put(upload, "0-0/2", "x").status == .accepted)
        #expect(try upload.files.keys.sorted() == [Self.part, ".portico-b.part"])
    }
}
