// A request as bytes of HTTP/1.1, made of what curl's options say.

import Files
import SystemPackage

/// The head of a request and its content.
struct RequestMessage {
    /// Request line and fields, with the empty line.
    let head: [UInt8]
    let body: [UInt8]

    /// Why there is no message.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - method: the method; nil for GET, or POST if there is content.
    ///   - target: the request target, as it is to stand in the request line.
    ///   - lines: `Name: value`, in place of what is sent by itself under that name; `Name:` for none, `Name;` for an
    ///     empty value.
    ///   - body: the content; nil for none.
    init(method: String?, target: String, lines: [String], body: [UInt8]?) throws(Failure) {
        let method = method ?? (body == nil ? "GET" : "POST")
        for (word, what) in [(method, "method"), (target, "path")] where word.isEmpty || word.hasLineEnd {
            throw Failure(description: "the \(what) is empty or has a line break")
        }
        let written = try lines.map { line throws(Failure) in try Line(line) }
        var text = "\(method) \(target) HTTP/1.1\r\n"
        for own in Self.ownLines(body, beside: written) { text += "\(own.name): \(own.value ?? "")\r\n" }
        for line in written { if let value = line.value { text += "\(line.name): \(value)\r\n" } }
        head = Array((text + "\r\n").utf8)
        self.body = body ?? []
    }

    /// What is sent by itself, as curl does.
    private static func ownLines(_ body: [UInt8]?, beside written: [Line]) -> [Line] {
        var lines = [
            Line("Host", "localhost"), Line("User-Agent", "portico/\(Daemon.version)"), Line("Accept", "*/*"),
        ]
        if let body {
            lines.append(Line("Content-Type", "application/x-www-form-urlencoded"))
            if !written.contains(where: { $0.isNamed("Transfer-Encoding") }) {
                lines.append(Line("Content-Length", "\(body.count)"))
            }
        }
        return lines.filter { own in !written.contains { $0.isNamed(own.name) } }
    }

    /// A field as the command line has it.
    private struct Line {
        let name: String
        /// nil if it is not sent.
        let value: String?

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        init(_ text: String) throws(Failure) {
            guard !text.hasLineEnd else { throw Failure(description: "the field '\(text)' has a line break") }
            if let colon = text.firstIndex(of: ":") {
                name = String(text[..<colon])
                let rest = text[text.index(after: colon)...].drop { $0 == " " }
                value = rest.isEmpty ? nil : String(rest)
            } else if text.last == ";" {
                name = String(text.dropLast())
                value = ""
            } else {
                throw Failure(description: "the field '\(text)' is not 'Name: value'")
            }
        }

        func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }
    }
}

extension RequestMessage {
    /// The content that options say, joined by `&`; nil if there are none.
    ///
    /// - Parameters:
    ///   - data: texts, or `@FILE` for a file's without its line ends.
    ///   - binary: the same with all that the file has. `@-` is standard input.
    static func content(data: [String], binary: [String]) throws(Failure) -> [UInt8]? {
        guard !(data.isEmpty && binary.isEmpty) else { return nil }
        var parts: [[UInt8]] = []
        for text in data {
            let isLineEnd: (UInt8) -> Bool = { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
            parts.append(text.first == "@" ? try bytes(of: text).filter { !isLineEnd($0) } : Array(text.utf8))
        }
        for text in binary { parts.append(try bytes(of: text)) }
        return Array(parts.joined(separator: [UInt8(ascii: "&")]))
    }

    private static func bytes(of text: String) throws(Failure) -> [UInt8] {
        guard text.first == "@" else { return Array(text.utf8) }
        let name = String(text.dropFirst())
        do {
            guard name != "-" else { return try FileDescriptor.standardInput.readToEnd() }
            let file = try FileDescriptor.open(FilePath(name), .readOnly, options: .closeOnExec)
            return try file.closeAfter { try file.readToEnd() }
        } catch {
            throw Failure(description: "'\(name)' cannot be read: \(error)")
        }
    }
}

extension String {
    fileprivate var hasLineEnd: Bool { utf8.contains { $0 == 0x0D || $0 == 0x0A } }
}
