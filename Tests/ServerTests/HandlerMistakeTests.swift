// Handlers that break their word: the client must see it, and never take a part of a response for all of it.

import HTTPTypes
import HandlerKit
import Server
import Testing

/// A response made anew for each request.
private struct Making: Handler {
    let response: @Sendable () throws -> Response

    func respond(to request: Request) async throws -> Response { try response() }
}

private struct Failure: Error, CustomStringConvertible {
    let description = "the disk is gone"
}

@Suite("What handlers do wrong", .timeLimit(.minutes(1)))
struct HandlerMistakeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let response: @Sendable () -> Response

        init(_ name: String, _ reason: String, _ response: @escaping @Sendable () -> Response) {
            testDescription = name
            self.reason = reason
            self.response = response
        }

        static func stream(
            _ name: String, length: UInt64?, _ pieces: [String], fails: Bool = false, _ reason: String
        ) -> Case {
            Case(name, reason) {
                Response(
                    body: .stream(length: length) { writer in
                        for piece in pieces { try await writer.write(piece) }
                        if fails { throw Failure() }
                        return nil
                    })
            }
        }
    }

    static let mistakes = [
        Case.stream("too few bytes", length: 10, ["text"], "wrote 4 bytes of 10"),
        Case.stream("no bytes", length: 10, [], "wrote 0 bytes of 10"),
        Case.stream("too many bytes at once", length: 3, ["text"], "wrote more than"),
        Case.stream("too many bytes at last", length: 5, ["text", "more"], "wrote more than"),
        Case.stream("fails before a byte", length: nil, [], fails: true, "the disk is gone"),
        Case.stream("fails in mid chunks", length: nil, ["text"], fails: true, "the disk is gone"),
        Case.stream("fails in mid length", length: 10, ["text"], fails: true, "the disk is gone"),
        Case.stream("fails after all bytes", length: 4, ["text"], fails: true, "the disk is gone"),
        Case("another Content-Length than its body's", "invalidContentLength") {
            Response(fields: [.contentLength: "5"], body: .bytes(Array("text".utf8)))
        },
        Case("a Content-Length that is none", "invalidContentLength") {
            Response(fields: [.contentLength: "4 or so"], body: .bytes(Array("text".utf8)))
        },
        Case("an interim status", "invalidStatus") { Response(.continue) },
    ]

    @Test(
        "RFC 9112 §8: a response that can't be finished ends in a reset, not in what looks like its end",
        arguments: mistakes, ["1.1", "1.0"])
    func aborted(mistake: Case, version: String) async throws {
        let server = try await LocalServer(Making(response: mistake.response))
        let client = try LocalClient(server)
        client.send("GET / HTTP/\(version)\r\nHost: a\r\n\r\n")
        let (bytes, isReset) = client.readToEnd()
        #expect(isReset)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\r\n0\r\n\r\n"))
        await server.stop()
        #expect(
            server.log.lines.contains {
                $0.hasPrefix("A response was cut short.") && $0.contains(mistake.reason)
            })
        #expect(server.log.records.map(\.isAborted) == [true])
    }

    @Test(
        "RFC 9110 §5.5: CR, LF or NUL in a field's value is a 500 and a line in the log",
        arguments: ["a\r\nX-Injected: 1", "a\nb", "a\0b"], [true, false])
    func injection(value: String, isThrown: Bool) async throws {
        let server = try await LocalServer(
            Making {
                if isThrown { throw HandlerFailure(.notFound, fields: [.location: value]) }
                return Response(.found, fields: [.location: value])
            })
        let client = try LocalClient(server)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = client.read(through: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
        #expect(!head.contains("Injected") && !head.contains("Location"))
        await server.stop()
        let line = try #require(server.log.lines.first { $0.hasPrefix("A request failed.") })
        #expect(line.contains("the handler's value of Location has a control character"))
    }

    @Test(
        "RFC 9110 §6.4.1, §9.3.2: no content after HEAD, 204 and 304, whatever the handler gives",
        arguments: [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 204)])
    func bodyless(method: String, status: Int) async throws {
        let server = try await LocalServer(
            Making {
                Response(
                    .init(code: status),
                    body: .stream(length: nil) { writer in
                        try await writer.write("text")
                        return nil
                    })
            })
        let client = try LocalClient(server)
        let request = "\(method) / HTTP/1.1\r\nHost: a\r\n"
        client.send(request + "\r\n" + request + "Connection: close\r\n\r\n")
        let text = String(decoding: client.readToEnd().bytes, as: UTF8.self)
        #expect(text.ranges(of: "HTTP/1.1 \(status) ").count == 2)
        #expect(text.hasSuffix("\r\n\r\n") && !text.contains("text"))
        #expect(!text.contains("Transfer-Encoding") && !text.contains("Content-Length"))
        await server.stop()
    }

    @Test("RFC 9110 §6.6.1: Date in every response, one for those of the same moment")
    func date() async throws {
        let server = try await LocalServer(Making { throw HandlerFailure(.notFound) })
        let client = try LocalClient(server)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /")
        client.send(" HTTP/9.9\r\n\r\n")
        let text = String(decoding: client.readToEnd().bytes, as: UTF8.self)
        #expect(text.ranges(of: "\r\nDate: ").count == 3)
        await server.stop()
    }
}
