// Clients that make a server work or remember for nothing: each is ended in one line, and nobody else notices.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("HTTP/2 abuse", .timeLimit(.minutes(1)))
    struct HTTP2AbuseTests {
        struct Flood: CustomTestStringConvertible {
            let key: String
            let way: String
            let reason: String

            init(_ key: String, _ way: String, _ reason: String) {
                self.key = key
                self.way = way
                self.reason = reason
            }

            var testDescription: String { "\(key): \(way)" }
        }

        static let floods = [
            Flood("resets", "reset", "streams reset"),
            Flood("resets", "reset a handler that waits", "streams reset"),
            Flood("resets", "be reset for content that is too long", "streams reset"),
            Flood("resets", "be reset for a window that is too large", "streams reset"),
            Flood("resets", "be reset for a field that is wrong", "streams reset"),
            Flood("resets", "be reset for fields of zero length", "streams reset"),
            Flood("continuations", "CONTINUATION", "CONTINUATION frames"),
            Flood("continuations", "empty CONTINUATION", "CONTINUATION frames"),
            Flood("settings", "SETTINGS", "SETTINGS frames"),
            Flood("settings", "empty SETTINGS", "SETTINGS frames"),
            Flood("pings", "PING", "PING frames"),
            Flood("pings", "acknowledgements of PING", "PING frames"),
            Flood("empty_frames", "empty DATA", "empty DATA frames"),
            Flood("empty_frames", "DATA of padding", "empty DATA frames"),
            Flood("other_frames", "PRIORITY", "frames without use"),
            Flood("other_frames", "PRIORITY_UPDATE", "frames without use"),
            Flood("other_frames", "unknown frames", "frames without use"),
            Flood("other_frames", "WINDOW_UPDATE", "frames without use"),
            Flood("other_frames", "WINDOW_UPDATE of a stream", "frames without use"),
        ]

        @Test(
            "A client beyond a limit gets ENHANCE_YOUR_CALM and one line, and costs nothing that stays",
            arguments: floods)
        func flood(row: Flood) throws {
            let server = try probeServer(
                server: "log_level = notice\nworkers = 1", "[http2]\n\(row.key) = 20\n")
            // What is made once is part of what was there before.
            try expectEnd("GOAWAY ENHANCE_YOUR_CALM", of: row.way, on: server)
            let (memory, descriptors) = (try server.status("VmRSS"), server.descriptorCount)
            try expectEnd("GOAWAY ENHANCE_YOUR_CALM", of: "unread \(row.way)", on: server)
            var line = -1
            for _ in 1...2 {
                line = try server.log.wait(
                    from: line + 1, containing: "An HTTP/2 connection was ended.",
                    "excess: too many \(row.reason)")
            }
            try server.readLog()
            let told = server.log.lines.count { $0.contains("An HTTP/2 connection was ended.") }
            #expect(told == 2, "one line for each connection")
            #expect(try server.growth(of: "VmRSS", since: memory) < 4096)
            #expect(server.descriptorCount <= descriptors)
        }

        @Test("The default limits of [http2] hold too, and let a browser's use of them through")
        func defaults() throws {
            let server = try probeServer(server: "log_level = notice")
            for row in Self.floods where row.way == "reset" || row.way == "PING" || row.way == "SETTINGS" {
                try expectEnd("GOAWAY ENHANCE_YOUR_CALM", of: row.way, on: server)
            }
        }

        static let stalls = [
            ("header_timeout", "half a preface"), ("header_timeout", "a preface without SETTINGS"),
            ("header_timeout", "half a frame"), ("header_timeout", "a section without an end"),
            ("body_timeout", "content that does not come"), ("body_timeout", "content that stops"),
            ("write_timeout", "a window that is never opened"),
            ("write_timeout", "windows that are never opened"),
            ("write_timeout", "windows that are never opened, one after the other"),
            ("write_timeout", "a window of the connection that is never opened"),
            ("write_timeout", "a window that is opened octet by octet"),
        ]

        @Test("A client that begins and does not go on is cut at the timeout, in one line", arguments: stalls)
        func stall(key: String, way: String) throws {
            let server = try probeServer(server: "\(key) = 300ms\nworkers = 1\nlog_level = info")
            try expectEnd("GOAWAY ENHANCE_YOUR_CALM", of: way, on: server)
            try server.readLog()
            #expect(server.log.lines.count { $0.contains("A client was too slow.") } == 1)
        }

        @Test("A stream that stalls is cut alone, and those that get on beside it are not")
        func slowStream() throws {
            let server = try probeServer(server: "body_timeout = 300ms")
            try server.expectManners("slow_stream")
        }

        private func expectEnd(_ end: String, of way: String, on server: PorticoProcess) throws {
            let result = try run(
                "python3", Scripts.path("http2_abuse.py"), "\(server.port(.http2))",
                server.authority.string, way)
            #expect(
                result.status == 0 && result.output == end + "\n", "\(way): \(result.output)\(result.error)")
        }
    }
}
