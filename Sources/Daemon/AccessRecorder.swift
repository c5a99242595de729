// Turns the server's records into those of the log.

import HTTPCore
import HTTPTypes
import HandlerKit
import Server
import Supervision

/// The access log as the server sees it.
struct AccessRecorder: RequestLog {
    let log: AccessLog

    func record(_ record: RequestRecord) {
        let target = record.target
        let path = target.firstIndex(of: "?").map { String(target[..<$0]) } ?? target
        log.append(
            AccessRecord(
                method: record.method.rawValue, path: path, version: record.version.description,
                status: record.status, bytes: record.bodyBytes, durationMicroseconds: record.microseconds,
                requestID: record.id.description, remoteAddress: record.connection.remote.description,
                handler: record.handler, serverName: record.connection.tls?.serverName,
                tlsVersion: record.connection.tls?.version, tlsCipher: record.connection.tls?.cipher,
                userAgent: record.userAgent))
    }
}
