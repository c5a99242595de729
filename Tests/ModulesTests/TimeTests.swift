import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

@Suite("time")
struct TimeTests {
    /// The answer at the test clock's 2026-11-21T10:43:00Z, on a machine whose zone is UTC.
    private func ask(
        _ target: String = "/", accept: String = "*/*",
        section: String = "local_zone = /usr/share/zoneinfo/UTC"
    ) async throws -> TestResponse {
        try await respond(
            make(handler: .time, section), to: .make(.get, target, fields: [.accept: accept]))
    }

    @Test("The text is one line of RFC 3339")
    func text() async throws {
        let response = try await ask()
        #expect(response.text == "2026-11-21T10:43:00.000+00:00\n")
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.fields[.cacheControl] == "no-store")
    }

    @Test("The clock goes on between requests")
    func advances() async throws {
        let clock = TestClock(seconds: 0, nanoseconds: 7_999_999)
        let handler = try make(
            handler: .time, "local_zone = /usr/share/zoneinfo/UTC", context: .forTesting(clock: clock))
        #expect(try await respond(handler, to: .make()).text == "1970-01-01T00:00:00.007+00:00\n")
        clock.advance(by: 86_399)
        #expect(try await respond(handler, to: .make()).text == "1970-01-01T23:59:59.007+00:00\n")
    }

    @Test("JSON has the parts by stable names")
    func json() async throws {
        let response = try await ask("/?zone=Asia/Kathmandu", accept: "application/json")
        for part in [
            #""time" : "2026-11-21T16:28:00.000+05:45""#, #""utc" : "2026-11-21T10:43:00.000Z""#,
            #""unix" : 1795257780"#, #""zone" : "Asia/Kathmandu""#, #""abbreviation" : "+0545""#,
            #""offset" : "+05:45""#, #""is_dst" : false"#,
        ] { #expect(response.text.contains(part), "\(part)") }
    }

    @Test("HTML shows the clock and asks for another zone")
    func html() async throws {
        let response = try await ask("/?zone=America/New_York", accept: "text/html")
        #expect(response.text.contains(">05:43:00</time>"))
        #expect(response.text.contains(#"<input id="zone" name="zone" type="text" value="America/New_York""#))
    }

    @Test(
        "The machine's own zone is shown unless another is asked for", arguments: ["/", "/?zone=", "/?x=1"])
    func local(target: String) async throws {
        let section = "local_zone = /usr/share/zoneinfo/Asia/Kolkata"
        #expect(try await ask(target, section: section).text == "2026-11-21T16:13:00.000+05:30\n")
        #expect(try await ask("/?zone=UTC", section: section).text == "2026-11-21T10:43:00.000+00:00\n")
    }

    @Test(
        "What names no zone is refused, and nothing outside the folder is read",
        arguments: [
            "Europe/Atlantis", "Europe", "tzdata.zi", "../../../etc/passwd", "/etc/localtime", "Europe/",
            "%00", "UTC%2F..%2FUTC%2Fx", "europe/berlin",
        ])
    func unknown(zone: String) async throws {
        let response = try await ask("/?zone=\(zone)")
        #expect(response.status == .badRequest)
        #expect(response.text.contains("no time zone of that name"))
    }

    @Test("Without tzdata there is UTC")
    func withoutZones() async throws {
        let context = ModuleContext.forTesting()
        let time = TimeHandler(
            zones: ZoneDirectory("/nonexistent", local: "/nonexistent"), blocking: context.blocking,
            now: context.now)
        for query in ["", "?zone=UTC"] {
            #expect(try await respond(time, to: .make(.get, "/\(query)")).text.hasSuffix("+00:00\n"))
        }
        #expect(try await respond(time, to: .make(.get, "/?zone=Europe/Berlin")).status == .badRequest)
    }

    @Test(
        "What a section names has to be there, and be a zone",
        arguments: [
            "zones = /nonexistent": "the folder '/nonexistent' cannot be opened",
            "zones = /etc/passwd": "the folder '/etc/passwd' cannot be opened",
            "local_zone = /nonexistent": "the file of a time zone '/nonexistent' cannot be read",
            "local_zone = /etc/passwd": "the file of a time zone '/etc/passwd' cannot be read",
            "local_zone = /etc": "the file of a time zone '/etc' cannot be read",
        ])
    func wrongFiles(section: String, message: String) {
        let failure = #expect(throws: ConfigurationFailure.self) { try make(handler: .time, section) }
        #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
    }
}
