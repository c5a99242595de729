import Configuration
import Testing

@Suite("The effective configuration")
struct EffectiveConfigurationTests {
    private func sections(_ text: String) -> [Section] {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: text, into: &diagnostics)
        let sections = document.decode(Sample.schema, into: &diagnostics)
        #expect(!diagnostics.hasErrors, "\(diagnostics)")
        return sections
    }

    @Test("every key is printed, defaults included, secrets masked")
    func everyKey() {
        let text =
            "[sample]\nroot = /\nsize =  1K\nfield = A: b\nfield = C: d\npassword = hunter2\n"
            + "[sample x]\nroot = y\n"
        #expect(
            EffectiveConfiguration(sections(text)).description == """
                [sample]
                root = /
                index = index.html index.htm
                size = 1K
                listing = yes
                title =
                field = A: b
                field = C: d
                workers = auto
                ; password = (secret)

                [sample x]
                root = y
                index = index.html index.htm
                size = 16M
                listing = yes
                title =
                field =
                workers = auto
                password =

                """)
    }

    @Test(
        "what is printed reads back to the same",
        arguments: [
            "root = /", "root = /\nindex =", "root = /\nindex = a\nindex = b c",
            "root = a b\ntitle = x ; y # z",
            "root = /\nfield = one two\nfield = three", "root = /\nworkers = 3\nlisting = off", "root = ü \\",
            // A combining mark is one Character with the blank before it.
            "root = /\ntitle =\t\u{301}x", "root = /\nindex = a\t\u{301}",
        ])
    func roundTrip(_ text: String) {
        let first = sections("[sample]\n\(text)\n[sample b]\n\(text)")
        let printed = EffectiveConfiguration(first).description
        let second = sections(printed)
        #expect(ConfigurationDifference(from: first, to: second).changes == [])
        #expect(EffectiveConfiguration(second).description == printed)
    }

    @Test("a secret is not printed in a difference or an error")
    func secrets() throws {
        let before = [try sample("root = /\npassword = hunter2")]
        let after = [try sample("root = /\npassword = hunter3")]
        #expect(ConfigurationDifference(from: before, to: after).description == "[sample] password changed")
        #expect(!complaints("[sample]\nroot = /\npassword = hunter 2").joined().contains("hunter"))
    }
}

@Suite("What a reload changed")
struct ConfigurationDifferenceTests {
    private func difference(_ old: String, _ new: String) throws -> String {
        ConfigurationDifference(from: [try sample(old)], to: [try sample(new)]).description
    }

    @Test(
        "of keys",
        arguments: [
            ("root = /", "root = /", "no changes"),
            ("root = /a", "root = /b", "[sample] root changed"),
            ("root = /", "root = /\ntitle = x", "[sample] title added"),
            ("root = /\ntitle = x", "root = /", "[sample] title removed"),
            ("root = /", "root = /\nsize = 16M", "no changes"),
            ("root = /", "root = /\nsize = 16384K", "no changes"),
            ("root = /\nlisting = no", "root = /\nlisting = off", "no changes"),
            ("root = /", "root = /\nlisting = no", "[sample] listing changed"),
            ("root = /\nindex = a b", "root = /\nindex = a\nindex = b", "no changes"),
            ("root = /\nindex = a b", "root = /\nindex = b a", "[sample] index changed"),
            ("root = /", "root = /\nindex =", "[sample] index changed"),
            ("root = /", "root = /\nworkers = 2", "[sample] workers changed (needs a restart)"),
            (
                "root = /a\nworkers = 2", "root = /b\nworkers = auto",
                "[sample] root changed, [sample] workers changed (needs a restart)"
            ),
        ])
    func keys(_ old: String, _ new: String, _ expected: String) throws {
        #expect(try difference(old, new) == expected)
    }

    private func section(_ text: String, _ argument: String, _ keys: [AnyKey]) throws -> Section {
        try Section(parsing: text, name: "handler", argument: argument, keys: keys)
    }

    @Test("of sections")
    func sections() throws {
        let old = [try section("root = /", "/a", Sample.keys), try section("root = /", "/b", Sample.keys)]
        let new = [
            try section("root = /x", "/b", Sample.keys),
            try section("root = /\nworkers = 2", "/c", Sample.keys),
        ]
        let difference = ConfigurationDifference(from: old, to: new)
        #expect(
            difference.changes.map(\.description) == [
                "[handler /a] removed", "[handler /b] root changed", "[handler /c] added (needs a restart)",
            ])
        #expect(difference.needingRestart.map(\.section) == ["[handler /c]"])
        #expect(!difference.isEmpty)
    }

    @Test("of a section whose module, and so its table, is another: keys that are set count, defaults do not")
    func otherTable() throws {
        let old = [try section("root = /\nsize = 1K", "/", [AnyKey(Sample.root), AnyKey(Sample.size)])]
        let new = [
            try section(
                "root = /\nindex = a", "/",
                [AnyKey(Sample.root), AnyKey(Sample.index), AnyKey(Sample.listing)])
        ]
        #expect(
            ConfigurationDifference(from: old, to: new).description
                == "[handler /] size removed, [handler /] index added")
    }
}

@Suite("Tables of keys as text")
struct SchemaTextTests {
    @Test("for a terminal")
    func plain() {
        let keys = [
            AnyKey(Sample.root), AnyKey(Sample.size), AnyKey(Sample.title), AnyKey(Sample.fields),
            AnyKey(Sample.workers),
        ]
        let schema = SectionSchema(
            "handler", argument: .required("PATH"), "Answers requests below PATH.", keys: keys)
        #expect(
            SchemaText(schema).plain(width: 60) == """
                [handler PATH]
                  Answers requests below PATH.

                  root     path, required
                           The folder that is served.
                  size     size (bytes; K, M, G, T), 1K to 1G, default 16M
                           How much.
                  title    text, optional
                           The title.
                  field    text, repeated, default empty
                           Fields to add.
                  workers  auto or integer, 1 to 64, default auto, a change
                           needs a restart
                           Threads.

                """)
    }

    @Test("a name that does not fit its column stands on a line of its own")
    func longName() {
        let key = Key("a_name_that_is_longer_than_most", .word, default: "x", "Long.")
        #expect(
            SchemaText(title: "t", summary: "s", keys: [AnyKey(key)]).plain()
                == """
                t
                  s

                  a_name_that_is_longer_than_most
                                        word, default x
                                        Long.

                """)
    }

    @Test("as Markdown")
    func markdown() {
        let bar = Key("bar", .choice(of: ["a|b", "c"]), default: "c", "A bar | in a cell.")
        let schema = SectionSchema(
            "s", argument: .optional("NAME"), "Summary.", keys: [AnyKey(Sample.workers), AnyKey(bar)])
        #expect(
            SchemaText(schema).markdown() == """
                ### `[s [NAME]]`

                Summary.

                | key | type | unit | default | bounds | meaning |
                |---|---|---|---|---|---|
                | `workers` | auto or integer |  | `auto` | 1 to 64 | Threads. A change needs a restart. |
                | `bar` | one of a\\|b, c |  | `c` |  | A bar \\| in a cell. |

                """)
    }

    @Test("without keys there is no table")
    func noKeys() {
        let text = SchemaText(title: "echo", summary: "Says it again.", keys: [])
        #expect(text.plain() == "echo\n  Says it again.\n")
        #expect(text.markdown(headingLevel: 2) == "## `echo`\n\nSays it again.\n")
    }

    @Test("a row knows its key")
    func rows() {
        let row = AnyKey(Sample.size)
        #expect(row.name == "size")
        #expect(row.typeName == "size")
        #expect(row.unit == "bytes; K, M, G, T")
        #expect(row.bounds == "1K to 1G")
        #expect(row.defaultText == "16M")
        #expect(!row.isList && !row.isRequired && !row.isSecret && !row.needsRestart)
        #expect(AnyKey(Sample.root).isRequired && AnyKey(Sample.root).defaultText == nil)
        #expect(AnyKey(Sample.index).isList && AnyKey(Sample.fields).isList)
        #expect(AnyKey(Sample.password).isSecret && !AnyKey(Sample.password).isRequired)
        #expect(AnyKey(Sample.workers).needsRestart && AnyKey(Sample.workers).bounds == "1 to 64")
        #expect(Sample.schema.isRepeatable && !SectionSchema("s", "", keys: []).isRepeatable)
    }
}
