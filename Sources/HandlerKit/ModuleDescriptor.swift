// What a module tells of itself: its name, its keys, and how a handler is made of a section.

import Configuration
import Logging
import Threads

/// A module: a kind of handler that a section of the configuration file can name.
///
/// ```swift
/// extension ModuleDescriptor {
///     static let hello = ModuleDescriptor(
///         name: "hello", summary: "Greets whoever asks.", keys: [AnyKey(greeting)]
///     ) { section, _ in Hello(greeting: section[greeting]) }
/// }
/// private let greeting = Key<String>("greeting", .string, default: "Hello", "The word before the name.")
/// ```
public struct ModuleDescriptor: Sendable {
    /// What `module = …` says.
    public let name: String
    /// One sentence for `portico modules`.
    public let summary: String
    /// The keys that a section may have beside those of every handler.
    public let keys: [AnyKey]
    /// Makes a handler of a section whose values are valid each by itself. It may open files and folders; it
    /// must not serve, write or start anything (see ``LifecycleHandler``), since `portico check` calls it too.
    public let make: @Sendable (Section, ModuleContext) throws(ConfigurationFailure) -> any Handler

    /// Makes a module's description of its parts.
    public init(
        name: String, summary: String, keys: [AnyKey] = [],
        make: @escaping @Sendable (Section, ModuleContext) throws(ConfigurationFailure) -> any Handler
    ) {
        self.name = name
        self.summary = summary
        self.keys = keys
        self.make = make
    }
}

/// What the server offers to a handler when it is made.
public struct ModuleContext: Sendable {
    /// The path prefix under which the handler is configured.
    public let mount: String
    /// Where the handler logs; entries carry the handler's name.
    public let logger: Logger
    /// The pool for calls that may block.
    public let blocking: BlockingPool
    /// The running server, for pages that show it.
    public let server: any ServerInspection
    /// The time of day, for what handlers show or stamp; a test gives its own.
    public let now: @Sendable () -> TimeOfDay
    /// Waits so long without holding a thread; a test's clock moves on instead. It throws at once when the client of
    /// an HTTP/2 request is gone, or the server ends.
    public let sleep: @Sendable (Duration) async throws(CancellationError) -> Void

    /// Makes a context of its parts.
    public init(
        mount: String, logger: Logger, blocking: BlockingPool, server: any ServerInspection,
        now: @escaping @Sendable () -> TimeOfDay = { .current() },
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void
    ) {
        self.now = now
        self.sleep = sleep
        self.mount = mount
        self.logger = logger
        self.blocking = blocking
        self.server = server
    }
}
