// Request lines, versions, line ends, targets, paths, hosts, fields (RFC 9112 §2, §3, §5; RFC 9110 §5, §7).

extension ConformanceFamily {
    static let requestLines = ConformanceFamily(
        name: "Request lines",
        cases: [
            .answered("RFC 9112 §3: method, target, version", get(), body: "hello"),
            .refused(
                "RFC 9112 §3: two spaces after the method", "GET  /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused(
                "RFC 9112 §3: two spaces before the version", "GET /hello.txt  HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a tab after the method", "GET\t/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a tab before the version", "GET /hello.txt\tHTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a space in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a space behind", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a form feed as separator", "GET\u{C}/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: an empty target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: nothing but a method", "GET\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: no version, as in HTTP/0.9", "GET /\r\n\r\n"),
            .refused("RFC 9112 §3: no method", "/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a method in brackets", "[GET] / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: a NUL in the method", "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §3: bytes of another protocol", "\u{16}\u{3}\u{1}\0\u{A5}\u{1}\0\0\r\n\r\n"),
            .refused("RFC 9112 §3: a space in the target", get(target: "/a b")),
            .refused("RFC 9112 §3: a NUL in the target", get(target: "/\0")),
            .refused("RFC 9112 §3: a control character in the target", get(target: "/\u{1}")),
            .refused("RFC 9112 §3: a DEL in the target", get(target: "/\u{7F}")),
            .refused(
                "RFC 9112 §3: a target longer than the limit",
                get(target: "/" + String(repeating: "a", count: 9000)), 414),
            .answered(
                "RFC 9112 §3: a target of 8,000 octets at the least",
                get(target: "/" + String(repeating: "a", count: 8000)), 404),
            .refused(
                "RFC 9112 §3: a method longer than any known",
                String(repeating: "A", count: 9000) + " / HTTP/1.1\r\n\r\n", 501),
        ])

    static let versions = ConformanceFamily(
        name: "Versions",
        cases: [
            .answered(
                "RFC 9110 §2.5: a later minor version is answered as 1.1", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"
            ),
            .answered("RFC 9110 §2.5: and 1.9", "GET / HTTP/1.9\r\nHost: a\r\n\r\n"),
            .last("RFC 9112 §2.3: 1.0 is answered", "GET / HTTP/1.0\r\n\r\n"),
            .refused("RFC 9110 §15.6.6: another major version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            .refused("RFC 9110 §15.6.6: a future one", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
            .refused("RFC 9110 §15.6.6: none at all", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
            .refused(
                "RFC 9113 §3.4: HTTP/2's preface on a connection of HTTP/1.1",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            .refused("RFC 9112 §2.3: lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: another name", "GET / HTTPS/1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: another protocol", "GET / RTSP/1.0\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: no minor version", "GET / HTTP/1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: no major version", "GET / HTTP/.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: no dot", "GET / HTTP/11\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: a comma", "GET / HTTP/1,1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: zeros in front", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: three numbers", "GET / HTTP/1.1.1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: a letter", "GET / HTTP/1.x\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: white space in it", "GET / HTTP/1 .1\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.3: white space before the digits", "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n"),
        ])

    static let lineEnds = ConformanceFamily(
        name: "Ends of lines",
        cases: [
            .answered("RFC 9112 §2.2: an empty line in front is ignored", "\r\n" + get()),
            .answered(
                "RFC 9112 §2.2: an empty line after content is ignored",
                post("Content-Length: 6\r\n", "text=a\r\n") + get(), 200, 200),
            .refused("RFC 9112 §2.2: empty lines without end in front", "\r\n\r\n\r\n\r\n\r\n" + get()),
            .refused("RFC 9112 §2.2: a bare LF in front", "\n" + get()),
            .refused("RFC 9112 §2.2: a bare CR in front", "\r" + get()),
            .refused("RFC 9112 §2.2: the request line ends in LF", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.2: the request line ends in CR", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
            .refused(
                "RFC 9112 §2.2: the request line ends in CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
            .refused("RFC 9112 §2.2: a field line ends in LF", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
            .refused("RFC 9112 §2.2: a field line ends in CR", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
            .refused("RFC 9112 §2.2: the empty line is an LF", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
            .refused("RFC 9112 §2.2: the empty line is CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n"),
            .refused("RFC 9112 §2.2: LF throughout", "GET / HTTP/1.1\nHost: a\n\n"),
            .refused("RFC 9112 §2.2: CR throughout", "GET / HTTP/1.1\rHost: a\r\r"),
            .refused(
                "RFC 9112 §2.2: white space between request line and fields",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
            .refused(
                "RFC 9112 §2.2: a line of white space before the fields",
                "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
        ])

    static let targets = ConformanceFamily(
        name: "Targets",
        cases: [
            .answered(
                "RFC 9112 §3.2.1: origin-form with a query", get(target: "/echo?text=a"), body: "text = a"),
            .answered("RFC 9112 §3.2.2: absolute-form", get(target: "http://a/hello.txt"), body: "hello"),
            .answered(
                "RFC 9112 §3.2.2: its authority wins over Host", get(target: "http://b.example:81/hello.txt"),
                body: "hello"),
            .answered("RFC 9112 §3.2.2: without a path", get(target: "http://a"), body: "index"),
            .answered("RFC 9112 §3.2.2: with a query and no path", get(target: "http://a?b"), body: "index"),
            .answered(
                "RFC 3986 §3.1: a scheme in upper case", get(target: "HTTP://a/hello.txt"), body: "hello"),
            .answered(
                "RFC 9112 §3.2.2: an IPv6 address", get(target: "http://[::1]/hello.txt"), body: "hello"),
            .refused("RFC 9112 §3.2: absolute-form without a Host field", "GET http://a/ HTTP/1.1\r\n\r\n"),
            .refused("RFC 9110 §4.2.1: an http URI without a host", get(target: "http:///hello.txt")),
            .refused("RFC 9110 §4.2.1: an http URI with a port alone", get(target: "http://:80/hello.txt")),
            .refused("RFC 9110 §4.2.4: user information", get(target: "http://user@a/")),
            .refused("RFC 9110 §4.2.4: a password", get(target: "http://user:pass@a/")),
            .refused("RFC 9112 §3.2: another scheme", get(target: "ftp://a/")),
            .refused("RFC 9112 §3.2: a scheme without slashes", get(target: "http:/a")),
            .refused("RFC 9112 §3.2: a relative path", get(target: "hello.txt")),
            .refused("RFC 9112 §3.2: a query alone", get(target: "?text=a")),
            .refused("RFC 9112 §3.2.3: authority-form of GET", get(target: "a:80")),
            .refused("RFC 9112 §3.2.4: asterisk-form of GET", get(target: "*")),
            .refused("RFC 9112 §3.2.4: more than an asterisk", "OPTIONS *x HTTP/1.1\r\nHost: a\r\n\r\n"),
            .answered(
                "RFC 9112 §3.2.4: asterisk-form of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                field: ("Content-Length", "0")),
            .refused("RFC 9112 §3.2: a fragment", get(target: "/hello.txt#a")),
            .refused("RFC 3986 §3.3: a quotation mark", get(target: "/\"")),
            .refused("RFC 3986 §3.3: angle brackets", get(target: "/<a>")),
            .refused("RFC 3986 §3.3: braces", get(target: "/{a}")),
            .refused("RFC 3986 §3.4: a quotation mark in the query", get(target: "/?\"")),
            .answered(
                "RFC 3986 §3.4: a question mark, a slash and an escape in the query stay as they are",
                get(target: "/echo?text=/%41?%2F"), body: "text = /A?/"),
            .answered(
                "RFC 3986 §3.4: an escape without digits in a query is the form's matter",
                get(target: "/hello.txt?%zz%"), body: "hello"),
        ])

    static let paths = ConformanceFamily(
        name: "Paths",
        cases: [
            .answered("RFC 3986 §6.2.2.2: an escape is decoded", get(target: "/%68ello.txt"), body: "hello"),
            .answered(
                "RFC 3986 §6.2.2.1: its digits in either case", get(target: "/a%2bb%2Ec"), body: "plus"),
            .answered("RFC 3986 §2.4: once and not again", get(target: "/%2568ello.txt"), 404),
            .answered("RFC 3986 §2.4: so %2525 is %25", get(target: "/100%25.txt"), body: "percent"),
            .answered("RFC 3986 §2.1: a space", get(target: "/a%20b.txt"), body: "space"),
            .answered("RFC 3986 §2.1: a plus is a plus", get(target: "/a+b.c"), body: "plus"),
            .refused("RFC 3986 §2.1: a percent sign at the end", get(target: "/%")),
            .refused("RFC 3986 §2.1: one digit", get(target: "/%4")),
            .refused("RFC 3986 §2.1: no digits", get(target: "/%zz")),
            .refused("RFC 3986 §7.3: NUL", get(target: "/%00")),
            .refused("RFC 3986 §7.3: NUL in mid name", get(target: "/hello.txt%00.html")),
            .answered("An encoded slash separates", get(target: "/sub%2Fx.txt"), body: "x"),
            .answered("Slashes in a row count as one", get(target: "//sub///x.txt"), body: "x"),
            .answered(
                "RFC 3986 §5.2.4: dot segments are removed", get(target: "/sub/./../hello.txt"), body: "hello"
            ),
            .answered(
                "RFC 3986 §5.2.4: encoded ones too", get(target: "/sub/%2e/%2E%2e/hello.txt"), body: "hello"),
            .answered(
                "RFC 3986 §5.2.4: and do not lead above the root", get(target: "/../../../hello.txt"),
                body: "hello"),
            .answered(
                "An encoded slash hides no dot segment", get(target: "/sub%2f..%2F..%2fhello.txt"),
                body: "hello"),
            .answered("A backslash is a character of a name", get(target: "/sub\\x.txt"), 404),
            .answered("So is an encoded one", get(target: "/..%5C..%5Chello.txt"), 404),
            .answered("RFC 3629 §3: an overlong slash is none", get(target: "/sub%c0%afx.txt"), 404),
            .answered(
                "RFC 3629 §3: an overlong dot is none", get(target: "/sub/%c0%ae%c0%ae/hello.txt"), 404),
            .answered(
                "Encoded CR and LF reach no head", get(target: "/a%0d%0aX-Injected:%201"), 404,
                field: ("X-Injected", nil)),
            .refused("RFC 3986 §2: bytes that are not UTF-8", get(target: "/\u{C0}\u{AF}")),
            .answered(
                "Bytes that are UTF-8 are taken as if they were encoded", get(target: "/\u{C3}\u{A9}"), 404),
            .answered(
                "A folder's redirect names no other host", get(target: "//sub"), 301,
                field: ("Location", "/sub/")),
        ])

    static let hosts = ConformanceFamily(
        name: "Hosts",
        cases: [
            .refused("RFC 9112 §3.2: none", get(host: "")),
            .refused("RFC 9112 §3.2: two", get(host: "Host: a\r\nHost: a\r\n")),
            .refused(
                "RFC 9112 §3.2: two that differ, not in a row", get(host: "Host: a\r\nX: y\r\nHOST: b\r\n")),
            .refused("RFC 9112 §3.2: two in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
            .refused("RFC 9110 §4.2.1: empty", get(host: "Host:\r\n")),
            .refused("RFC 9110 §7.2: a list", get(host: "Host: a, b\r\n")),
        ]
            + [
                "a b", "a/", "a/b", "a\\b", "a?b", "a#b", "u@a", "u:p@a", "\"a\"", "<a>", "a:b", "a:80:80",
                "a:-1", "a:65536", ":80",
                "[::1", "::1", "[]", "[1.2.3.4]", "[::1]a", "[fe80::1%25lo]", "%zz", "a%", "\u{E9}",
                "\u{C3}\u{A9}", "a\tb", "http://a",
            ]
            .map { .refused("RFC 9110 §7.2, RFC 3986 §3.2: \($0) is no host", get(host: "Host: \($0)\r\n")) }
            + [
                "a", "A.Example", "a.", "127.0.0.1", "a:", "a:0", "a:65535", "[::1]", "[::1]:443",
                "[1:2:3:4:5:6:7:8]", "[v1.a]", "a_b", "a%41",
                "-", "\ta \t",
            ]
            .map {
                .answered(
                    "RFC 9110 §7.2, RFC 3986 §3.2: \($0) is a host", get(host: "Host: \($0)\r\n"),
                    body: "hello")
            })

    static let fields = ConformanceFamily(
        name: "Fields",
        cases: [
            .answered(
                "RFC 9110 §5.1: names without regard to case",
                get("cOnNeCtIoN: keep-alive\r\n", host: "hOsT: a\r\n"), body: "hello"),
            .answered(
                "RFC 9112 §5.1: no white space, much white space, tabs",
                get("A:b\r\nC: \t d \t\r\nE:\tf\r\n"), body: "hello"),
            .answered("RFC 9110 §5.5: empty values", get("A:\r\nB: \r\n"), body: "hello"),
            .answered(
                "RFC 9110 §5.6.2: names of all characters of tokens", get("!#$%&'*+-.^_`|~09AZaz: b\r\n"),
                body: "hello"),
            .answered(
                "RFC 9110 §5.5: obs-text in a value", get("A: D\u{FC}sseldorf \u{FF}\r\n"), body: "hello"),
            .answered(
                "RFC 9110 §5.1: fields that nobody knows", get("Transfer_Encoding: chunked\r\nX-Y: z\r\n"),
                body: "hello"),
            .refused("RFC 9112 §5.1: a space before the colon", get("A : b\r\n")),
            .refused("RFC 9112 §5.1: a tab before the colon", get("A\t: b\r\n")),
            .refused("RFC 9112 §5.1: a name with a space", get("A B: c\r\n")),
            .refused("RFC 9112 §5: no name", get(": b\r\n")),
            .refused("RFC 9112 §5: no colon", get("A\r\n")),
            .refused("RFC 9112 §5.2: a folded line", get("A: b\r\n c\r\n")),
            .refused("RFC 9112 §5.2: folded with a tab", get("A: b\r\n\tc\r\n")),
            .refused("RFC 9112 §5.2: folded with nothing", get("A: b\r\n \r\n")),
            .refused("RFC 9112 §5.2: a folded Host", get(host: "Host:\r\n a\r\n")),
            .refused("RFC 9110 §5.5: a bare CR in a value", get("A: b\rc\r\n")),
            .refused("RFC 9110 §5.5: a NUL in a value", get("A: b\0c\r\n")),
            .refused(
                "RFC 6585 §5: more fields than the limit", get(String(repeating: "A: b\r\n", count: 100)), 431
            ),
            .answered(
                "RFC 9110 §5.4: as many as the limit", get(String(repeating: "A: b\r\n", count: 99)),
                body: "hello"),
            .refused(
                "RFC 6585 §5: more bytes than the limit",
                get("A: \(String(repeating: "b", count: 65_536))\r\n"), 431),
            .answered(
                "RFC 9110 §5.4: a long value", get("A: \(String(repeating: "b", count: 32_768))\r\n"),
                body: "hello"),
            .refused(
                "RFC 9110 §8.3: Content-Type twice",
                post("Content-Type: text/plain\r\nContent-Length: 0\r\n", "")),
        ]
            + "()/<>@[]{}=,;?\\\"\u{7F}\u{1}\u{E9}\0".unicodeScalars
            .map { .refused("RFC 9110 §5.6.2: byte \($0.value) in a name", get("A\($0)B: c\r\n")) }
            + "\u{1}\u{7}\u{8}\u{B}\u{C}\u{1B}\u{1F}\u{7F}".unicodeScalars
            .map { .refused("RFC 9110 §5.5: byte \($0.value) in a value", get("A: b\($0)c\r\n")) })
}
