// Owns the writing of response heads (RFC 9112 §4-§6). The server owns the framing: what a handler says in
// Connection, Transfer-Encoding and the like is not sent. CR, LF and NUL cannot occur: HTTPField and Status
// do not hold them.
import HTTPCore
import HTTPTypes

/// What a response answers, as far as its framing depends on it.
package struct ResponseContext: Sendable, Hashable {
    /// The request's version.
    package var version: HTTPVersion
    /// Whether the request was HEAD: the response has the fields of GET and no content.
    package var isHEAD: Bool
    /// Whether the connection may go on as far as the request and the server are concerned.
    package var keepAlive: Bool

    /// Makes a context; by default that of a GET over HTTP/1.1 that keeps the connection.
    package init(version: HTTPVersion = .http11, isHEAD: Bool = false, keepAlive: Bool = true) {
        self.version = version
        self.isHEAD = isHEAD
        self.keepAlive = keepAlive
    }
}

/// How much content the server is about to send, as it knows before the head goes out.
package enum ResponseContent: Sendable, Hashable {
    /// So many bytes, perhaps 0.
    case length(UInt64)
    /// Not known, unless the handler's own Content-Length says so.
    case stream
}

/// How the content after a head must be sent.
package enum ResponseFraming: Sendable, Hashable {
    /// No content follows, whatever there is.
    case none
    /// Exactly so many bytes follow.
    case length(UInt64)
    /// Chunks follow: `appendChunkHeader`, the data, `appendChunkEnd`; at last `appendLastChunk`.
    case chunked
    /// Bytes follow until the connection closes (HTTP/1.0).
    case untilClose
}

/// What the head that was appended commits the server to.
package struct ResponsePlan: Sendable, Hashable {
    /// How the content must be sent.
    package let framing: ResponseFraming
    /// Whether the connection goes on after the response.
    package let keepAlive: Bool

    /// Whether content follows the head.
    package var hasContent: Bool {
        // Comparing would be a call through the type's witness table.
        if case .none = framing { false } else { true }
    }
}

/// A response of a handler that cannot be sent; nothing was appended.
package enum ResponseFailure: Error, Sendable, Hashable {
    /// Its Content-Length is not a number, or not the length of its content.
    case invalidContentLength
    /// Its status is 1xx, which is no final one, or has no three digits.
    case invalidStatus
}

/// What the server says of itself in nearly every response, made once a second.
package final class ServerFields: Sendable {
    package let date: EncodedFields
    /// nil for none.
    fileprivate let server: EncodedFields?
    fileprivate let both: EncodedFields

    /// - Parameter server: the value of the Server field; nil for none.
    package init(date: HTTPDate, server: String?) {
        let date = EncodedFields(.date, date.description)
        self.date = date
        self.server = server.map { EncodedFields(.server, $0) }
        both = self.server.map { date + $0 } ?? date
    }

    /// Those that the handler has not given itself.
    fileprivate func missing(in own: OwnFields) -> EncodedFields? {
        switch (own.hasDate, own.hasServer) {
        case (false, false): both
        case (true, false): server
        case (false, true): date
        case (true, true): nil
        }
    }
}

/// Writes response heads and the framing of chunks.
package enum ResponseEncoder {
    /// Appends the head of a final response.
    ///
    /// Date and Server are added unless the handler gave its own. `Connection: close` among the handler's
    /// fields ends the connection. Without content (HEAD, 204, 304) nothing but a Content-Length tells of it
    /// (RFC 9110 §8.6).
    /// - Parameters:
    ///   - encoded: fields that come before the others.
    ///   - output: where the head goes; it is not touched if this throws.
    package static func appendHead(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, behind encoded: EncodedFields? = nil,
        content: ResponseContent, context: ResponseContext, server: ServerFields, to output: inout [UInt8]
    ) throws(ResponseFailure) -> ResponsePlan {
        guard (200...999).contains(status.code) else { throw .invalidStatus }
        let start = output.count
        output.appendStatusLine(status)
        var own = OwnFields()
        if let encoded { output.append(contentsOf: encoded.lines) }
        for field in fields {
            if own.take(field) { output.append(field) }
        }
        let plan: ResponsePlan
        do {
            plan = try ResponsePlan(status: status.code, content: content, context: context, own: own)
        } catch {
            output.removeSubrange(start...)
            throw error
        }
        if let fields = server.missing(in: own) { output.append(contentsOf: fields.lines) }
        appendFraming(plan, status: status.code, content: content, context: context, own: own, to: &output)
        output.appendCRLF()
        return plan
    }

    /// Appends the head of a final response as HTTP/2 has it (RFC 9113 §8.3.2); otherwise as the other does.
    package static func appendHead(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, behind encoded: EncodedFields? = nil,
        content: ResponseContent, context: ResponseContext, server: ServerFields, to block: inout FieldBlock
    ) throws(ResponseFailure) -> ResponsePlan {
        guard (200...999).contains(status.code) else { throw .invalidStatus }
        block.append(status: status.code)
        var own = OwnFields()
        if let encoded { block.append(encoded) }
        for field in fields {
            if own.take(field) { block.append(field) }
        }
        let plan = try ResponsePlan(status: status.code, content: content, context: context, own: own)
        if let fields = server.missing(in: own) { block.append(fields) }
        if let length = ResponsePlan.announcedLength(
            status: status.code, content: content, context: context, own: own)
        {
            block.append("content-length", length)
        }
        return plan
    }

    /// Appends an interim response such as `100 Continue` or `103 Early Hints`; never for HTTP/1.0.
    package static func appendInterim(_ response: HTTPResponse, to output: inout [UInt8]) {
        output.appendStatusLine(response.status)
        for field in response.headerFields { output.append(field) }
        output.appendCRLF()
    }

    private static func appendFraming(
        _ plan: ResponsePlan, status: Int, content: ResponseContent, context: ResponseContext, own: OwnFields,
        to output: inout [UInt8]
    ) {
        if case .chunked = plan.framing {
            output.append(ascii: "Transfer-Encoding: chunked\r\n")
        } else if let length = ResponsePlan.announcedLength(
            status: status, content: content, context: context, own: own)
        {
            output.append(ascii: "Content-Length: ")
            output.append(decimal: length)
            output.appendCRLF()
        }
        if !plan.keepAlive {
            output.append(ascii: "Connection: close\r\n")
        } else if context.version == .http10 {
            output.append(ascii: "Connection: keep-alive\r\n")
        }
    }
}

extension ResponseEncoder {
    /// Appends the line before a chunk of `count` bytes, which is more than 0.
    package static func appendChunkHeader(_ count: Int, to output: inout [UInt8]) {
        precondition(count > 0, "an empty chunk would end the content")
        output.append(hexadecimal: UInt64(count))
        output.appendCRLF()
    }

    /// Appends the line end after a chunk's data.
    package static func appendChunkEnd(to output: inout [UInt8]) { output.appendCRLF() }

    /// Appends the last chunk and the trailers.
    package static func appendLastChunk(trailers: HTTPFields = HTTPFields(), to output: inout [UInt8]) {
        output.append(ascii: "0\r\n")
        for field in trailers { output.append(field) }
        output.appendCRLF()
    }
}
