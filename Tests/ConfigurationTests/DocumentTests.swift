import Configuration
import SystemPackage
import Testing

@Suite("Documents: sections against their schemas")
struct DocumentTests {
    private let schemas = [
        SectionSchema("server", "The server.", keys: [AnyKey(Key("listen", .list(.word), default: "a", ""))]),
        SectionSchema("tls", argument: .optional("NAME"), "Certificates.", keys: []),
        SectionSchema("handler", argument: .required("PATH"), "A handler.", keys: []),
    ]

    private func validate(_ text: String) -> [String] {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: text, file: "f", into: &diagnostics)
        document.validate(against: schemas, into: &diagnostics)
        return diagnostics.map(\.description)
    }

    @Test(
        "unknown sections, missing and unwanted arguments are errors",
        arguments: [
            ("[server]\n[tls]\n[tls a]\n[handler /]", []),
            (
                "[sever]\nkeys = not reported",
                ["f:1:1: error: unknown section 'sever', did you mean 'server'?"]
            ),
            ("\n  [Handler /]", ["f:2:3: error: unknown section 'Handler', did you mean 'handler'?"]),
            ("[database]", ["f:1:1: error: unknown section 'database'"]),
            ("[server one]", ["f:1:9: error: [server] takes no argument, not 'one'"]),
            ("[handler]", ["f:1:1: error: [handler] needs an argument: PATH"]),
            ("[X-server one]", []),
        ])
    func validation(_ text: String, _ expected: [String]) {
        #expect(validate(text) == expected)
    }

    @Test("a section without argument that is absent has its defaults; one with an argument is not made up")
    func absentSection() {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: "[handler /a]\n[handler /b]", into: &diagnostics)
        #expect(
            schemas.map { document.decode($0, into: &diagnostics).map(\.header) } == [
                ["[server]"], ["[tls]"], ["[handler /a]", "[handler /b]"],
            ])
        #expect(diagnostics.isEmpty)
    }

    @Test("a required key of an absent section is reported at the start of the file")
    func absentRequired() {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: "", file: "f", into: &diagnostics)
        let schema = SectionSchema("s", "", keys: [AnyKey(Sample.root)])
        #expect(document.decode(schema, into: &diagnostics).isEmpty)
        #expect(diagnostics.map(\.description) == ["f:1:1: error: 'root' is missing in [s]"])
    }

    @Test("a handler is decoded in two steps: its module first, then every key that the module knows")
    func twoSteps() throws {
        let module = Key("module", .word, "The module.")
        var diagnostics: [Diagnostic] = []
        let document = Document(
            parsing: "[handler /]\nmodule = x\nmodule = files\nroot = /srv", file: "f", into: &diagnostics)
        let written = try #require(document.sections(named: "handler").first)

        #expect(document.value(of: module, in: written, into: &diagnostics) == "files")
        #expect(diagnostics.isEmpty, "other keys are nobody's business yet, and warnings come once")
        #expect(written.location(of: "module").description == "f:3:10")

        let section = document.decode(
            written, keys: [AnyKey(module), AnyKey(Sample.root)], into: &diagnostics)
        #expect(section?[Sample.root] == "/srv")
        #expect(diagnostics.map(\.severity) == [.warning])
    }

    @Test("a required key that is absent is reported by the first step")
    func missingModule() {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: "[handler /]\nroot = /", file: "f", into: &diagnostics)
        let module = Key("module", .word, "The module.")
        #expect(document.value(of: module, in: document.sections[0], into: &diagnostics) == nil)
        #expect(diagnostics.map(\.description) == ["f:1:1: error: 'module' is missing in [handler /]"])
    }

    @Test("sections that come from no file are named by their source")
    func commandLine() throws {
        let document = Document([
            DocumentSection("sample", values: ["root": "/srv", "index": "a", "index": "b", "size": "many"])
        ])
        var diagnostics: [Diagnostic] = []
        _ = document.decode(document.sections[0], keys: Sample.keys, into: &diagnostics)
        #expect(
            diagnostics.map(\.description) == [
                "command line: error: size: 'many' is not a size, such as 64K or 16M"
            ])
    }

    @Test("sections that come from no file merge like those of drop-ins")
    func mergedSections() {
        let document = Document([
            DocumentSection("sample", values: ["root": "/a", "index": "a"]),
            DocumentSection("sample", argument: "x", values: [:]),
            DocumentSection("sample", values: ["index": "b"]),
        ])
        var diagnostics: [Diagnostic] = []
        #expect(document.sections.map(\.argument) == [nil, "x"])
        let section = document.decode(document.sections[0], keys: Sample.keys, into: &diagnostics)
        #expect(section?[Sample.index] == ["a", "b"])
    }

    @Test("diagnostics are ordered by file, line and column")
    func order() {
        let places = [("b", 1, 1), ("a", 10, 1), ("a", 9, 7), ("a", 9, 2)]
        let failure = ConfigurationFailure(
            places.map { .error(at: SourceLocation(file: $0.0, line: $0.1, column: $0.2), "x") })
        #expect(
            failure.description == """
                a:9:2: error: x
                a:9:7: error: x
                a:10:1: error: x
                b:1:1: error: x
                """)
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    private let names = ["listen", "workers", "root", "certificate", "body_bytes"]

    @Test(
        "one slip, more in longer words, none in other words",
        arguments: [
            ("lisen", "listen"), ("listne", "listen"), ("llisten", "listen"), ("LISTEN", "listen"),
            ("rot", "root"),
            ("certifcat", "certificate"), ("body-bytes", "body_bytes"), ("bodybytes", "body_bytes"),
            ("port", nil), ("x", nil), ("", nil), ("documentroot", nil),
        ] as [(String, String?)])
    func nearest(_ typed: String, _ expected: String?) {
        #expect(nearestName(to: typed, among: names) == expected)
    }

    @Test("of equally near names the first in the table wins")
    func ties() {
        #expect(nearestName(to: "bat", among: ["cat", "hat"]) == "cat")
    }

    @Test("a name of absurd length is not compared")
    func longName() {
        #expect(nearestName(to: String(repeating: "x", count: 10_000), among: ["x"]) == nil)
    }
}
