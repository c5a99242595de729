// What the diagnostics page says, as data. The names here are the names in its JSON: scripts rely on them.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A request, its connection and the server, at one moment.
struct DiagnosticsReport: Encodable {
    let request: RequestFacts
    let connection: ConnectionReport
    /// Absent on a plain connection.
    let tls: TLSReport?
    let server: ServerReport

    init(_ request: Request, _ status: ServerStatus, at now: Int64) {
        self.request = RequestFacts(request)
        connection = ConnectionReport(request, status)
        tls = request.connection.tls.map { TLSReport($0, at: now) }
        server = ServerReport(status)
    }
}

struct RequestFacts: Encodable {
    struct Field: Encodable {
        let name: String
        let value: String
    }

    let id: String
    let method: String
    let target: String
    let path: String
    let query: String?
    let authority: String?
    let version: String
    let handlerPath: String
    /// Absent where `auth` is off.
    let user: String?
    let bodyLength: UInt64?
    let fields: [Field]

    init(_ request: Request) {
        id = request.id.description
        method = request.method.rawValue
        target = request.target.raw
        path = request.target.path
        query = request.target.query
        authority = request.head.authority
        version = request.version.description
        handlerPath = request.mount
        user = request.user
        bodyLength = request.body.length
        fields = request.fields
            .map { Field(name: $0.name.canonicalName, value: shownValue(of: $0)) }
            .enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }.map(
                \.element)
    }
}

struct ConnectionReport: Encodable {
    let clientAddress: String
    let clientPort: UInt16?
    let localAddress: String
    let localPort: UInt16?
    /// Absent without a proxy that told of the client.
    let proxyAddress: String?
    let proxyPort: UInt16?
    let listener: String
    /// What is wrong there on purpose; mostly absent.
    let listenerFault: String?
    let worker: Int
    let requestNumber: Int

    init(_ request: Request, _ status: ServerStatus) {
        clientAddress = request.connection.remote.host
        clientPort = request.connection.remote.port
        localAddress = request.connection.local.host
        localPort = request.connection.local.port
        proxyAddress = request.connection.proxy?.host
        proxyPort = request.connection.proxy?.port
        listener = request.connection.listener
        listenerFault = status.listeners.first { $0.accepted(request.connection) }?.fault
        worker = request.connection.worker
        requestNumber = request.number
    }
}

extension ServerStatus.Listener {
    /// Several may have the same entry with port 0; behind a proxy only the entry is known.
    fileprivate func accepted(_ connection: ConnectionFacts) -> Bool {
        name == connection.listener && (connection.proxy != nil || address == connection.local.description)
    }
}

struct ServerReport: Encodable {
    struct Reload: Encodable {
        let time: String
        let applied: Bool
        let outcome: String
    }

    struct Listener: Encodable {
        let name: String
        let address: String
        let tls: Bool
        let systemd: Bool
        /// Absent where nothing is wrong on purpose.
        let fault: String?
    }

    let name: String
    let version: String
    let pid: Int32
    let uptimeSeconds: Int64
    let workers: Int
    let configurationFile: String?
    let configurationGeneration: Int
    let lastReload: Reload?
    let openConnections: Int
    let requests: Int
    let invocationID: String?
    let listeners: [Listener]
    let tlsLibrary: String
    let ticketKeyAgeSeconds: Int64

    enum CodingKeys: String, CodingKey {
        case name, version, pid, uptimeSeconds, workers, configurationFile, configurationGeneration,
            lastReload
        case openConnections, requests, listeners, tlsLibrary, ticketKeyAgeSeconds
        case invocationID = "invocation_id"
    }

    init(_ status: ServerStatus) {
        name = "Portico"
        version = status.version
        pid = status.processID
        uptimeSeconds = status.uptime
        workers = status.workers
        configurationFile = status.configurationFile
        configurationGeneration = status.generation
        lastReload = status.lastReload.map {
            Reload(time: timestamp($0.time), applied: $0.isApplied, outcome: $0.outcome)
        }
        openConnections = status.openConnections
        requests = status.requests
        invocationID = status.invocationID
        tlsLibrary = status.tlsLibrary
        ticketKeyAgeSeconds = status.ticketKeyAge
        listeners = status.listeners.map {
            Listener(
                name: $0.name, address: $0.address, tls: $0.isTLS, systemd: $0.isActivated, fault: $0.fault)
        }
    }
}
