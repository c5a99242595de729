// How the text of a value becomes a value: one parser for each type, with the words for tables and errors.

import SystemPackage

/// Why a text is no value of its type.
public struct ValueProblem: Error, Sendable, Hashable {
    /// What is wrong, as the end of a sentence that starts with the key: `'x' is not a size`.
    public let message: String
    /// How many characters into the text the problem lies.
    public let offset: Int

    /// A problem `offset` characters into the text.
    public init(_ message: String, offset: Int = 0) {
        self.message = message
        self.offset = offset
    }
}

/// What a parser may know besides the text.
public struct ValueContext: Sendable {
    /// The folder that relative paths start from.
    public let folder: FilePath

    /// A context whose relative paths start from `folder`.
    public init(folder: FilePath) {
        self.folder = folder
    }
}

/// How the lines of a key become texts.
enum Splitting: Sendable {
    /// The last line counts.
    case none
    /// Every word of every line counts.
    case words
    /// Every line counts, as one text.
    case lines
}

/// A type of value: its parser, its name, unit and bounds.
///
/// A module declares one of its own with `ValueType(name:unit:parse:)`, best as a static member in an
/// extension of `ValueType` for its value, so that `Key("level", .level, …)` reads like the built-in ones.
public struct ValueType<Value: Sendable>: Sendable {
    /// Turns one text into a value; pure, for a default is parsed when its key is declared.
    public typealias Parse = @Sendable (_ text: String, _ context: ValueContext) throws(ValueProblem) -> Value

    /// What the table of keys calls it: `size`, `yes or no`, `list of word`.
    public let name: String
    /// The unit of a bare number, with the suffixes; nil for types that are not quantities.
    public let unit: String?
    /// The bounds in file syntax, such as `1K to 1G`; nil if there are none.
    public let bounds: String?
    let splitting: Splitting
    let format: @Sendable (Value) -> String
    let decode: @Sendable (_ texts: [Fragment], ValueContext, inout [LocatedProblem]) -> Value?

    init(
        name: String, unit: String?, bounds: String?, splitting: Splitting,
        format: @escaping @Sendable (Value) -> String = { String(describing: $0) },
        decode: @escaping @Sendable ([Fragment], ValueContext, inout [LocatedProblem]) -> Value?
    ) {
        self.name = name
        self.unit = unit
        self.bounds = bounds
        self.splitting = splitting
        self.format = format
        self.decode = decode
    }

    /// A type that `parse` reads from the whole value of a line, which is never empty.
    ///
    /// - Parameters:
    ///   - name: what tables call it, such as `size`.
    ///   - unit: the unit of a bare number, if it is a quantity.
    ///   - format: writes a value in file syntax; bounds are shown with it.
    ///   - parse: reads a value, or throws why it cannot.
    public init(
        name: String, unit: String? = nil,
        format: @escaping @Sendable (Value) -> String = { String(describing: $0) },
        parse: @escaping Parse
    ) {
        self.init(name: name, unit: unit, bounds: nil, splitting: .none, format: format) {
            texts, context, problems in
            guard let text = texts.last else { return nil }
            do throws(ValueProblem) {
                return try parse(String(text.text), context)
            } catch {
                problems.append(LocatedProblem(error, in: text))
                return nil
            }
        }
    }

    /// Cuts the values of a key's lines into the texts that `decode` takes.
    func texts(of values: [Fragment]) -> [Fragment] {
        switch splitting {
        case .none: values.suffix(1)
        case .words: values.flatMap(\.words)
        case .lines: values.filter { !$0.text.isEmpty }
        }
    }
}

/// A problem and its place in the file.
struct LocatedProblem {
    let message: String
    /// Nil if there is no text to point at, as in a list that lacks elements.
    let location: SourceLocation?

    init(_ message: String, at location: SourceLocation?) {
        self.message = message
        self.location = location
    }

    init(_ problem: ValueProblem, in text: Fragment) {
        message = problem.message
        location = text.location.advanced(by: problem.offset)
    }
}
