// What the server knows of itself, for pages that show it.

/// A view of the running server.
public protocol ServerInspection: Sendable {
    /// The server's state at this moment.
    var status: ServerStatus { get }
}

/// The server's state at one moment.
public struct ServerStatus: Sendable {
    /// A listening socket.
    public struct Listener: Sendable {
        /// The `listen` entry as the configuration says it.
        public let name: String
        /// The address that it is bound to.
        public let address: String
        /// Whether it speaks TLS.
        public let isTLS: Bool
        /// Whether systemd handed it over.
        public let isActivated: Bool
        /// What is wrong with its TLS on purpose, `expired` for example; nil for nothing.
        public let fault: String?

        /// Makes a listener's entry of its parts.
        public init(name: String, address: String, isTLS: Bool, isActivated: Bool, fault: String? = nil) {
            self.name = name
            self.address = address
            self.isTLS = isTLS
            self.isActivated = isActivated
            self.fault = fault
        }
    }

    /// A reload of the configuration and how it went.
    public struct Reload: Sendable {
        /// When it ended, in seconds since 1970.
        public let time: Int64
        /// Whether the new configuration is in force.
        public let isApplied: Bool
        /// One line: what changed, or why it was refused.
        public let outcome: String

        /// Makes a reload's entry of its parts.
        public init(time: Int64, isApplied: Bool, outcome: String) {
            self.time = time
            self.isApplied = isApplied
            self.outcome = outcome
        }
    }

    /// The program's version, `0.1.0` for example.
    public var version: String
    /// The process's id.
    public var processID: Int32
    /// Seconds since the start.
    public var uptime: Int64
    /// Workers, that is threads that serve connections.
    public var workers: Int
    /// The configuration file; nil when there is none (`portico serve`).
    public var configurationFile: String?
    /// How many configurations have come into force, from 1.
    public var generation: Int
    /// The last reload; nil when there was none.
    public var lastReload: Reload?
    /// Connections that are open now.
    public var openConnections: Int
    /// Requests since the start, this one included.
    public var requests: Int
    /// `INVOCATION_ID` of systemd.exec(5); nil without systemd.
    public var invocationID: String?
    /// All listening sockets.
    public var listeners: [Listener]
    /// The TLS library that is loaded, `OpenSSL 3.0.19 27 Jan 2026`.
    public var tlsLibrary: String
    /// For how many seconds the key has sealed session tickets that seals them now.
    public var ticketKeyAge: Int64
    /// Whether the server waits for requests that run, and then ends: who streams without an end ends now.
    public var isStopping = false

    /// Makes a state of its parts.
    public init(
        version: String, processID: Int32, uptime: Int64, workers: Int, configurationFile: String?,
        generation: Int,
        lastReload: Reload?, openConnections: Int, requests: Int, invocationID: String?,
        listeners: [Listener],
        tlsLibrary: String, ticketKeyAge: Int64
    ) {
        self.version = version
        self.processID = processID
        self.uptime = uptime
        self.workers = workers
        self.configurationFile = configurationFile
        self.generation = generation
        self.lastReload = lastReload
        self.openConnections = openConnections
        self.requests = requests
        self.invocationID = invocationID
        self.listeners = listeners
        self.tlsLibrary = tlsLibrary
        self.ticketKeyAge = ticketKeyAge
    }
}
