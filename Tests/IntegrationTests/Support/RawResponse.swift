// A response as it came: nothing is mended on the way.

/// One HTTP/1.1 response.
struct RawResponse {
    let statusLine: String
    let fields: [(name: String, value: String)]
    var body: String

    var status: Int { statusLine.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    /// A field's values, joined; nil when there is none.
    subscript(_ name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Splits a head, its empty line included.
    init?(head: String) {
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 ") else { return nil }
        statusLine = String(first)
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        body = ""
    }
}
