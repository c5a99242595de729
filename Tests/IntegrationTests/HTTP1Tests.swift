// What RFC 9110 and RFC 9112 promise a client: over each transport what HTTP means, over HTTP/1.1 its own framing.

import Testing

extension Integration {
    @Suite("HTTP/1.1", .timeLimit(.minutes(1)))
    struct HTTP1Tests {
        let server: PorticoProcess

        init() throws { server = try PorticoProcess() }

        @Test("RFC 9112 §9.3: a connection serves one request after another", arguments: Transport.allCases)
        func keepAlive(transport: Transport) throws {
            let client = try RawClient(server, transport)
            for number in 1...3 {
                let response = try client.exchange(
                    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n")
                #expect(response.status == 200)
                #expect(response.body.contains("\"request_number\" : \(number)"))
                #expect(response["Connection"] == nil)
            }
        }

        @Test(
            "RFC 9112 §9.3.2: pipelined requests are answered in their order", arguments: Transport.allCases)
        func pipelining(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let body = "text=0"
            var requests =
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            requests += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            for number in 1...20 { requests += "GET /echo?text=\(number) HTTP/1.1\r\nHost: a\r\n\r\n" }
            try client.send(requests)
            for number in 0...20 {
                #expect(try client.readResponse().body == "You submitted text = \(number)\n")
            }
        }

        @Test("RFC 9110 §10.1.1: a body is invited when the handler reads it", arguments: Transport.allCases)
        func expectContinue(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let invitation = try client.exchange(Self.post("Content-Length: 6\r\nExpect: 100-continue\r\n"))
            #expect(invitation.status == 100)
            #expect(try client.exchange("text=a").body == "You submitted text = a\n")
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("RFC 9110 §10.1.1: a body that came along is not invited", arguments: Transport.allCases)
        func unneededInvitation(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let final = try client.exchange(
                Self.post("Content-Length: 6\r\nExpect: 100-continue\r\n") + "text=a")
            // RFC 9110 §10.1.1 leaves it to the server; the final response has to follow in any case.
            #expect(final.status == 100 ? try client.readResponse().status == 200 : final.status == 200)
        }

        @Test(
            "RFC 9110 §10.1.1: a request that is refused gets its final status instead",
            arguments: Transport.allCases)
        func expectRefused(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let request =
                "PUT /echo/get HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"
            let response = try client.exchange(request)
            #expect(response.status == 405)
            guard transport != .http2 else { return }
            #expect(response["Connection"] == "close")
            #expect(try client.isClosedByServer())
        }

        @Test("RFC 9110 §9.3.2: HEAD has GET's fields and no content", arguments: Transport.allCases)
        func head(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let get = try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.exchange("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n", toHEAD: true)
            #expect(head.status == 200)
            let differing = ["date"]
            for field in get.fields where !differing.contains(field.name.lowercased()) {
                #expect(head[field.name] == get[field.name], "\(field.name)")
            }
            #expect(
                try client.exchange("GET /echo?text=after HTTP/1.1\r\nHost: a\r\n\r\n").body.contains("after")
            )
        }

        @Test("RFC 9112 §9.3: HTTP/1.0 is closed after its response", arguments: Transport.http1)
        func http10(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let response = try client.exchange("GET /echo HTTP/1.0\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Transfer-Encoding"] == nil)
            #expect(try client.isClosedByServer())
        }

        @Test("RFC 9112 §C.2.2: HTTP/1.0 with keep-alive goes on", arguments: Transport.http1)
        func http10KeepAlive(transport: Transport) throws {
            let client = try RawClient(server, transport)
            for _ in 1...2 {
                let response = try client.exchange("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(response.status == 200)
                #expect(response["Connection"]?.lowercased() == "keep-alive")
            }
        }

        @Test("RFC 9112 §9.6: Connection: close is answered in kind", arguments: Transport.http1)
        func close(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let response = try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Connection"] == "close")
            #expect(try client.isClosedByServer())
        }

        @Test("RFC 9112 §3.2.2: absolute-form names the host itself", arguments: Transport.http1)
        func absoluteForm(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let request = "GET http://other.example/echo?text=x HTTP/1.1\r\nHost: other.example\r\n\r\n"
            #expect(try client.exchange(request).body == "You submitted text = x\n")
            let facts = try client.exchange(
                "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n")
            #expect(facts.body.contains("Authority   other.example"))
        }

        @Test("RFC 9112 §3.2.4: OPTIONS * asks about the server", arguments: Transport.allCases)
        func asteriskForm(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let response = try client.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Allow"]?.contains("GET") == true)
        }

        @Test(
            "RFC 9112 §7.1: chunks with extensions and trailers make one body", arguments: Transport.allCases)
        func chunked(transport: Transport) throws {
            let client = try RawClient(server, transport)
            let body = "5;name=value;other=\"quoted\"\r\ntext=\r\n00003\r\nabc\r\n0\r\nX-Trailer: yes\r\n\r\n"
            let response = try client.exchange(Self.post("Transfer-Encoding: chunked\r\n") + body)
            #expect(response.body == "You submitted text = abc\n")
            #expect(
                try client.exchange("GET /echo?text=next HTTP/1.1\r\nHost: a\r\n\r\n").body.contains("next"))
        }

        @Test("RFC 9112 §2.2: a request may arrive in any pieces", arguments: Transport.http1)
        func pieces(transport: Transport) throws {
            let client = try RawClient(server, transport)
            for byte in Self.post("Content-Length: 6\r\n").utf8 { try client.send([byte]) }
            for byte in "text=a".utf8 { try client.send([byte]) }
            #expect(try client.readResponse().body == "You submitted text = a\n")
        }

        @Test("RFC 9112 §9.6: a client that only stops sending still gets its response")
        func halfClosed() throws {
            let client = try RawClient(server)
            try client.send("GET /echo?text=a HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishSending()
            #expect(try client.readResponse().body == "You submitted text = a\n")
            #expect(try client.isClosedByServer())
        }

        static func post(_ fields: String) -> String {
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\(fields)\r\n"
        }
    }
}
