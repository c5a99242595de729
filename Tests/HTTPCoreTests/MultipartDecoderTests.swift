import FuzzProperties
import HTTPCore
import HTTPTypes
import Testing

/// A form between boundaries `b`, fed as one piece.
private func decode(_ text: String, boundary: String = "b", limits: MultipartLimits = MultipartLimits())
    -> DecodedForm
{
    DecodedForm(Array(text.utf8), boundary: boundary, ends: [text.utf8.count], limits: limits)
}

/// A form with one part of that Content-Disposition.
private func part(disposition: String) -> MultipartPart? {
    decode("--b\r\nContent-Disposition: \(disposition)\r\n\r\nx\r\n--b--").parts.first?.part
}

private let named = "Content-Disposition: form-data; name=n\r\n\r\n"

@Suite("Multipart forms")
struct MultipartDecoderTests {
    /// What curl sends for `-F text=hello -F datafile=@lines.txt -F empty=`, with a preamble and an epilogue added.
    private static let form = """
        preamble\r
        --------------------------d74496d66958873e\r
        Content-Disposition: form-data; name="text"\r
        \r
        hello\r
        --------------------------d74496d66958873e \t\r
        Content-Disposition: form-data; name="datafile"; filename="lines.txt"\r
        Content-Type: text/plain\r
        X-Other: é\r
        \r
        one\r\r
        --------------------------d74496d66958873\r
        --\n\r
        \r
        --------------------------d74496d66958873e\r
        Content-Disposition: form-data; name="empty"\r
        \r
        \r
        --------------------------d74496d66958873e--\r
        epilogue\r
        --------------------------d74496d66958873e\r

        """
    private static let boundary = "------------------------d74496d66958873e"

    @Test("RFC 2046 §5.1.1: parts lie between delimiters, whose CRLF is not theirs")
    func parts() {
        let form = decode(Self.form, boundary: Self.boundary)
        #expect(form.failure == nil)
        #expect(form.parts.map(\.part.name) == ["text", "datafile", "empty"])
        #expect(form.parts.map(\.part.fileName) == [nil, "lines.txt", nil])
        let data = form.parts.map { String(decoding: $0.data, as: UTF8.self) }
        #expect(data == ["hello", "one\r\r\n--\(Self.boundary.dropLast())\r\n--\n\r\n", ""])
        #expect(form.parts.map(\.hasEnded) == [true, true, true])
    }

    @Test("A part has its fields, and says what its data is")
    func fields() {
        let parts = decode(Self.form, boundary: Self.boundary).parts.map(\.part)
        #expect(parts[1].fields.map(\.name.rawName) == ["Content-Disposition", "Content-Type", "X-Other"])
        #expect(parts[1].fields[.contentType] == "text/plain")
        #expect(parts[1].fields.last?.value == "é")
        #expect(parts.map(\.contentType.essence) == ["text/plain", "text/plain", "text/plain"])
    }

    @Test("A form that is split anywhere, or comes byte by byte, is the form that comes whole")
    func splits() {
        let bytes = Array(Self.form.utf8)
        let whole = DecodedForm(bytes, boundary: Self.boundary, ends: [bytes.count])
        #expect(whole.failure == nil)
        for split in 0...bytes.count {
            #expect(DecodedForm(bytes, boundary: Self.boundary, ends: [split, bytes.count]) == whole)
        }
        #expect(DecodedForm(bytes, boundary: Self.boundary, ends: 0...bytes.count) == whole)
    }

    @Test("A form is not complete before its last delimiter is")
    func incomplete() {
        let bytes = Array(Self.form.utf8)
        let end = decode(Self.form, boundary: Self.boundary).consumed
        for count in 0..<end {
            let form = DecodedForm(Array(bytes[..<count]), boundary: Self.boundary, ends: [count])
            #expect(form.failure?.code == .incompleteMultipart)
        }
        #expect(DecodedForm(Array(bytes[..<end]), boundary: Self.boundary, ends: [end]).failure == nil)
    }

    @Test(
        "RFC 2046 §5.1.1: what looks like a delimiter is data",
        arguments: [
            "\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\n\r\n--", "\r\r\n--\r\n-", "\n--b", "--b", "-", "--",
            "x--b--",
            "\r\n --b", "\r\n-b-", "\r--b\r\n",
        ])
    func lookalikes(data: String) {
        // At the beginning of the data the boundary would be at the beginning of a line.
        let bytes = Array("--b\r\n\(named)x\(data)\r\n--b--".utf8)
        for ends in [[bytes.count], Array(0...bytes.count)] {
            let form = DecodedForm(bytes, boundary: "b", ends: ends)
            #expect(form.failure == nil)
            #expect(form.parts.map(\.data) == [Array("x\(data)".utf8)])
        }
    }

    @Test(
        "RFC 2046 §5.1.1: a form with no part, a part with no data, one with no white space to spare",
        arguments: [
            ("--b--", []), ("--b--\r\n", []), ("\r\n--b--", []), ("pre\r\n--b--epilogue", []),
            ("--b\r\n\(named)--b--", [""]), ("--b\r\n\(named)\r\n--b--", [""]),
            ("--b\r\n\(named)\r\n\r\n--b--", ["\r\n"]),
            ("--b \t \r\n\(named)x\r\n--b\t\r\n\(named)y\r\n--b--", ["x", "y"]),
        ])
    func corners(text: String, data: [String]) {
        let form = decode(text)
        #expect(form.failure == nil)
        #expect(form.parts.map { String(decoding: $0.data, as: UTF8.self) } == data)
    }

    @Test(
        "RFC 2046 §5.1.1: what follows a boundary is the end of its line, or two dashes",
        arguments: [
            "--bx\r\n", "--b\n", "--b\rx", "--b-x", "--b- -", "--b \n", "--b --", "--b\r\n\(named)x\r\n--by",
            "--b\r\n\(named)x\r\n--b\n",
        ])
    func malformedDelimiters(text: String) {
        #expect(decode(text).failure?.code == .malformedMultipart)
    }

    @Test(
        "RFC 7578 §4.8: fields of a part that are refused",
        arguments: [
            "X-Other: y\r\n\r\n", "\r\n", "Content-Disposition: form-data\r\n\r\n",
            "Content-Disposition: attachment; name=n\r\n\r\n",
            "Content-Disposition: form-data; filename=n\r\n\r\n",
            "Content-Disposition : form-data; name=n\r\n\r\n",
            "Content-Disposition: form-data;\r\n name=n\r\n\r\n",
            "Content-Disposition: form-data; name=n\n\r\n",
            "Content-Disposition: form-data; name=\"\u{0}\"\r\n\r\n",
            "no colon\r\n\(named)", ": x\r\n\(named)", "X: a\rb\r\n\(named)", "X: \u{7F}\r\n\(named)",
            "Content-Disposition: form-data; name=m\r\n\(named)",
        ])
    func malformedParts(head: String) {
        #expect(decode("--b\r\n\(head)x\r\n--b--").failure?.code == .malformedPart)
    }

    @Test(
        "RFC 7578 §4.2: names as clients write them",
        arguments: [
            ("form-data; name=n", "n"), ("form-data;name=\"n\"", "n"), ("Form-Data ; NAME = \"n m\"", "n m"),
            ("form-data; name=\"\"", ""), ("form-data; name=\"é €\"", "é €"), ("form-data; name=é", "é"),
            ("form-data; name=\"a;b=c\"", "a;b=c"), ("form-data; other=x; name=n", "n"),
            // Browsers
            ("form-data; name=\"%22q%22 %0D%0A%0d%0a\"", "\"q\" \r\n\r\n"),
            ("form-data; name=\"100%41 %C3%A9 %\"", "100%41 %C3%A9 %"),
            // Others
            (#"form-data; name="\"q\" \\""#, #""q" \"#), (#"form-data; name="C:\new\x""#, #"C:\new\x"#),
        ])
    func names(disposition: String, name: String) {
        #expect(part(disposition: disposition)?.name == name)
    }

    @Test(
        "RFC 7578 §4.2: a disposition that is malformed, or says one thing twice",
        arguments: [
            "form-data; name", "form-data; name=", "form-data; name=\"", "form-data; name=\"n",
            #"form-data; name="n\""#,
            "form-data; name=n m", "form-data; name=\"n\"m", "form-data; name=n;", "form-data name=n",
            "form-data; name=n; name=n", "form-data; name=n; Name=m",
            "form-data; name=n; filename=a; filename=b",
            "form-data, form-data; name=n", "",
        ])
    func malformedDispositions(disposition: String) {
        #expect(part(disposition: disposition) == nil)
    }

    @Test("RFC 7578 §4.2: file names, but not filename*")
    func fileNames() {
        #expect(part(disposition: "form-data; name=n; filename=\"a b.txt\"")?.fileName == "a b.txt")
        #expect(part(disposition: "form-data; name=n; filename=\"\"")?.fileName == "")
        #expect(part(disposition: "form-data; name=n; filename*=UTF-8''x.txt")?.fileName == nil)
        #expect(part(disposition: "form-data; name=n; filename=a; filename*=UTF-8''b")?.fileName == "a")
    }

    @Test("A name that is not UTF-8 shows U+FFFD")
    func irregularName() {
        let bytes =
            Array("--b\r\nContent-Disposition: form-data; name=\"".utf8) + [0xFF]
            + Array("\"\r\n\r\n\r\n--b--".utf8)
        #expect(DecodedForm(bytes, boundary: "b", ends: [bytes.count]).parts.first?.part.name == "\u{FFFD}")
    }

    @Test("RFC 2046 §5.1.1: a boundary has 1 to 70 of certain characters, the last no space")
    func boundaries() throws {
        let longest = String(repeating: "x", count: 70)
        for boundary in ["b", "-", "a b", "'()+_,-./:=?", longest] {
            _ = try MultipartDecoder(boundary: boundary)
        }
        for boundary in ["", " ", "a ", "*", "a\r\nb", "é", "\"", longest + "x"] {
            #expect(throws: HTTPSyntaxError.self, "\(boundary)") {
                _ = try MultipartDecoder(boundary: boundary)
            }
        }
    }

    @Test(
        "RFC 7578 §4.1: the boundary is a parameter of the form's type",
        arguments: ["multipart/form-data; boundary=b", "Multipart/Form-Data; charset=utf-8; Boundary=\"b\""])
    func types(text: String) throws {
        var decoder = try MultipartDecoder(try #require(MediaType(text)))
        let event = try decoder.next("--b--".utf8.span)
        #expect(event == .end(consumed: 5))
    }

    @Test(
        "RFC 7578 §4.1: types that are refused",
        arguments: [
            "multipart/form-data", "multipart/form-data; boundary=\"\"", "multipart/mixed; boundary=b",
            "application/x-www-form-urlencoded",
        ])
    func refusedTypes(text: String) throws {
        let type = try #require(MediaType(text))
        let refusal = #expect(throws: HTTPSyntaxError.self) { _ = try MultipartDecoder(type) }
        #expect(refusal?.code == .invalidBoundary)
    }
}

@Suite("Limits of multipart forms")
struct MultipartLimitTests {
    @Test("The fields of each part are bounded", arguments: [1, 1_000])
    func head(piece: Int) {
        let limits = MultipartLimits(headBytes: named.utf8.count)
        let exact = "--b\r\n\(named)x\r\n--b\r\n\(named)y\r\n--b--"
        #expect(decode(exact, limits: limits).failure == nil)
        let bytes = Array("--b\r\n\(named)x\r\n--b\r\nX\(named)y\r\n--b--".utf8)
        let ends = stride(from: piece, to: bytes.count + piece, by: piece).map { min($0, bytes.count) }
        let form = DecodedForm(bytes, boundary: "b", ends: ends, limits: limits)
        #expect(form.failure?.code == .partHeadTooLarge)
        #expect(form.parts.count == 1)
    }

    @Test("The number of parts is bounded")
    func parts() {
        let part = "--b\r\n\(named)x\r\n"
        let limits = MultipartLimits(parts: 2)
        #expect(decode(part + part + "--b--", limits: limits).failure == nil)
        #expect(decode(part + part + part + "--b--", limits: limits).failure?.code == .tooManyItems)
    }

    @Test("The preamble, and the white space after a boundary, are bounded")
    func padding() {
        let limits = MultipartLimits(paddingBytes: 10)
        #expect(decode("0123456789\r\n--b--", limits: limits).failure == nil)
        #expect(decode("01234567890\r\n--b--", limits: limits).failure?.code == .malformedMultipart)
        #expect(decode("\r\n--\r\n--\r\n--", limits: limits).failure?.code == .incompleteMultipart)
        #expect(decode("\r\n--\r\n--\r\n--\r\n", limits: limits).failure?.code == .malformedMultipart)
        let space = String(repeating: " ", count: 10)
        let form = "--b\(space)\r\n\(named)\r\n--b\(space)\r\n\(named)x\r\n--b--"
        #expect(decode(form, limits: limits).failure == nil)
        #expect(decode("--b\(space)\t\r\n", limits: limits).failure?.code == .malformedMultipart)
    }
}
