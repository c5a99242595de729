// Turns the server's records into those of the log.

import HTTPCore
import HTTPTypes
import HandlerKit
import Server
import Supervision

/// The access log as the server sees it.
struct AccessRecorder: RequestLog {
    let log: AccessLog
    let wantsReferer: Bool

    init(log: AccessLog) {
        self.log = log
        wantsReferer = log.file?.format.hasReferer ?? false
    }

    func record(_ record: RequestRecord) {
        log.append(
            AccessRecord(
                method: record.method.rawValue, target: record.target, version: record.version.description,
                status: record.status, bytes: record.bodyBytes, durationMicroseconds: record.microseconds,
                requestNumber: record.id.value, remoteHost: record.connection.remote.host,
                remotePort: record.connection.remote.port, handler: record.handler,
                serverName: record.connection.tls?.serverName, tlsVersion: record.connection.tls?.version,
                tlsCipher: record.connection.tls?.cipher,
                userAgent: record.userAgent, referer: record.referer, user: record.user,
                fault: record.faults.isEmpty ? nil : record.faults.joined(separator: ", ")))
    }
}

extension AccessFormat {
    init(_ format: AccessLogFormat) {
        self =
            switch format {
            case .common: .common
            case .combined: .combined
            case .json: .json
            }
    }
}
