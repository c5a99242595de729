// The two pages of the echo: the empty form, and the answer with the form below it.

import HTTPCore

/// The form before anything was submitted.
struct EchoForm: NegotiatedPage {
    struct Document: Encodable {
        let method = "POST"
        let type = "application/x-www-form-urlencoded"
        let example = "text=hello"

        enum CodingKeys: CodingKey { case method, type, example }
    }

    var document: Document { Document() }
    var text: String { "Submit a form, for example: curl -d text=hello URL, or curl -F file=@NAME URL\n" }
    var html: String { Self.template.render(Model(title: "Echo")) }

    private struct Model {
        let title: String
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
        """)
}

/// What was submitted.
struct EchoAnswer: NegotiatedPage {
    struct Document: Encodable {
        let fields: [SubmittedForm.Field]
    }

    private let fields: [SubmittedForm.Field]

    init(_ form: SubmittedForm) { fields = form.fields }

    var document: Document { Document(fields: fields) }

    var text: String {
        let lines = fields.map(\.line)
        return switch fields.count {
        case 0: "You submitted nothing.\n"
        case 1: fields[0].fileName == nil ? "You submitted \(lines[0])" : lines[0]
        default: "You submitted \(lines.count) fields:\n" + lines.joined()
        }
    }

    var html: String {
        let rows = fields.map(Row.init)
        return Self.template.render(Model(title: heading, rows: rows, hasRows: !rows.isEmpty))
    }

    private var heading: String {
        switch fields.count {
        case 0: "You submitted nothing"
        case 1: "You submitted"
        default: "You submitted \(fields.count) fields"
        }
    }

    private struct Model {
        let title: String
        let rows: [Row]
        let hasRows: Bool
    }

    private struct Row {
        let name: String
        let value: String
        let hasValue: Bool
        let isFile: Bool
        let fileName: String
        let facts: String

        init(_ field: SubmittedForm.Field) {
            name = field.name
            value = field.value ?? ""
            hasValue = !value.isEmpty
            isFile = field.fileName != nil
            fileName = field.fileName ?? ""
            facts = "\(field.type ?? ""), \(Modules.size(field.size ?? 0))"
        }
    }

    private static let template = PageTemplate(
        """
        <h1>{{title}}</h1>
        {{#hasRows}}
        <div class="card">
        <table class="facts">
        {{#rows}}
        <tr><th scope="row"><code>{{name}}</code></th>
        <td>{{#isFile}}<code>{{fileName}}</code> <span class="dim">{{facts}}</span>{{/isFile}}\
        {{^isFile}}{{#hasValue}}<pre class="value">
        {{value}}</pre>{{/hasValue}}{{^hasValue}}<span class="dim">empty</span>{{/hasValue}}{{/isFile}}\
        </td></tr>
        {{/rows}}
        </table>
        </div>
        {{/hasRows}}
        \(EchoForm.form)
        """)
}

extension SubmittedForm.Field {
    /// What a terminal shows.
    fileprivate var line: String {
        guard let fileName else { return "\(visible(name)) = \(visible(value ?? ""))\n" }
        return "Uploaded \(visible(name)) as '\(visible(fileName))' (\(size ?? 0) bytes)\n"
    }
}
