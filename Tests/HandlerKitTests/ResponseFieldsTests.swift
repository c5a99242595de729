import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@Suite("Fields of responses")
struct ResponseFieldsTests {
    @Test(
        "RFC 9110 §5.5: a value with a control character is kept out, however it is set, and its name kept",
        arguments: ["a\r\nX: y", "a\nb", "a\rb", "a\0b", "\u{7F}", "\u{1B}[0m", "a\r\n"])
    func refused(value: String) {
        var assigned: ResponseFields = [.server: "s"]
        assigned[.location] = value
        var appended: ResponseFields = [.server: "s"]
        appended.append(.location, value)
        let literal: ResponseFields = [.server: "s", .location: value]
        var joined: ResponseFields = [.server: "s"]
        joined.append(contentsOf: [.location: value])
        for fields in [assigned, appended, literal, joined] {
            #expect(fields.valid == [.server: "s"])
            #expect(fields.refused == "Location")
        }
    }

    @Test("RFC 9110 §5.5: a value may have tabs and bytes beyond ASCII", arguments: ["", "a\tb", "é", "a b"])
    func accepted(value: String) {
        let fields: ResponseFields = [.location: value]
        #expect(fields[.location] == value)
        #expect(fields.refused == nil)
    }

    @Test("RFC 9110 §5.3: fields of one name stay in their order; setting replaces them, nil by none")
    func repeated() {
        var fields: ResponseFields = [.vary: "a", .vary: "b"]
        #expect(fields[.vary] == "a, b")
        fields[.vary] = "c"
        #expect(fields.valid == [.vary: "c"])
        fields[.vary] = nil
        #expect(fields.valid.isEmpty)
    }

    @Test("Fields that are encoded are the same fields, until they are changed")
    func encoded() {
        let fields = ([.vary: "a"] as ResponseFields).encoded()
        #expect(fields == [.vary: "a"])
        #expect(fields.encoding != nil)
        var (assigned, removed, appended, joined) = (fields, fields, fields, fields)
        assigned[.location] = "/"
        removed[.vary] = nil
        appended.append(.location, "/")
        joined.append(contentsOf: [.location: "/"])
        for changed in [assigned, removed] { #expect(changed.encoding == nil) }
        // What comes behind them leaves them as they are.
        for longer in [appended, joined] {
            #expect(longer.encoding === fields.encoding)
            #expect(longer.others == [.location: "/"])
            #expect(longer.valid == [.vary: "a", .location: "/"])
            #expect(longer[.location] == "/")
            #expect(longer.encoded().others.isEmpty)
        }
        var refused = fields
        refused.append(.location, "a\r\n")
        #expect(refused.refused == "Location")
        #expect(refused.valid == [.vary: "a"])
        #expect(assigned.valid == appended.valid)
        #expect(removed.valid.isEmpty)
        #expect(([.location: "a\r\n"] as ResponseFields).encoded().encoding == nil)
    }

    @Test("A test sees the 500 that a client would get, and why")
    func tested() async throws {
        struct Injecting: Handler {
            func respond(to request: Request) async throws -> Response {
                Response(fields: [.location: "a\r\nX: y"])
            }
        }
        let response = try await respond(Injecting(), to: .make())
        #expect(response.status == .internalServerError)
        #expect(response.failure as? InvalidFieldValue != nil)
        #expect(response.fields[.location] == nil)
    }
}
