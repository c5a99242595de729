// Lengths, codings, chunks, trailers, connections, expectations, methods (RFC 9112 §6, §7, §9; RFC 9110 §6, §8 to §10).

extension ConformanceFamily {
    static let lengths = ConformanceFamily(
        name: "Content-Length",
        cases: [
            .answered(
                "RFC 9112 §6.3: so many bytes, and then the next request",
                post("Content-Length: 6\r\n", "text=a") + get(), 200, 200, body: "text = a"),
            .answered(
                "RFC 9112 §6.3: none is no content", "POST /echo HTTP/1.1\r\nHost: a\r\n\r\n" + get(), 200,
                200),
            .answered(
                "RFC 9110 §8.6: zeros in front", post("Content-Length: 0006\r\n", "text=a"), body: "text = a"),
            .answered(
                "RFC 9112 §5.1: white space around", post("Content-Length: \t6 \t\r\n", "text=a"),
                body: "text = a"),
            .answered(
                "RFC 9110 §9.3.1: content of GET is not the next request",
                get("Content-Length: 5\r\n") + "GET /" + get(), 200, 200),
            .answered(
                "RFC 9110 §9.3.2: nor that of HEAD",
                "HEAD /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /"),
            .answered(
                "RFC 9110 §9.3.7: nor that of OPTIONS",
                "OPTIONS /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /"),
            .answered(
                "RFC 9110 §15.5.6: nor that of a method that is not allowed",
                "PUT /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /", 405),
            .refused(
                "RFC 9110 §15.5.14: more than is taken", post("Content-Length: 99999999999\r\n", "text"), 413),
            .refused(
                "RFC 9112 §6.3: two that differ", post("Content-Length: 6\r\nContent-Length: 5\r\n", "text=a")
            ),
            .refused(
                "RFC 9112 §6.3: two that are the same",
                post("Content-Length: 6\r\nContent-Length: 6\r\n", "text=a")),
            .refused(
                "RFC 9112 §6.3: two in HTTP/1.0",
                "POST /echo HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        ]
            + [
                "", "6, 6", "6,5", "6,", "+6", "-6", "-0", "6.0", "6e0", "0x6", "6;q=1", "\"6\"", "6 6",
                "6\t6", "6a", "a", "0b11", "6_0",
                "9223372036854775808", "18446744073709551616", "18446744073709551622",
                "99999999999999999999999", "\u{B2}", "\u{A0}6",
            ]
            .map {
                .refused("RFC 9110 §8.6: \($0) is no length", post("Content-Length: \($0)\r\n", "text=a"))
            })

    static let codings = ConformanceFamily(
        name: "Transfer-Encoding",
        cases: [
            .answered("RFC 9112 §6.1: chunked", chunked("6\r\ntext=a\r\n0\r\n\r\n"), body: "text = a"),
            .answered(
                "RFC 9112 §7: its name without regard to case",
                post("transfer-encoding: ChUnKeD\r\n", "6\r\ntext=a\r\n0\r\n\r\n"), body: "text = a"),
            .answered(
                "RFC 9112 §5.1: white space around",
                post("Transfer-Encoding:\tchunked \r\n", "6\r\ntext=a\r\n0\r\n\r\n"), body: "text = a"),
            .refused(
                "RFC 9112 §6.1: with Content-Length after it",
                post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
            .refused(
                "RFC 9112 §6.1: with Content-Length before it",
                post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            .refused(
                "RFC 9112 §6.1: in HTTP/1.0",
                "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            .refused(
                "RFC 9112 §6.1: chunked in two lines",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            .refused(
                "RFC 9112 §6.1: identity in a second line",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")),
            .refused(
                "RFC 9112 §5.1: a space before its colon",
                post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
            .refused("RFC 9112 §5.2: folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")),
        ]
            + [
                "", ",", "chunked, chunked", "chunked, gzip", "chunked, identity", "\u{A0}chunked",
                "chunked\u{85}",
            ]
            .map {
                .refused(
                    "RFC 9112 §6.1, §6.3: ‘\($0)’ doesn't end in one chunked",
                    post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n"))
            }
            + [
                "gzip", "gzip, chunked", "identity", "identity, chunked", "xchunked", "chunkedx",
                "chunked;q=1", "\"chunked\"", "chunked chunked", "x",
            ]
            .map { value in
                .refused(
                    "RFC 9112 §6.1: ‘\(value)’ is not known",
                    post("Transfer-Encoding: \(value)\r\n", "0\r\n\r\n"), 501)
            }
            + "\0\u{1}\u{8}\u{B}\u{C}\u{1F}\u{7F}".unicodeScalars.flatMap {
                (byte: UnicodeScalar) -> [ConformanceCase] in
                ["\(byte)chunked", "chunked\(byte)", "chunked\(byte)X: y"].map {
                    .refused(
                        "RFC 9110 §5.5: byte \(byte.value) beside chunked",
                        post("Content-Length: 5\r\nTransfer-Encoding: \($0)\r\n", "0\r\n\r\n"))
                }
            })

    static let chunks = ConformanceFamily(
        name: "Chunks",
        cases: [
            ("several", "2\r\nte\r\n4\r\nxt=a\r\n0\r\n\r\n"),
            ("sizes in either case, with zeros", "00A\r\ntext=abcde\r\n00a\r\n0123456789\r\n000\r\n\r\n"),
            ("an extension", "6;a\r\ntext=a\r\n0\r\n\r\n"),
            ("an extension with a value", "6;a=b;c=d\r\ntext=a\r\n0;e\r\n\r\n"),
            ("a quoted value", "6;a=\"b;c\\\"\"\r\ntext=a\r\n0\r\n\r\n"),
            ("white space around the signs of extensions", "6 ; a = b\r\ntext=a\r\n0\r\n\r\n"),
            ("data that looks like chunks", "b\r\ntext=a\r\n0\r\n\r\n0\r\n\r\n"),
        ].map { .answered("RFC 9112 §7.1, §7.1.1: \($0)", chunked($1) + get(), 200, 200, body: "text = a") }
            + [
                .refused(
                    "RFC 9112 §7.1.1: an extension longer than any",
                    chunked("6;" + String(repeating: "a", count: 17_000) + "\r\ntext=a"))
            ]
            + [
                ("no size", "\r\ntext"), ("a letter", "g\r\ntext"), ("a plus", "+6\r\ntext=a\r\n0\r\n\r\n"),
                ("a minus", "-6\r\ntext=a\r\n0\r\n\r\n"),
                ("0x", "0x6\r\ntext=a\r\n0\r\n\r\n"), ("an underscore", "1_0\r\ntext"),
                ("a dot", "6.0\r\ntext=a\r\n0\r\n\r\n"), ("a comma", "6,6\r\ntext=a"),
                ("a space in front", " 6\r\ntext=a\r\n0\r\n\r\n"),
                ("a space behind", "6 \r\ntext=a\r\n0\r\n\r\n"),
                ("a tab behind", "6\t\r\ntext=a\r\n0\r\n\r\n"),
                ("LF after the size", "6\ntext=a\r\n0\r\n\r\n"),
                ("CR after the size", "6\rtext=a\r\n0\r\n\r\n"),
                ("CR CR LF after the size", "6\r\r\ntext=a\r\n0\r\n\r\n"),
                ("17 digits", "10000000000000006\r\ntext=a\r\n0\r\n\r\n"),
                ("all of 64 bits", "FFFFFFFFFFFFFFFF\r\ntext=a\r\n0\r\n\r\n"),
                ("the sign bit", "8000000000000006\r\ntext=a\r\n0\r\n\r\n"),
                ("zeros without end", String(repeating: "0", count: 100) + "6\r\ntext=a\r\n0\r\n\r\n"),
                ("more data than said", "5\r\ntext=a\r\n0\r\n\r\n"),
                ("less data than said", "7\r\ntext=a\r\n0\r\n\r\n"),
                ("no line end after the data", "6\r\ntext=a0\r\n\r\n"),
                ("LF after the data", "6\r\ntext=a\n0\r\n\r\n"),
                ("CR after the data", "6\r\ntext=a\r0\r\n\r\n"),
                ("an extension without a name", "6;\r\ntext=a\r\n0\r\n\r\n"),
                ("a value without a name", "6;=b\r\ntext=a\r\n0\r\n\r\n"),
                ("a name without a value", "6;a=\r\ntext=a\r\n0\r\n\r\n"),
                ("a bracket in a name", "6;a[=b\r\ntext=a\r\n0\r\n\r\n"),
                ("a control character", "6;a=\u{1}\r\ntext=a\r\n0\r\n\r\n"),
                ("a quotation that doesn't end", "6;a=\"b\r\ntext=a\r\n0\r\n\r\n"),
                ("LF in a quotation", "6;a=\"\n\"\r\ntext=a\r\n0\r\n\r\n"),
                ("LF after an extension", "6;a\ntext=a\r\n0\r\n\r\n"),
                ("a space instead of a semicolon", "6 a\r\ntext=a\r\n0\r\n\r\n"),
            ].flatMap { (rule, body) -> [ConformanceCase] in
                [
                    .refused("RFC 9112 §7.1, §7.1.1: \(rule)", chunked(body)),
                    .refused(
                        "RFC 9112 §7.1: \(rule), read by nobody", get("Transfer-Encoding: chunked\r\n") + body
                    ),
                ]
            })

    static let trailers = ConformanceFamily(
        name: "Trailers",
        cases: [
            .answered(
                "RFC 9112 §7.1.2: trailers end the content",
                chunked("6\r\ntext=a\r\n0\r\nX: y\r\nZ:\r\n\r\n") + get(), 200, 200, body: "text = a"),
            .answered(
                "RFC 9110 §6.5.1: none of them becomes a field of the request",
                chunked("6\r\ntext=a\r\n0\r\nAccept: application/json\r\n\r\n"), body: "You submitted"),
            .refused(
                "RFC 9112 §7.1.2: more bytes than a head may have",
                chunked("0\r\nX: \(String(repeating: "y", count: 65_536))\r\n\r\n")),
            .refused(
                "RFC 9112 §7.1.2: more fields than a head may have",
                chunked("0\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n")),
        ]
            + [
                "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Connection: close",
                "Expect: 100-continue", "Content-Type: a/b",
            ]
            .map { .refused("RFC 9110 §6.5.1: \($0)", chunked("0\r\n\($0)\r\n\r\n")) }
            + [" X: y", "X : y", "X", ": y", "X: y\u{1}", "X: y\0", "X: a\rb", "X(: y", "GET / HTTP/1.1"]
            .map { .refused("RFC 9112 §5, §7.1.2: \($0)", chunked("0\r\n\($0)\r\n\r\n")) }
            + ["X: y\n\r\n", "\n", "\r\r\n", "X: y\r\n\n"].map {
                .refused("RFC 9112 §2.2: line ends of trailers", chunked("0\r\n" + $0))
            })

    static let connections = ConformanceFamily(
        name: "Connections",
        cases: [
            .answered(
                "RFC 9112 §9.3: HTTP/1.1 goes on, and needs no word for it", get(), field: ("Connection", nil)
            ),
            .last("RFC 9112 §9.6: close", get("Connection: close\r\n"), field: ("Connection", "close")),
            .last("RFC 9112 §9.6: no answer after close", get("Connection: close\r\n") + get()),
            .last("RFC 9110 §7.6.1: options without regard to case", get("Connection: CLOSE\r\n")),
            .last("RFC 9110 §7.6.1: close among others", get("Connection: keep-alive, close\r\n")),
            .last("RFC 9110 §5.3: close in a second line", get("Connection: x\r\nConnection: close\r\n")),
            .last("RFC 9110 §5.6.1: empty elements", get("Connection: ,,close,\r\n")),
            .answered(
                "RFC 9110 §7.6.1: an option that only begins so", get("Connection: closed, xclose\r\n")),
            .last("RFC 9112 §9.3: HTTP/1.0 ends", "GET / HTTP/1.0\r\nHost: a\r\n\r\n" + get()),
            .answered(
                "RFC 9112 §C.2.2: unless it is kept alive, which is said",
                "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", field: ("Connection", "keep-alive")),
            .last("RFC 9112 §9.3: close wins", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"),
            .answered(
                "RFC 9112 §9.3.2: pipelined requests in their order",
                get(target: "/echo?text=1") + get() + get(target: "/none") + get(), 200, 200, 404, 200,
                body: "text = 1"),
            .answered(
                "RFC 9112 §9.3: an error of the resource ends nothing", get(target: "/none") + get(), 404, 200
            ),
            .answered(
                "RFC 9110 §7.8: Upgrade is ignored",
                get(
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                ), field: ("Upgrade", nil)),
            .answered(
                "RFC 9113 §3.1: so is that to h2c",
                get(
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
                ), body: "hello"),
            .last(
                "RFC 9110 §7.8: and that in HTTP/1.0",
                "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        ])

    static let expectations = ConformanceFamily(
        name: "Expectations",
        cases: [
            .answered(
                "RFC 9110 §10.1.1: content that is expected and comes along",
                post("Expect: 100-continue\r\nContent-Length: 6\r\n", "text=a"), body: "text = a"),
            .answered(
                "RFC 9110 §10.1.1: without regard to case",
                post("Expect: 100-CONTINUE\r\nContent-Length: 6\r\n", "text=a"), body: "text = a"),
            .answered(
                "RFC 9110 §10.1.1: without content there is nothing to wait for",
                get("Expect: 100-continue\r\n"), body: "hello"),
            .answered("RFC 9110 §5.6.1: an empty list expects nothing", get("Expect:\r\n"), body: "hello"),
            .last(
                "RFC 9110 §10.1.1: HTTP/1.0 gets no 100",
                "POST /echo HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\ntext=a",
                body: "text = a"),
        ]
            + ["x", "100-continue, x", "100-continue;a=b", "200-ok", "\"100-continue\"", "100"]
            .map { .refused("RFC 9110 §10.1.1: ‘\($0)’ can't be met", get("Expect: \($0)\r\n"), 417) })

    static let methods = ConformanceFamily(
        name: "Methods",
        cases: [
            .answered(
                "RFC 9110 §9.3.2: HEAD", "HEAD /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
                field: ("Content-Length", "6")),
            .answered("RFC 9110 §9.3.2: HEAD of nothing", "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n", 404),
            .answered(
                "RFC 9110 §9.3.7: OPTIONS", "OPTIONS /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
                field: ("Allow", "GET, HEAD, OPTIONS")),
            .answered(
                "RFC 9110 §9.3.7: OPTIONS with content length 0",
                "OPTIONS /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", field: ("Content-Length", "0")),
            .answered(
                "RFC 9110 §15.5.6: one that the resource has not",
                "DELETE /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 405, field: ("Allow", "GET, HEAD, OPTIONS")),
            .answered(
                "RFC 9110 §9.3.8: TRACE reflects nothing",
                "TRACE /hello.txt HTTP/1.1\r\nHost: a\r\nCookie: secret\r\n\r\n", 405,
                field: ("Content-Type", "text/plain; charset=utf-8")),
            .answered(
                "RFC 9110 §9.1: methods are case-sensitive", "get /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 501
            ),
            .answered(
                "RFC 9110 §9.3.6: CONNECT leads nowhere", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501
            ),
            .refused("RFC 9112 §3.2.3: CONNECT of a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9110 §9.3.6: CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9110 §9.3.6: CONNECT with an empty port", "CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused(
                "RFC 9110 §9.3.6: CONNECT with user information",
                "CONNECT u@a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ]
            + ["BREW", "PROPFIND", "QUERY", "M-SEARCH", "PURGE", "A!#$%&'*+-.^_`|~9"]
            .map {
                .answered(
                    "RFC 9110 §15.6.2: \($0) is unknown", "\($0) /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 501)
            })
}
