// What a run has to say about a configuration. Reading collects diagnostics; it never stops at the first.

/// One error or warning about a configuration, at its place.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// Whether the configuration can still be used.
    public enum Severity: String, Sendable {
        /// The configuration cannot be used.
        case error
        /// The configuration works, perhaps not as meant.
        case warning
    }

    /// Whether the configuration can still be used.
    public let severity: Severity
    /// The place that the message is about.
    public let location: SourceLocation
    /// What is wrong, in one line without the place.
    public let message: String

    /// A message of either severity.
    public init(_ severity: Severity, at location: SourceLocation, _ message: String) {
        self.severity = severity
        self.location = location
        self.message = message
    }

    /// A message that makes the configuration unusable.
    public static func error(at location: SourceLocation, _ message: String) -> Diagnostic {
        Diagnostic(.error, at: location, message)
    }

    /// A message that leaves the configuration usable.
    public static func warning(at location: SourceLocation, _ message: String) -> Diagnostic {
        Diagnostic(.warning, at: location, message)
    }

    /// An error about a name that nobody knows, with the nearest one that somebody does.
    ///
    /// - Parameters:
    ///   - kind: what it should have named: `key`, `section`, `module`.
    ///   - name: the name as written.
    ///   - context: what narrows the search, such as ` in [server]`, or nothing.
    ///   - candidates: the known names.
    ///   - location: where the name stands.
    public static func unknown(
        _ kind: String, _ name: String, context: String = "", among candidates: some Sequence<String>,
        at location: SourceLocation
    ) -> Diagnostic {
        .error(at: location, "unknown \(kind) '\(name)'\(context)" + suggestion(for: name, among: candidates))
    }

    /// `file:line:column: error: message`.
    public var description: String { "\(location): \(severity.rawValue): \(message)" }
}

/// A configuration that cannot be used, with every reason that was found.
public struct ConfigurationFailure: Error, Sendable, CustomStringConvertible {
    /// Errors and the warnings among them, in the order of their places.
    public let diagnostics: [Diagnostic]

    /// A failure for these reasons.
    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics.inOrderOfPlace
    }

    /// One line for each diagnostic.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}

extension Sequence<Diagnostic> {
    /// Whether one of them makes the configuration unusable.
    public var hasErrors: Bool { contains { $0.severity == .error } }

    /// By file, line and column: the order in which somebody mends them.
    public var inOrderOfPlace: [Diagnostic] {
        sorted { a, b in
            (a.location.file, a.location.line, a.location.column, a.message)
                < (b.location.file, b.location.line, b.location.column, b.message)
        }
    }
}
