// Answers the requests for a wiki: which page, in which form. What reads or writes files runs in the blocking pool.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import SystemPackage
import Threads

/// Pages of Markdown in a folder, read by `view/PAGE`, edited by `edit/PAGE` and `save/PAGE`, with their history.
///
/// Every page exists as HTML, JSON and text. What changes something is a POST from a page of the same origin, and is
/// answered with 303; nothing needs a script.
struct WikiHandler: Handler {
    let store: PageStore
    let site: WikiSite
    let index: PageIndex
    let pageBytes: Int
    let blocking: BlockingPool
    let logger: Logger

    init(store: PageStore, site: WikiSite, pageBytes: Int, blocking: BlockingPool, logger: Logger) {
        self.store = store
        self.site = site
        self.pageBytes = pageBytes
        self.blocking = blocking
        self.logger = logger
        index = PageIndex(store)
    }

    var methods: [HTTPRequest.Method] { [.get, .head, .post] }
    /// A form may need three bytes for each of the text's.
    var bodyLimit: UInt64? { UInt64(formBytes) }
    var formBytes: Int { 3 * pageBytes + 4_096 }

    func respond(to request: Request) async throws -> Response {
        let route = try WikiRoute(request.subpath)
        let isPost = request.method == .post
        guard isPost == route.changesSomething else {
            throw HandlerFailure(
                .methodNotAllowed, fields: [.allow: isPost ? "GET, HEAD, OPTIONS" : "POST, OPTIONS"])
        }
        if isPost { return try await change(route, request) }
        if case .file(let name) = route { return try file(name, request) }
        let form = ContentNegotiation.representation(for: request.fields)
        let query = try request.queryItems()
        return try await answer { try page(route, query, as: form) }
    }

    /// Renders a page in the blocking pool.
    func answer(_ render: @escaping @Sendable () throws -> RenderedPage) async throws -> Response {
        let page: RenderedPage
        do {
            page = try await blocking.run(render)
        } catch let failure as FileFailure where failure.code == .notPermitted {
            throw HandlerFailure(.forbidden, cause: failure)
        }
        var response = Response.page(page.bytes, as: page.form, status: page.status)
        response.fields[.cacheControl] = "no-cache"
        if page.form == .html { response.fields[.contentSecurityPolicy] = Self.contentSecurityPolicy }
        return response
    }

    /// Pages load the wiki's own files, and run nothing.
    private static let contentSecurityPolicy = """
        default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    private func file(_ name: String, _ request: Request) throws -> Response {
        guard let file = site.files[name] else { throw HandlerFailure(.notFound) }
        return try file.response(to: request)
    }

    private func page(_ route: WikiRoute, _ query: QueryItems, as form: Representation) throws -> RenderedPage
    {
        switch route {
        case .list: try RenderedPage(PageListPage(site: site, pages: store.pages()), as: form)
        case .search: try RenderedPage(search(query["q"] ?? ""), as: form)
        case .view(let name): try view(name, revision: query["revision"], as: form)
        case .edit(let name): try RenderedPage(edit(name), as: form)
        case .history(let name): try RenderedPage(history(of: name), as: form)
        case .difference(let name): try RenderedPage(difference(of: name, query), as: form)
        case .file, .goTo, .save, .restore: throw HandlerFailure(.notFound)
        }
    }

    private func view(_ name: PageName, revision: String?, as form: Representation) throws -> RenderedPage {
        let current = try store.look(at: name)
        // Nothing but the text is asked for, so no other page is looked at.
        let pages = form == .text ? [] : try store.pages()
        let number = try revision.map(Self.number)
        guard let content = try number.map({ try text(of: name, at: $0) }) ?? current else {
            let absent = AbsentPage(
                site: site, name: name, hasHistory: try store.lastRevision(of: name) != nil,
                backlinks: try index.pages(referringTo: name, among: pages))
            return try RenderedPage(absent, as: form, status: .notFound)
        }
        let view = ViewPage(
            site: site, name: name, content: content, revision: number, base: current?.mark ?? "",
            pages: Set(pages.map(\.name)), backlinks: try index.pages(referringTo: name, among: pages))
        return try RenderedPage(view, as: form)
    }

    private func search(_ query: String) throws -> SearchPage {
        let words = query.lowercased().split { $0.isWhitespace }.map(String.init)
        let matches = words.isEmpty ? [] : try index.pages(with: words, limit: Self.mostMatches)
        return SearchPage(
            site: site, query: query, matches: matches, isCut: matches.count == Self.mostMatches)
    }

    private static let mostMatches = 200

    private func edit(_ name: PageName) throws -> EditPage {
        let current = try store.look(at: name)
        return EditPage(site: site, name: name, source: current?.text ?? "", base: current?.mark ?? "")
    }

    private func history(of name: PageName) throws -> HistoryPage {
        let current = try store.look(at: name)
        return HistoryPage(
            site: site, name: name, revisions: try store.revisions(of: name), base: current?.mark ?? "")
    }

    private func difference(of name: PageName, _ query: QueryItems) throws -> DifferencePage {
        guard let first = query["from"], let second = query["to"] else {
            throw HandlerFailure(.badRequest, "Say which revisions to compare, as in ?from=1&to=2.")
        }
        let (from, to) = (try Self.number(first), try Self.number(second))
        let difference = UnifiedDifference(
            from: try text(of: name, at: from).text, to: try text(of: name, at: to).text)
        return DifferencePage(site: site, name: name, from: from, to: to, difference: difference)
    }

    func text(of name: PageName, at revision: Int) throws -> PageText {
        guard let text = try store.text(of: name, at: revision) else {
            throw HandlerFailure(.notFound, "The page \(name) has no revision \(revision).")
        }
        return text
    }

    static func number(_ text: String) throws(HandlerFailure) -> Int {
        guard let number = Int(text), number > 0 else {
            throw HandlerFailure(.badRequest, "A revision is a number from 1.")
        }
        return number
    }
}

/// A page in the form that was asked for.
struct RenderedPage: Sendable {
    let bytes: [UInt8]
    let form: Representation
    let status: HTTPResponse.Status

    init(_ page: some WikiPage, as form: Representation, status: HTTPResponse.Status = .ok) throws {
        bytes = try page.rendered(as: form)
        self.form = form
        self.status = status
    }
}
