// The pages of an upload handler: the form, and what was saved.

import HTTPCore

/// The form that files are chosen in.
struct UploadPage: NegotiatedPage {
    struct Document: Encodable {
        let method = "PUT"
        let url: String
        let exists: String

        enum CodingKeys: CodingKey { case method, url, exists }
    }

    let mount: String
    let taken: TakenName

    var document: Document { Document(url: "\(mount)/NAME", exists: taken.rawValue) }
    var text: String { "Upload a file: curl -T FILE URL/, or curl -F file=@FILE URL/\n\(rule)\n" }
    var html: String { Self.template.render(Model(title: "Upload", mount: mount, rule: rule)) }

    private var rule: String {
        switch taken {
        case .refuse: "A file whose name is taken is refused."
        case .replace: "A file replaces one of the same name."
        case .rename: "A file whose name is taken gets a number."
        }
    }

    private struct Model {
        let title: String
        let mount: String
        let rule: String
    }

    private static let template = PageTemplate(
        """
        <h1>Upload</h1>
        <p class="dim">{{rule}}</p>
        \(form)
        """, style: style)

    static let style = """

        input[type=file] { padding: .45rem .6rem; }
        input::file-selector-button { font: inherit; color: inherit; background: var(--card); cursor: pointer;
          border: 1px solid var(--line); border-radius: .35rem; padding: .1rem .6rem; margin-right: .75rem; }
        .transfer { display: grid; grid-template-columns: 1fr auto; gap: .35rem 1rem; align-items: baseline;
          padding: .6rem 0; border-top: 1px solid var(--line); }
        .transfer:first-child { border-top: 0; padding-top: 0; }
        .transfer:last-child { padding-bottom: 0; }
        .transfer .name { overflow-wrap: anywhere; }
        .transfer .dim { font-size: .875rem; font-variant-numeric: tabular-nums; text-align: right; }
        .transfer.failed .dim { color: var(--failed); grid-column: 1 / -1; text-align: left; }
        .transfer.failed progress { display: none; }
        progress { grid-column: 1 / -1; appearance: none; width: 100%; height: .4rem; border: 0; border-radius: .2rem;
          background: var(--line); overflow: hidden; }
        progress::-webkit-progress-bar { background: var(--line); }
        progress::-webkit-progress-value { background: var(--accent); }
        progress::-moz-progress-bar { background: var(--accent); }
        @media (max-width: 40rem) { #upload .row { flex-direction: column; } }
        :root { --failed: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --failed: #ff9a8f; } }
        """

    /// Works by itself; the script sends each file alone and shows how far it is.
    static let form = """
        <form method="post" action="{{mount}}/" enctype="multipart/form-data" class="card" id="upload">
        <label for="file">Files</label>
        <div class="row"><input id="file" name="file" type="file" multiple required>
        <button type="submit">Upload</button></div>
        </form>
        <div class="card transfers" id="transfers" aria-live="polite" hidden></div>
        <script src="{{mount}}/\(scriptName)" defer></script>
        """

    /// No file can be uploaded under it.
    static let scriptName = ".upload.js"
}

/// The files that were saved, with the form below; the text form has a line for each.
struct UploadedPage: NegotiatedPage {
    struct Document: Encodable {
        let files: [Item]
    }

    struct Item: Encodable {
        let name: String
        let size: UInt64
        let etag: String
        let url: String
    }

    let mount: String
    /// Where the files can be read; nil if nowhere.
    let location: String?
    let files: [SavedFile]

    var document: Document {
        Document(
            files: files.map { file in
                Item(
                    name: file.name.text, size: file.size, etag: file.tag.description,
                    url: file.url(below: location ?? mount))
            })
    }

    var text: String { files.map { "Saved \(visible($0.name.text)) (\($0.size) bytes)\n" }.joined() }

    var html: String {
        let rows = files.map { file in
            Row(
                name: file.name.text, size: size(file.size),
                url: location.map { file.url(below: $0) } ?? "", isLinked: location != nil)
        }
        return Self.template.render(
            Model(title: "Saved \(counted(files.count, "file"))", mount: mount, rows: rows))
    }

    private struct Model {
        let title: String
        let mount: String
        let rows: [Row]
    }

    private struct Row {
        let name: String
        let size: String
        let url: String
        let isLinked: Bool
    }

    private static let template = PageTemplate(
        """
        <h1>{{title}}</h1>
        <div class="card">
        <table class="entries">
        {{#rows}}
        <tr><td>{{#isLinked}}<a href="{{url}}">{{name}}</a>{{/isLinked}}{{^isLinked}}{{name}}{{/isLinked}}</td>\
        <td class="size">{{size}}</td></tr>
        {{/rows}}
        </table>
        </div>
        \(UploadPage.form)
        """, style: UploadPage.style)
}

/// How much of a file is there that comes in parts.
struct PartPage: NegotiatedPage {
    struct Document: Encodable {
        let name: String
        let received: UInt64
        let size: UInt64?
    }

    let name: String
    /// The bytes that came so far.
    let size: UInt64
    /// The size of the whole, if it was said.
    let of: UInt64?

    var document: Document { Document(name: name, received: size, size: of) }
    var text: String {
        "Kept \(size)\(of.map { " of \($0)" } ?? "") bytes of \(visible(name))\n"
    }
    var html: String { Self.template.render(Model(title: "\(size) bytes so far", text: text)) }

    private struct Model {
        let title: String
        let text: String
    }

    private static let template = PageTemplate(
        "<h1>{{title}}</h1>\n<div class=\"card\"><p>{{text}}</p></div>")
}
