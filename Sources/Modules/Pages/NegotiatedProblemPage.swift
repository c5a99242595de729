// The one page for every error: code, reason, explanation and request id, and nothing of the server's inside.

import HTTPCore
import HTTPTypes
import HandlerKit

/// Shows problems as HTML, as `application/problem+json` (RFC 9457) or as text, by the request's Accept. A problem
/// without an explanation gets its status' usual one.
package struct NegotiatedProblemPage: ProblemPage {
    private let template: ProblemTemplate?

    /// - Parameter template: What makes the HTML; nil for the built-in page.
    package init(_ template: ProblemTemplate? = nil) { self.template = template }

    package func response(for problem: Problem, to fields: HTTPFields) -> Response {
        let page = ProblemRepresentations(problem, template)
        do {
            return try .negotiated(
                page, for: fields, status: problem.status, jsonType: "application/problem+json")
        } catch {
            // Only JSON can fail to be made; the text says the same.
            return .text(page.text, status: problem.status)
        }
    }
}

struct ProblemRepresentations: NegotiatedPage {
    let code: Int
    let reason: String
    let explanation: String
    let requestID: String
    private let template: ProblemTemplate?

    init(_ problem: Problem, _ template: ProblemTemplate? = nil) {
        self.template = template
        code = problem.status.code
        let phrases = [problem.status.reasonPhrase, problem.status.registeredReason, "Error"]
        reason = phrases.first { !$0.isEmpty } ?? ""
        explanation =
            problem.explanation.isEmpty ? Modules.explanation(for: problem.status) : problem.explanation
        requestID = problem.requestID.description
    }

    var title: String { "\(code) \(reason)" }
    var text: String { "\(code) \(reason): \(visible(explanation)) (request \(requestID))\n" }
    var html: String {
        template?.render(self) ?? Self.template.render(HTMLModel(page: self, title: title))
    }
    var document: some Encodable {
        ProblemDocument(
            type: "about:blank", title: reason, status: code, detail: explanation,
            instance: "urn:portico:request:\(requestID)", requestID: requestID)
    }

    /// The members of RFC 9457 §3.1, and the id.
    private struct ProblemDocument: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let instance: String
        let requestID: String

        enum CodingKeys: String, CodingKey {
            case type, title, status, detail, instance
            case requestID = "request_id"
        }
    }

    private struct HTMLModel {
        let page: ProblemRepresentations
        let title: String
    }

    private static let template = PageTemplate(
        """
        <div class="card problem">
        <p class="status">{{page.code}}</p>
        <h1>{{page.reason}}</h1>
        <p>{{page.explanation}}</p>
        <p class="dim">Request <code>{{page.requestID}}</code></p>
        </div>
        """)
}
