// RFC 9110 §6.6.1: the Date field, made now and then and not for each response.

import Glibc
import HTTPCore
import Reactor
import Testing

@testable import Server

@Suite("Date field")
struct DateFieldTests {
    @Test("It is an IMF-fixdate of now")
    func format() throws {
        var field = DateField()
        let text = String(decoding: field.value(at: .current()), as: UTF8.self)
        #expect(text.utf8.count == 29)
        let date = try #require(HTTPDate(text))
        #expect(abs(date.secondsSinceEpoch - Int64(time(nil))) <= 1)
    }

    @Test("It is kept for a while, by the reactor's clock")
    func kept() {
        var field = DateField()
        let now = ReactorInstant.current()
        let first = field.value(at: now)
        #expect(field.value(at: now.adding(nanoseconds: 1)) == first)
        #expect(field.value(at: now.adding(nanoseconds: 300_000_000)).count == 29)
    }
}
