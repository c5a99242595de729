import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

@Suite("redirect")
struct RedirectTests {
    private func ask(_ target: String, _ section: String, mount: String = "/old") async throws -> TestResponse
    {
        try await respond(
            make(handler: .redirect, section), to: .make(.get, target, mount: mount))
    }

    @Test(
        "What follows the prefix is kept, and the query",
        arguments: [
            ("/old", "https://new.test/docs", "https://new.test/docs"),
            ("/old/", "https://new.test/docs", "https://new.test/docs/"),
            ("/old/a/b?x=1&y=%20", "https://new.test/docs", "https://new.test/docs/a/b?x=1&y=%20"),
            ("/old/a", "https://new.test/", "https://new.test/a"),
            ("/old", "https://new.test/", "https://new.test/"), ("/old/a", "/new", "/new/a"),
            ("/old/a", "/", "/a"), ("/old/%C3%A9%20b", "/new", "/new/%C3%A9%20b"),
            ("/old/%FF", "/new", "/new/%FF"), ("/old?", "/new", "/new?"), ("/old?é", "/new", "/new?%C3%A9"),
        ])
    func keeps(_ target: String, _ to: String, _ location: String) async throws {
        let response = try await ask(target, "to = \(to)")
        #expect(response.status == .temporaryRedirect)
        #expect(response.fields[.location] == location)
        #expect(response.text == "See \(location)\n")
    }

    @Test(
        "No path turns into a host",
        arguments: ["/old//evil.test", "/old/\\evil.test", "/old/%2F/evil.test"])
    func staysOnHost(target: String) async throws {
        let location = try #require(try await ask(target, "to = /").fields[.location])
        #expect(location.hasPrefix("/") && !location.hasPrefix("//") && !location.contains("\\"))
    }

    @Test("keep_path = no sends all to one address")
    func fixed() async throws {
        let response = try await ask("/old/a?b", "to = https://new.test/?x=1#y\nkeep_path = no")
        #expect(response.fields[.location] == "https://new.test/?x=1#y")
    }

    @Test("The status is a key", arguments: ["301", "302", "303", "307", "308"])
    func status(code: String) async throws {
        #expect(try await ask("/old", "to = /new\nstatus = \(code)").status.code == Int(code))
    }

    @Test(
        "An address that is none is refused when the configuration is read",
        arguments: [
            "to = new.test", "to = //new.test", "to = https://", "to = https:///x", "to = ftp://new.test/",
            "to = javascript:alert(1)", "to = /a b", "to = /é", "to = /a\\b", "to = /new?x=1", "to = /new#x",
            "status = 200\nto = /", "",
        ])
    func refused(section: String) {
        #expect(throws: ConfigurationFailure.self) { try make(handler: .redirect, section) }
    }
}
