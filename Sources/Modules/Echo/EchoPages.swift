// The form of the echo before anything was submitted, and the answer with the form below it.

import HTTPCore

/// The form before anything was submitted.
struct EchoForm: NegotiatedPage {
    struct Document: Encodable {
        let method = "POST"
        let type = "application/x-www-form-urlencoded"
        let example = "text=hello"
        let endpoints: [String]

        enum CodingKeys: CodingKey { case method, type, example, endpoints }
    }

    let hasEndpoints: Bool

    private var endpoints: [Endpoint] { hasEndpoints ? Endpoint.all : [] }

    var document: Document { Document(endpoints: endpoints.map(\.path)) }
    var text: String {
        let width = endpoints.map(\.path.count).max() ?? 0
        let rows = endpoints.map { endpoint in
            "  \(endpoint.path)\(String(repeating: " ", count: width - endpoint.path.count))  \(endpoint.summary)\n"
        }
        return "Submit a form, for example: curl -d text=hello URL, or curl -F file=@NAME URL\n"
            + (rows.isEmpty ? "" : "\nBelow this address, as httpbin has them:\n" + rows.joined())
    }
    var html: String {
        Self.template.render(Model(title: "Echo", hasEndpoints: hasEndpoints, endpoints: endpoints))
    }

    private struct Model {
        let title: String
        let hasEndpoints: Bool
        let endpoints: [Endpoint]
    }

    /// The form's action is the page's own address without its query.
    static let form = """
        <form method="post" action="?" class="card">
        <label for="text">Text to submit</label>
        <div class="row"><input id="text" name="text" type="text" autocomplete="off" autofocus>
        <button type="submit">Submit</button></div>
        </form>
        """

    private static let template = PageTemplate(
        """
        <h1>Echo</h1>
        <p class="dim">Whatever you submit comes back.</p>
        \(form)
        {{#hasEndpoints}}
        <div class="card">
        <h2>Below this address</h2>
        <table class="facts">
        {{#endpoints}}
        <tr><th scope="row"><code>{{path}}</code></th><td>{{summary}}</td></tr>
        {{/endpoints}}
        </table>
        </div>
        {{/hasEndpoints}}
        """)
}

/// What was submitted.
struct EchoAnswer {
    /// What came in a body, or in the query of a request without one.
    enum Content {
        case form(SubmittedForm)
        case body(SubmittedBody)
    }

    /// The pairs of the query of a request that has a body.
    private let query: [SubmittedForm.Field]
    private let content: Content

    init(_ content: Content, query: QueryItems? = nil) {
        self.content = content
        self.query = query.map { SubmittedForm($0).fields } ?? []
    }

    /// The bytes of one form.
    func rendered(as form: Representation) -> [UInt8] {
        switch form {
        case .html: Array(html.utf8)
        case .json: Array((json.pretty + "\n").utf8)
        case .text: Array(text.utf8)
        }
    }

    private var json: JSONValue {
        let query = query.isEmpty ? nil : JSONValue.array(query.map(\.json))
        return switch content {
        case .form(let form): .object(["query": query, "fields": .array(form.fields.map(\.json))])
        case .body(let body): .object(["query": query, "body": body.json])
        }
    }

    private var text: String {
        let query = query.isEmpty ? "" : "In the query:\n" + query.map(\.line).joined() + "\n"
        return switch content {
        case .form(let form): query + Self.text(form.fields)
        case .body(let body): query + body.lines
        }
    }

    private static func text(_ fields: [SubmittedForm.Field]) -> String {
        let lines = fields.map(\.line)
        return switch fields.count {
        case 0: "You submitted nothing.\n"
        case 1: fields[0].fileName == nil ? "You submitted \(lines[0])" : lines[0]
        default: "You submitted \(lines.count) fields:\n" + lines.joined()
        }
    }

    private var html: String {
        switch content {
        case .form(let form):
            let count = form.fields.count
            let title =
                switch count {
                case 0: "You submitted nothing"
                case 1: "You submitted"
                default: "You submitted \(count) fields"
                }
            return Self.template.render(
                Model(title: title, rows: form.fields.map(Row.init), query: query.map(Row.init)))
        case .body(let body):
            return Self.template.render(
                Model(title: "You sent a body", rows: [], query: query.map(Row.init), body: body))
        }
    }

    private struct Model {
        let title: String
        let rows: [Row]
        let hasRows: Bool
        let query: [Row]
        let hasQuery: Bool
        let isBody: Bool
        let facts: [Row]
        let preview: String
        let hasPreview: Bool
        let previewTitle: String

        init(title: String, rows: [Row], query: [Row], body: SubmittedBody? = nil) {
            self.title = title
            (self.rows, hasRows) = (rows, !rows.isEmpty)
            (self.query, hasQuery) = (query, !query.isEmpty)
            isBody = body != nil
            facts = body?.facts.map { Row($0, $1) } ?? []
            let preview = body?.preview ?? (text: "", isWhole: true)
            (self.preview, hasPreview) = (preview.text, !preview.text.isEmpty)
            previewTitle = preview.isWhole ? "Content" : "How it begins"
        }
    }

    private struct Row {
        let name: String
        let value: String
        let hasValue: Bool
        let isFile: Bool
        let fileName: String
        let facts: String
        let sha256: String

        init(_ name: String, _ value: String) {
            (self.name, self.value, hasValue) = (name, value, true)
            (isFile, fileName, facts, sha256) = (false, "", "", "")
        }

        init(_ field: SubmittedForm.Field) {
            name = field.name
            value = field.value ?? ""
            hasValue = !value.isEmpty
            isFile = field.fileName != nil
            fileName = field.fileName ?? ""
            facts = field.part.map { "\($0.type.essence), \(Modules.size($0.size))" } ?? ""
            sha256 = field.part?.sha256 ?? ""
        }
    }

    private static let rowsTemplate = """
        <tr><th scope="row"><code>{{name}}</code></th>
        <td>{{#isFile}}<code>{{fileName}}</code> <span class="dim">{{facts}}</span>\
        <br><span class="dim">SHA-256 <code>{{sha256}}</code></span>{{/isFile}}\
        {{^isFile}}{{#hasValue}}<pre class="value">
        {{value}}</pre>{{/hasValue}}{{^hasValue}}<span class="dim">empty</span>{{/hasValue}}{{/isFile}}\
        </td></tr>
        """

    private static let template = PageTemplate(
        """
        <h1>{{title}}</h1>
        {{#hasRows}}
        <div class="card">
        <table class="facts">
        {{#rows}}
        \(rowsTemplate)
        {{/rows}}
        </table>
        </div>
        {{/hasRows}}
        {{#isBody}}
        <div class="card">
        <table class="facts">
        {{#facts}}
        <tr><th scope="row">{{name}}</th><td>{{value}}</td></tr>
        {{/facts}}
        </table>
        </div>
        {{#hasPreview}}
        <div class="card">
        <h2>{{previewTitle}}</h2>
        <pre>
        {{preview}}</pre>
        </div>
        {{/hasPreview}}
        {{/isBody}}
        {{#hasQuery}}
        <div class="card">
        <h2>In the query</h2>
        <table class="facts">
        {{#query}}
        \(rowsTemplate)
        {{/query}}
        </table>
        </div>
        {{/hasQuery}}
        \(EchoForm.form)
        """)
}

extension SubmittedForm.Field {
    /// What a terminal shows.
    fileprivate var line: String {
        guard let fileName else { return "\(visible(name)) = \(visible(value ?? ""))\n" }
        return "Uploaded \(visible(name)) as '\(visible(fileName))' (\(part?.size ?? 0) bytes)\n"
    }

    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "value": value.map { .string($0) },
            "file_name": fileName.map { .string($0) }, "type": part.map { .string($0.type.essence) },
            "size": part.map { .integer($0.size) }, "sha256": part.map { .string($0.sha256) },
        ])
    }
}

extension SubmittedBody {
    /// What a table shows.
    fileprivate var facts: [(String, String)] {
        var facts = [("Type", type ?? "none"), ("Size", "\(size) bytes"), ("SHA-256", sha256)]
        if case .failure(let error) = parsed { facts.append(("JSON", "\(error)")) }
        return facts
    }

    /// What a terminal shows.
    fileprivate var lines: String {
        let of = type.map { " of \(visible($0))" } ?? ""
        var lines = "You sent \(size) bytes\(of)\nSHA-256: \(sha256)\n"
        if case .failure(let error) = parsed { lines += "It is \(error)\n" }
        guard size > 0 else { return lines }
        let (shown, isWhole) = preview
        // By bytes: CRLF is one character.
        let rows = shown.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { visible(String(Substring($0))) + "\n" }
        return lines + "\n" + rows.joined() + (isWhole ? "" : "…\n")
    }

    fileprivate var json: JSONValue {
        var (value, problem): (JSONValue?, JSONValue?) = (nil, nil)
        switch parsed {
        case .success(let json): value = json
        case .failure(let error): problem = .string("\(error)")
        case nil: break
        }
        return .object([
            "type": type.map { .string($0) }, "size": .integer(size), "sha256": .string(sha256),
            "json": value, "json_error": problem, "preview": value == nil ? .string(preview.text) : nil,
        ])
    }
}
