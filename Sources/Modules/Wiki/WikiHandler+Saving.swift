// What changes the wiki: posts of forms from its own pages.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import SystemPackage
import Threads

extension WikiHandler {
    /// Answers a POST.
    func change(_ route: WikiRoute, _ request: Request) async throws -> Response {
        guard !RequestOrigin.isForeign(request.head) else {
            throw HandlerFailure(.forbidden, "A page of another site may not change this wiki.")
        }
        let fields = try await submitted(request)
        let form = ContentNegotiation.representation(for: request.fields)
        switch route {
        case .goTo:
            guard let name = PageName(fields["page"] ?? "") else {
                throw HandlerFailure(.badRequest, PageName.rule)
            }
            return redirect(to: "edit/\(name)")
        case .save(let name):
            guard let body = fields["body"] else {
                throw HandlerFailure(.badRequest, "The page's text is missing: the form needs a field body.")
            }
            return try await save(name, Self.normalised(body), madeFrom: fields["base"], as: form)
        case .restore(let name):
            let revision = try Self.number(fields["revision"] ?? "")
            let bytes = try await blocking.run { try text(of: name, at: revision).bytes }
            return try await store(name, bytes, madeFrom: fields["base"], as: form)
        default: throw HandlerFailure(.notFound)
        }
    }

    private func submitted(_ request: Request) async throws -> QueryItems {
        guard case .urlEncoded? = FormEncoding(request.fields[.contentType], isFormWithoutType: true) else {
            throw HandlerFailure(
                .unsupportedMediaType, "This address takes \(Self.urlEncoded) in UTF-8.",
                fields: [.accept: Self.urlEncoded])
        }
        do {
            return try QueryItems(decoding: try await request.body.collect(upTo: formBytes))
        } catch let error as HTTPSyntaxError {
            throw HandlerFailure(form: error)
        }
    }

    private static let urlEncoded = "application/x-www-form-urlencoded"

    /// A text as it is kept: lines end in LF, the last one too.
    private static func normalised(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        for byte in text.utf8 {
            // Forms are sent with CRLF, whatever was typed (WHATWG HTML §4.10.21.7).
            if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            bytes.append(byte)
        }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func save(_ name: PageName, _ text: String, madeFrom mark: String?, as form: Representation)
        async throws
        -> Response
    {
        if text.utf8.count > pageBytes {
            let notice =
                "This is not saved: a page may have \(pageBytes) bytes, and this text has \(text.utf8.count)."
            return try await giveBack(text, of: name, mark, as: form, .contentTooLarge, notice)
        }
        if text.utf8.contains(0) {
            return try await giveBack(
                text, of: name, mark, as: form, .badRequest, "This is not saved: the text has a NUL in it.")
        }
        return try await store(name, Array(text.utf8), madeFrom: mark, as: form)
    }

    private func store(_ name: PageName, _ bytes: [UInt8], madeFrom mark: String?, as form: Representation)
        async throws
        -> Response
    {
        let outcome: PageStore.Outcome
        do {
            outcome = try await blocking.run { [store] in try store.save(name, bytes, madeFrom: mark) }
        } catch let failure as FileFailure {
            logger.error("A page could not be saved.", metadata: ["page": "\(name)", "error": "\(failure)"])
            let (status, reason) = failure.writeRefusal
            let text = String(decoding: bytes, as: UTF8.self)
            return try await giveBack(text, of: name, mark, as: form, status, "This is not saved. \(reason)")
        }
        switch outcome {
        case .saved: return redirect(to: "view/\(name)")
        case .outdated(let current):
            return try await answer { [site] in
                let yours = String(decoding: bytes, as: UTF8.self)
                let conflict = ConflictPage(site: site, name: name, current: current, yours: yours)
                return try RenderedPage(conflict, as: form, status: .conflict)
            }
        }
    }

    /// What was typed, in the form that it came from, with the reason why it is not saved.
    private func giveBack(
        _ text: String, of name: PageName, _ mark: String?, as form: Representation,
        _ status: HTTPResponse.Status,
        _ notice: String
    ) async throws -> Response {
        try await answer { [site] in
            let page = EditPage(site: site, name: name, source: text, base: mark ?? "", notice: notice)
            return try RenderedPage(page, as: form, status: status)
        }
    }

    private func redirect(to place: String) -> Response {
        Response(.seeOther, fields: [.location: "\(site.mount)/\(place)", .cacheControl: "no-store"])
    }
}
