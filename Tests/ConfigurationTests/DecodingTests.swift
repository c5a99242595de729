import Configuration
import SystemPackage
import Testing

@Suite("Decoding: text to typed values")
struct DecodingTests {
    @Test("a key that the file does not set has its default")
    func defaults() throws {
        let section = try sample("root = /srv")
        #expect(section[Sample.index] == ["index.html", "index.htm"])
        #expect(section[Sample.size] == 16 << 20)
        #expect(section[Sample.listing])
        #expect(section[Sample.fields] == [])
        #expect(section[Sample.workers] == nil)
        #expect(section.optional(Sample.title) == nil)
        #expect(section.optional(Sample.root) == "/srv")
        #expect(section.isSet(Sample.root))
        #expect(!section.isSet(Sample.size))
    }

    @Test("a scalar that is repeated: the last one counts")
    func lastWins() throws {
        #expect(try sample("root = /a\nroot = /b")[Sample.root] == "/b")
    }

    @Test("a scalar that is repeated within one file is a warning with both places")
    func repeatedScalar() {
        #expect(
            complaints("[sample]\nroot = /a\nsize = 1K\nroot = /b") == [
                "4:1: warning: 'root' is set again: this replaces the value at f:2:1"
            ])
    }

    @Test(
        "lists: words, repetition appends, an empty assignment clears what came before",
        arguments: [
            ("index = a", ["a"]),
            ("index = a\tb  c", ["a", "b", "c"]),
            ("index = a\nindex = b c", ["a", "b", "c"]),
            ("index = a\nindex =\nindex = b", ["b"]),
            ("index = a\nindex =", []),
            ("index =", []),
        ])
    func lists(_ text: String, _ expected: [String]) throws {
        let section = try sample("root = /\n" + text)
        #expect(section[Sample.index] == expected)
        #expect(section.isSet(Sample.index))
    }

    @Test("lists of lines keep their blanks")
    func lines() throws {
        let section = try sample("root = /\nfield = A: b c\nfield = D: e")
        #expect(section[Sample.fields] == ["A: b c", "D: e"])
    }

    @Test("a scalar that is cleared has its default again, and repeating it after that is no oversight")
    func clearedScalar() throws {
        let section = try sample("root = /\nsize = 1K\nsize =\ntitle = x\ntitle =")
        #expect(section[Sample.size] == 16 << 20)
        #expect(!section.isSet(Sample.size))
        #expect(section.optional(Sample.title) == nil)
        #expect(complaints("[sample]\nroot = /a\nroot =\nroot = /b") == [])
    }

    @Test(
        "errors stand at the value, each with its key",
        arguments: [
            (
                "root = /\nsize = 5x",
                ["3:9: error: size: 'x' is not a unit of a size: B, K, M, G, T (powers of 1024)"]
            ),
            ("root = /\nsize = 1", ["3:8: error: size: '1' is below the bounds, 1K to 1G"]),
            ("root = /\n  size  =  2G", ["3:12: error: size: '2G' is above the bounds, 1K to 1G"]),
            ("root = /\nlisting = ja", ["3:11: error: listing: 'ja' is neither yes nor no"]),
            (
                "root = /\nworkers = 65",
                ["3:11: error: workers: '65' is above the bounds, 1 to 64 (or 'auto')"]
            ),
            ("root = /\nworkers = atuo", ["3:11: error: workers: 'atuo' is not an integer (or 'auto')"]),
            ("size = 1K", ["1:1: error: 'root' is missing in [sample]"]),
            ("root = /\nroot =", ["1:1: error: 'root' is missing in [sample]"]),
            ("root = /\nrooot = /", ["3:1: error: unknown key 'rooot' in [sample], did you mean 'root'?"]),
            (
                "root = /\nLISTING = no",
                ["3:1: error: unknown key 'LISTING' in [sample], did you mean 'listing'?"]
            ),
            ("root = /\nzzzzz = /", ["3:1: error: unknown key 'zzzzz' in [sample]"]),
            ("root = /\npassword = two words", ["3:12: error: password: the value is not a valid word"]),
        ])
    func errors(_ text: String, _ expected: [String]) {
        #expect(complaints("[sample]\n" + text) == expected)
    }

    @Test("every error of a run is reported, not just the first")
    func allErrors() {
        let text = "[sample]\nsise = 1\nlisting = maybe\n[sample two]\nroot = /\nsize = 1Q\nnonsense\n"
        #expect(
            complaints(text).map { $0.prefix(while: { $0 != " " }) } == [
                "1:1:", "2:1:", "3:11:", "6:9:", "7:1:",
            ])
    }

    @Test("an error in a list stands at its element")
    func listElement() {
        let ports = Key("ports", .list(.integer(in: 1...65_535), minimum: 2), default: "1 2", "Ports.")
        let table = [AnyKey(ports)]
        #expect(
            complaints("[s]\nports = 80 x 70000", keys: table) == [
                "2:12: error: ports: 'x' is not an integer",
                "2:14: error: ports: '70000' is above the bounds, 1 to 65535",
            ])
        #expect(complaints("[s]\nports = 80", keys: table) == ["2:9: error: ports: at least 2 must be given"])
        #expect(complaints("[s]\nports =", keys: table) == ["2:8: error: ports: at least 2 must be given"])
    }

    @Test("columns count characters, not bytes")
    func columns() {
        #expect(
            complaints("[sample]\nroot = /\nindex = 🦔é\nlisting = ü") == [
                "4:11: error: listing: 'ü' is neither yes nor no"
            ])
        #expect(syntaxErrors("[s]\n🦔é\u{1}") == ["2:3: error: a control character, U+0001"])
    }

    @Test("the place of a value is that of its last assignment")
    func location() throws {
        let section = try sample("root = /a\nindex = a\nindex = b")
        #expect(section.location(of: Sample.root).description == "section:1:8")
        #expect(section.location(of: Sample.index).description == "section:3:9")
        #expect(section.location(of: Sample.size) == section.location)
    }

    @Test(
        "a relative path starts from the folder of the file",
        arguments: [
            ("www", "/etc/portico/www"), ("/www", "/www"), ("../a b", "/etc/portico/../a b"),
            (".", "/etc/portico/."),
        ])
    func paths(_ text: String, _ expected: FilePath) throws {
        let section = try Section(parsing: "root = \(text)", keys: Sample.keys, folder: "/etc/portico")
        #expect(section[Sample.root].string == expected.string)
    }

    @Test("a section parsed for a test throws every error")
    func failure() {
        #expect(throws: ConfigurationFailure.self) { try sample("size = x\nrot = /") }
        do {
            _ = try sample("size = x\nrot = /")
        } catch {
            let messages = (error as? ConfigurationFailure)?.diagnostics.map(\.location.line)
            #expect(messages == [1, 1, 2])
        }
    }

    @Test("asking for a key that was not in the table traps")
    func foreignKey() async {
        await #expect(processExitsWith: .failure) {
            _ = try sample("root = /")[Key("foreign", .word, "Not there.")]
        }
    }

    @Test("asking for the value of an optional key that is absent traps")
    func absentOptional() async {
        await #expect(processExitsWith: .failure) {
            _ = try sample("root = /")[Sample.title]
        }
    }

    @Test("asking for a key by another type than it was decoded with traps")
    func wrongType() async {
        await #expect(processExitsWith: .failure) {
            _ = try sample("root = /")[Key("size", .word, default: "x", "Not its type.")]
        }
    }

    @Test("two keys of one name in a table trap")
    func clashingKeys() async {
        await #expect(processExitsWith: .failure) {
            _ = try Section(parsing: "", keys: Sample.keys + [AnyKey(Sample.root)])
        }
    }

    @Test("a default that its type refuses traps where the key is declared")
    func badDefault() async {
        await #expect(processExitsWith: .failure) {
            _ = Key("size", .byteCount, default: "16 apples", "A mistake.")
        }
    }

    @Test("a section whose table is unknown for lack of a key still tells of names that no table has")
    func unknownKeysOfNoTable() {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: "[sample]\nroof = /\nsize = x\n", file: "f", into: &diagnostics)
        document.reportUnknownKeys(
            of: document.sections[0], among: Sample.keys + Sample.keys, into: &diagnostics)
        #expect(
            diagnostics.map(\.description) == [
                "f:2:1: error: unknown key 'roof' in [sample], did you mean 'root'?"
            ])
    }
}
