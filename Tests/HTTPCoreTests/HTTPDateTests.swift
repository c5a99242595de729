import HTTPCore
import Testing

@Suite("Dates")
struct HTTPDateTests {
    @Test(
        "RFC 9110 §5.6.7: IMF-fixdate is written and read",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
        ] as [(Int64, String)])
    func fixdate(seconds: Int64, text: String) {
        #expect(HTTPDate(secondsSinceEpoch: seconds).description == text)
        #expect(HTTPDate(text)?.secondsSinceEpoch == seconds)
    }

    @Test(
        "RFC 3339 §5.6: a timestamp is in UTC, to the second",
        arguments: [
            (784_111_777, "1994-11-06T08:49:37Z"), (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (.max, "9999-12-31T23:59:59Z"), (.min, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func timestamp(seconds: Int64, text: String) {
        var bytes: [UInt8] = []
        HTTPDate(secondsSinceEpoch: seconds).appendTimestamp(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(
        "RFC 9110 §5.6.7: the obsolete forms are read",
        arguments: [
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994",
        ])
    func obsolete(text: String) { #expect(HTTPDate(text)?.secondsSinceEpoch == 784_111_777) }

    @Test(
        "RFC 9110 §5.6.7: a two-digit year is at most 50 years ahead",
        arguments: [("75", "2075"), ("78", "1978")])
    func century(short: String, year: String) {
        let now = HTTPDate(secondsSinceEpoch: 1_764_000_000)
        let date = HTTPDate("Sunday, 06-Nov-\(short) 08:49:37 GMT", now: now)
        #expect(date?.description.contains(" Nov \(year) ") == true)
    }

    @Test(
        "What no calendar has is not a date",
        arguments: [
            "", "x", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
            "sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 29 Feb 2100 00:00:00 GMT", "day, 06-Nov-94 08:49:37 GMT",
        ])
    func refused(text: String) { #expect(HTTPDate(text) == nil) }

    @Test("Every day of four centuries is read back")
    func everyDay() {
        for day in stride(from: Int64(-80_000), to: 80_000, by: 7) {
            let date = HTTPDate(secondsSinceEpoch: day * 86_400 + 3_661)
            #expect(HTTPDate(date.description) == date)
        }
    }
}
