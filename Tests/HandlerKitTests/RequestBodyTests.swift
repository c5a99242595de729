import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@Suite("Request bodies")
struct RequestBodyTests {
    private func body(_ chunks: [String], failure: BodyFailure? = nil) throws -> RequestBody {
        try Request.make(.post, "/", chunks: chunks.map { Array($0.utf8) }, failure: failure).body
    }

    @Test("collect joins the pieces", arguments: [[], ["a"], ["a", "", "bc"]])
    func joins(_ chunks: [String]) async throws {
        #expect(try await body(chunks).collect(upTo: 3) == Array(chunks.joined().utf8))
    }

    @Test("collect stops at its limit", arguments: [["abcd"], ["abc", "d"], ["a", "b", "c", "d"]])
    func stops(_ chunks: [String]) async throws {
        await #expect(throws: BodyFailure(.tooLarge)) { try await body(chunks).collect(upTo: 3) }
    }

    @Test("collect refuses a declared length above its limit without reading")
    func declared() async throws {
        let body = RequestBody(length: 4, source: Unreadable())
        await #expect(throws: BodyFailure(.tooLarge)) { try await body.collect(upTo: 3) }
    }

    @Test("A failure on the way comes through")
    func fails() async throws {
        let failure = BodyFailure(.disconnected)
        await #expect(throws: failure) { try await body(["a"], failure: failure).collect(upTo: 3) }
    }

    @Test("RFC 9110 §6.5: trailers are known once the body has ended")
    func trailers() async throws {
        let request = try Request.make(.post, "/", chunks: [[1]], trailers: [.contentMD5: "x"])
        #expect(request.body.trailers == nil)
        _ = try await request.body.collect(upTo: 1)
        #expect(request.body.trailers == [.contentMD5: "x"])
    }
}

/// A source that must not be asked.
private final class Unreadable: BodySource {
    func next() async throws(BodyFailure) -> [UInt8]? {
        Issue.record("the body was read")
        return nil
    }

    var trailers: HTTPFields? { nil }
}

extension HTTPField.Name {
    fileprivate static let contentMD5 = HTTPField.Name("Content-MD5") ?? .contentType
}
