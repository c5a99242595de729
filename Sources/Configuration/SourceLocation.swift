// Where a word of the configuration stands; lines and columns count from 1, columns in characters.

/// A place in a configuration file, or a whole source that has no lines, such as the command line.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The file's path as it was given, or a phrase such as `command line`.
    public let file: String
    /// The line, from 1; 0 if the source has no lines.
    public let line: Int
    /// The column in characters, from 1; 0 if the source has no lines.
    public let column: Int

    /// A place in `file`; without line and column, the source as a whole.
    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, the form that editors and compilers share, or just the source's name.
    public var description: String {
        line == 0 ? file : "\(file):\(line):\(column)"
    }

    /// The same line, `characters` further to the right.
    func advanced(by characters: Int) -> SourceLocation {
        line == 0 ? self : SourceLocation(file: file, line: line, column: column + characters)
    }
}
