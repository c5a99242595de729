// AccessRecord: what the log says of one request. Its maker formats nothing: texts are made on the log's
// thread.

/// One request and its answer, as the log has it.
package struct AccessRecord: Sendable, Equatable {
    /// The method, as sent.
    package var method: String
    /// The target, as sent.
    package var target: String
    /// The protocol: `HTTP/1.1`.
    package var version: String
    /// The status code of the final response.
    package var status: Int
    /// Bytes of content sent, as the client got them (compressed, without framing).
    package var bytes: UInt64
    /// From the first byte of the request to the last of the response, in microseconds.
    package var durationMicroseconds: Int64
    /// The identifier that joins the record, other log entries and the error page.
    package var requestNumber: UInt64
    /// The client's address without brackets, or the path of its unix socket.
    package var remoteHost: String
    /// The client's port; nil for a unix socket.
    package var remotePort: UInt16?
    /// The handler's prefix in the configuration; nil if the request reached none.
    package var handler: String?
    /// The server name that the client sent with its handshake.
    package var serverName: String?
    /// `TLSv1.3`.
    package var tlsVersion: String?
    /// `TLS_AES_256_GCM_SHA384`.
    package var tlsCipher: String?
    /// The User-Agent field, as sent.
    package var userAgent: String?
    /// The Referer field, as sent, where the log has it.
    package var referer: String?
    /// The user whose password was verified.
    package var user: String?
    /// What was done to it on purpose, `status 503`.
    package var fault: String?

    /// Makes a record; what is nil is left out of the log.
    package init(
        method: String, target: String, version: String, status: Int, bytes: UInt64,
        durationMicroseconds: Int64,
        requestNumber: UInt64, remoteHost: String, remotePort: UInt16?, handler: String? = nil,
        serverName: String? = nil, tlsVersion: String? = nil, tlsCipher: String? = nil,
        userAgent: String? = nil, referer: String? = nil, user: String? = nil, fault: String? = nil
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.status = status
        self.bytes = bytes
        self.durationMicroseconds = durationMicroseconds
        self.requestNumber = requestNumber
        self.remoteHost = remoteHost
        self.remotePort = remotePort
        self.handler = handler
        self.serverName = serverName
        self.tlsVersion = tlsVersion
        self.tlsCipher = tlsCipher
        self.userAgent = userAgent
        self.referer = referer
        self.user = user
        self.fault = fault
    }
}

extension AccessRecord {
    /// The path without the query, as sent (not decoded).
    var path: String {
        target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
    }

    /// The identifier as 16 digits of base 16, as error pages have it.
    var requestID: String {
        let digits = [UInt8](capacity: 16) { $0.appendHexadecimal(requestNumber) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Whether the client's address stands in brackets before a port.
    var hasIPv6Address: Bool {
        let host = remoteHost.utf8.span
        return remotePort != nil && host.indices.contains { host[$0] == UInt8(ascii: ":") }
    }

    /// `192.0.2.1:80`, `[::1]:80`, or `unix:/path`.
    var remoteAddress: String {
        guard let remotePort else { return "unix:\(remoteHost)" }
        return hasIPv6Address
            ? "[\(remoteHost)]:\(remotePort)" : "\(remoteHost):\(remotePort)"
    }
}

/// Where access records go.
package struct AccessLog: Sendable {
    private let queue: LogQueue
    /// Where the records go; nil for the log of all else.
    package let file: AccessFile?

    /// Makes an access log whose records go through `queue`.
    package init(queue: LogQueue, file: AccessFile? = nil) {
        self.queue = queue
        self.file = file
    }

    /// The same, into a file of its own.
    package func writing(to file: AccessFile?) -> AccessLog { AccessLog(queue: queue, file: file) }

    /// Takes a record: one short lock, no formatting, never waits. Any thread may call it.
    package func append(_ record: consuming AccessRecord) {
        queue.enqueue(LogEntry(.access(record), for: file))
    }
}
