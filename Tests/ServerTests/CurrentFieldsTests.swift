// RFC 9110 §6.6.1: the Date field, made now and then and not for each response.

import Glibc
import HTTPCore
import HTTPWire
import Testing
import Threads

@testable import Server

@Suite("Date and Server")
struct CurrentFieldsTests {
    @Test("The date is an IMF-fixdate of now")
    func format() throws {
        var current = CurrentFields(server: "x")
        let line = String(decoding: current.value(at: .current()).date.lines, as: UTF8.self)
        #expect(line.hasPrefix("Date: ") && line.hasSuffix("\r\n") && line.utf8.count == 6 + 29 + 2)
        let date = try #require(HTTPDate(String(line.dropFirst(6).dropLast())))
        #expect(abs(date.secondsSinceEpoch - Int64(time(nil))) <= 1)
    }

    @Test("They are kept for a while, by the reactor's clock")
    func kept() {
        var current = CurrentFields(server: nil)
        let now = MonotonicInstant.current()
        let first = current.value(at: now)
        #expect(current.value(at: now.adding(nanoseconds: 1)) === first)
        #expect(current.value(at: now.adding(nanoseconds: 300_000_000)) !== first)
    }
}
