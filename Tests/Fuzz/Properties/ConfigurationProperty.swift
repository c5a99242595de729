// portico.conf(5): the INI parser, the types of values, and the printing of what takes effect.
import Configuration
import SystemPackage

extension FuzzTarget {
    /// The input is a configuration file.
    static let configuration = FuzzTarget("configuration") { input in
        let first = read(input)
        let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
        for diagnostic in first.diagnostics {
            try require((1...lines).contains(diagnostic.location.line), "a line of the file: \(diagnostic)")
            try require(
                !diagnostic.message.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" },
                "no control character: \(diagnostic)")
        }
        // What has mistakes doesn't take effect, but sections without one can be printed all the same.
        guard first.sections.contains(where: { $0.argument == nil }) else { return }
        let printed = EffectiveConfiguration(first.sections).description
        let second = read(Array(printed.utf8))
        try require(
            second.diagnostics.filter { $0.severity == .error }, equals: [],
            "what is printed is valid:\n\(printed)")
        let changes = ConfigurationDifference(from: first.sections, to: second.sections).changes
        try require(changes, equals: [], "what is printed reads back to the same:\n\(printed)")
        try require(EffectiveConfiguration(second.sections).description, equals: printed, "printed again")
    }

    private static func read(_ bytes: [UInt8]) -> (sections: [Section], diagnostics: [Diagnostic]) {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: bytes, folder: "/etc", into: &diagnostics)
        document.validate(against: [schema], into: &diagnostics)
        return (document.decode(schema, into: &diagnostics), diagnostics)
    }

    /// A key of each type, all with defaults.
    private static let schema = SectionSchema(
        "s", argument: .optional("NAME"), "A key of each type.",
        keys: [
            AnyKey(Key("a", .path, default: "/", "A path.")),
            AnyKey(Key("b", .list(.word), default: "x y", "Words.")),
            AnyKey(Key("c", .byteCount, default: "16M", bounds: 0...(1 << 50), "A size.")),
            AnyKey(Key("d", .duration, default: "1min 30s", "A duration.")),
            AnyKey(Key("e", .yesNo, default: "yes", "A choice.")),
            AnyKey(Key.optional("f", .string, "A text.")),
            AnyKey(Key("g", .lines(.string), default: "", "Lines.")),
            AnyKey(Key("h", .either("auto", or: .integer(in: 1...64)), default: "auto", "A number.")),
            AnyKey(Key("i", .rate, default: "1K/s", "A rate.")),
        ])
}
