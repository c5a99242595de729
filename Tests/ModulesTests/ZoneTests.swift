import SystemPackage
import Testing

@testable import Modules

@Suite("Time zones")
struct ZoneTests {
    private static let zones = ZoneDirectory("/usr/share/zoneinfo", local: "/etc/localtime")

    @Test(
        "RFC 9636: tzdata's files are read as Python's zoneinfo reads them",
        arguments: [
            ("Europe/Berlin", 1_795_257_780, 3600, "CET"),
            ("Europe/Berlin", 1_774_745_999, 3600, "CET"),
            ("Europe/Berlin", 1_774_746_000, 7200, "CEST"),
            ("Europe/Berlin", 1_792_889_999, 7200, "CEST"),
            ("Europe/Berlin", 1_792_890_000, 3600, "CET"),
            ("Europe/Berlin", -2_500_000_000, 3208, "LMT"),
            ("Europe/Berlin", 4_119_724_800, 7200, "CEST"),
            ("Europe/Berlin", 4_102_444_800, 3600, "CET"),
            ("Europe/Berlin", -1_700_000_000, 3600, "CET"),
            ("America/New_York", 1_795_257_780, -18000, "EST"),
            ("America/New_York", 1_783_000_000, -14400, "EDT"),
            ("America/New_York", 2_600_000_000, -14400, "EDT"),
            ("Asia/Kolkata", 1_795_257_780, 19800, "IST"),
            ("Asia/Kathmandu", 1_795_257_780, 20700, "+0545"),
            ("Asia/Kathmandu", 400_000_000, 19800, "+0530"),
            ("Australia/Lord_Howe", 1_795_257_780, 39600, "+11"),
            ("Australia/Lord_Howe", 1_783_000_000, 37800, "+1030"),
            ("Australia/Lord_Howe", 4_110_000_000, 39600, "+11"),
            ("Australia/Lord_Howe", 4_100_368_000, 39600, "+11"),
            ("America/Sao_Paulo", 1_795_257_780, -10800, "-03"),
            ("America/Sao_Paulo", 1_500_000_000, -10800, "-03"),
            ("Pacific/Chatham", 1_795_257_780, 49500, "+1345"),
            ("Pacific/Chatham", 1_783_000_000, 45900, "+1245"),
            ("Pacific/Chatham", 5_000_000_000, 45900, "+1245"),
            ("Pacific/Chatham", 5_015_000_000, 49500, "+1345"),
            ("Europe/Dublin", 1_795_257_780, 0, "GMT"),
            ("Europe/Dublin", 1_783_000_000, 3600, "IST"),
            ("Europe/Dublin", 4_102_444_800, 0, "GMT"),
            ("Africa/Casablanca", 1_795_257_780, 3600, "+01"),
            ("America/Nuuk", 1_795_257_780, -7200, "-02"),
            ("America/Nuuk", 1_783_000_000, -3600, "-01"),
            ("America/Nuuk", 4_110_000_000, -3600, "-01"),
            ("Asia/Gaza", 1_795_257_780, 7200, "EET"),
            ("Etc/GMT+12", 0, -43200, "-12"),
            ("Pacific/Kiritimati", 1_795_257_780, 50400, "+14"),
            ("Asia/Tehran", 1_795_257_780, 12600, "+0330"),
            ("Asia/Tehran", 1_500_000_000, 16200, "+0430"),
        ] as [(String, Int64, Int64, String)])
    func matches(_ name: String, _ seconds: Int64, _ offset: Int64, _ abbreviation: String) throws {
        let time = try #require(try Self.zones.zone(named: name)).time(at: seconds)
        #expect(time.offset == offset)
        #expect(time.abbreviation == abbreviation)
    }

    @Test(
        "RFC 9636 §3.3: the rule in the footer",
        arguments: [
            ("UTC0", 1_795_257_780, 0, "UTC"), ("<+0330>-3:30", 0, 12_600, "+0330"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_745_999, 3_600, "CET"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_746_000, 7_200, "CEST"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_792_889_999, 7_200, "CEST"),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_792_890_000, 3_600, "CET"),
            // South of the equator.
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_795_257_780, 39_600, "AEDT"),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_783_000_000, 36_000, "AEST"),
            // Before midnight, and by the number of the day.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_774_745_999, -7_200, "-02"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_774_746_000, -3_600, "-01"),
            ("A0AA0AAA,J60/0,J300/0", 0, 0, ""), ("AAA0BBB,J60/0,J300/0", 1_709_251_199, 0, "AAA"),
            ("AAA0BBB,J60/0,J300/0", 1_709_251_200, 3_600, "BBB"),
            ("AAA0BBB,59/0,299/0", 1_709_164_800, 3_600, "BBB"),
        ] as [(String, Int64, Int64, String)])
    func rule(_ text: String, _ seconds: Int64, _ offset: Int64, _ abbreviation: String) throws {
        // A name has three letters.
        guard !abbreviation.isEmpty else {
            #expect(ZoneRule(text) == nil)
            return
        }
        let time = try #require(ZoneRule(text)).time(at: seconds)
        #expect(time.offset == offset && time.abbreviation == abbreviation)
    }

    @Test(
        "What is no rule is none",
        arguments: [
            "", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0,M10.5.0/3x", "<+03-3", "CET-168",
        ])
    func noRule(text: String) { #expect(ZoneRule(text) == nil) }

    @Test("RFC 9636 §3: a file that is cut short anywhere is read as far as it can be, or is none")
    func truncated() throws {
        let file = Self.file(footer: "\nCET-1CEST,M3.5.0,M10.5.0/3\n")
        #expect(ZoneFile(file)?.time(at: 1_783_000_000).abbreviation == "CEST")
        for count in 0..<file.count {
            // All but the footer is needed; without it the last transition's type goes on.
            guard let zone = ZoneFile(Array(file.prefix(count))) else { continue }
            #expect(count >= Self.file(footer: "").count)
            _ = zone.time(at: 1_783_000_000)
        }
    }

    @Test("RFC 9636 §3: counts that don't fit, and types that are not there, are refused")
    func malformed() {
        #expect(ZoneFile(Array("TZif".utf8)) == nil)
        #expect(ZoneFile(Self.file(footer: "", version: 0x31)) == nil)
        #expect(ZoneFile(Self.file(footer: "", index: 2)) == nil)
        #expect(ZoneFile(Self.file(footer: "", typeCount: 1 << 24)) == nil)
    }

    /// A zone with two types and one transition, at 0.
    private static func file(
        footer: String, version: UInt8 = 0x32, index: UInt8 = 1, typeCount: UInt32 = 2
    ) -> [UInt8] {
        func header(_ counts: [UInt32]) -> [UInt8] {
            Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
                + counts.flatMap { count in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } }
        }
        return header([0, 0, 0, 0, 0, 0]) + header([0, 0, 0, 1, typeCount, 8])
            + [UInt8](repeating: 0, count: 8) + [index] + [0, 0, 0, 0, 0, 0, 0, 0, 0x0E, 0x10, 0, 4]
            + Array("AAA\0BBB\0".utf8) + Array(footer.utf8)
    }
}
