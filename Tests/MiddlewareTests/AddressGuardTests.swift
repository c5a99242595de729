import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Middleware

@Suite("allow and deny")
struct AddressGuardTests {
    static let rules: [(rules: String, client: String, isLetIn: Bool)] = [
        // Only allow: nobody else
        ("allow = 10.0.0.0/8 ::1", "10.9.8.7", true), ("allow = 10.0.0.0/8 ::1", "::1", true),
        ("allow = 10.0.0.0/8 ::1", "192.0.2.1", false), ("allow = 10.0.0.0/8 ::1", "::2", false),
        ("allow = 10.0.0.0/8", "unix", false), ("allow = unix", "unix", true),
        // Only deny: everybody else
        ("deny = 10.0.0.0/8", "10.9.8.7", false), ("deny = 10.0.0.0/8", "192.0.2.1", true),
        ("deny = 10.0.0.0/8", "unix", true), ("deny = unix", "unix", false),
        ("deny = fe80::/10", "fe80::1%eth0", false),
        // Both: the narrowest decides, whichever key it is of
        ("allow = 10.0.0.0/8\ndeny = 10.6.0.0/16", "10.6.1.1", false),
        ("allow = 10.0.0.0/8\ndeny = 10.6.0.0/16", "10.7.1.1", true),
        ("deny = 0.0.0.0/0 ::/0\nallow = 192.0.2.1", "192.0.2.1", true),
        ("deny = 0.0.0.0/0 ::/0\nallow = 192.0.2.1", "192.0.2.2", false),
        ("allow = 10.0.0.0/8 10.6.6.6\ndeny = 10.6.0.0/16", "10.6.6.6", true),
        // The same in both is denied, and who is in neither is not allowed
        ("allow = 10.0.0.0/8\ndeny = 10.0.0.0/8", "10.1.1.1", false),
        ("allow = unix\ndeny = unix", "unix", false),
        ("allow = 10.0.0.0/8\ndeny = 192.0.2.1", "192.0.2.2", false),
        // RFC 4291 §2.5.5.2: mapped addresses are IPv4, in rules and in clients
        ("allow = ::ffff:10.0.0.0/104", "10.1.1.1", true), ("allow = 10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("deny = ::/0", "192.0.2.1", true),
    ]

    @Test("The narrowest range that has the client's address decides", arguments: rules)
    func admits(rules: String, client: String, isLetIn: Bool) async throws {
        let connection: ConnectionFacts = client == "unix" ? .from("", port: nil) : .from(client)
        for answersAtOnce in [true, false] {
            let handler = AddressGuard.around(Inside(answersAtOnce: answersAtOnce), try section(rules))
            let response = try await respond(handler, to: .make(connection: connection))
            #expect(response.status == (isLetIn ? .ok : .forbidden))
            #expect((response.text == "inside") == isLetIn)
        }
    }

    @Test("What can't be read as an address is not let in by a rule")
    func unreadable() async throws {
        let handler = AddressGuard.around(Inside(), try section("deny = 10.0.0.0/8"))
        #expect(try await respond(handler, to: .make(connection: .from("nonsense"))).status == .forbidden)
    }

    @Test("A section without rules has the handler itself")
    func nothing() throws {
        #expect(AddressGuard.around(Inside(), try section("")) is Inside)
    }

    @Test("A handler keeps its methods, limits and life behind the rules")
    func forwards() async throws {
        let inner = Living()
        let handler = try #require(
            AddressGuard.around(inner, try section("allow = ::1")) as? any LifecycleHandler)
        #expect(handler.methods == [.put])
        #expect(handler.bodyLimit == 7)
        #expect(handler.wantsHandshake)
        await #expect(throws: Living.Failure.self) { try await handler.start() }
    }

    @Test("A range with bits behind its prefix is an error where it stands")
    func mistakes() {
        let failure = #expect(throws: ConfigurationFailure.self) { try section("allow = 10.0.0.1/8") }
        #expect(
            failure?.description.contains("10.0.0.1/8: there are bits") == true, "\(failure.debugDescription)"
        )
    }
}

private struct Living: LifecycleHandler {
    struct Failure: Error {}
    let methods: [HTTPRequest.Method] = [.put]
    let bodyLimit: UInt64? = 7
    let wantsHandshake = true

    func respond(to request: Request) async -> Response { Response() }
    func start() async throws { throw Failure() }
    func stop() async {}
}
