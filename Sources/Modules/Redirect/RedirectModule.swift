// The module `redirect`: its keys, and the answer that sends clients elsewhere.

import Configuration
import HTTPCore
import HTTPTypes
import HandlerKit

extension ModuleDescriptor {
    /// Sends clients to another address.
    public static let redirect = ModuleDescriptor(
        name: "redirect", summary: "Sends clients to another address, with the rest of the path kept.",
        keys: [AnyKey(RedirectModule.to), AnyKey(RedirectModule.status), AnyKey(RedirectModule.keepsPath)]
    ) { (section, context) throws(ConfigurationFailure) in
        let target = section[RedirectModule.to]
        if section[RedirectModule.keepsPath], target.contains(where: { $0 == "?" || $0 == "#" }) {
            throw ConfigurationFailure([
                .error(
                    at: section.location(of: RedirectModule.to),
                    "a query or fragment has no place before the path that keep_path adds")
            ])
        }
        return RedirectHandler(
            to: target, status: section[RedirectModule.status].status,
            keepsPath: section[RedirectModule.keepsPath])
    }
}

enum RedirectModule {
    static let to = Key(
        "to", .address, "Where clients are sent: https://host/path, http://host/path, or /path.")
    static let status = Key<Status>(
        "status", .choice(), default: "307",
        "The status: 307 and 308 keep the method, 301 and 308 are remembered by clients, 303 is followed with GET."
    )
    static let keepsPath = Key(
        "keep_path", .yesNo, default: "yes",
        "Whether what follows the handler's path, and the query, is added to the address.")

    /// The redirects of RFC 9110 §15.4 that have a Location.
    enum Status: String, CaseIterable, Sendable {
        case movedPermanently = "301"
        case found = "302"
        case seeOther = "303"
        case temporaryRedirect = "307"
        case permanentRedirect = "308"

        var status: HTTPResponse.Status {
            switch self {
            case .movedPermanently: .movedPermanently
            case .found: .found
            case .seeOther: .seeOther
            case .temporaryRedirect: .temporaryRedirect
            case .permanentRedirect: .permanentRedirect
            }
        }
    }
}

extension ValueType where Value == String {
    /// An http or https URL with a host, or a path; ASCII without blanks (RFC 3986).
    static var address: ValueType {
        ValueType(name: "URL or path", format: { $0 }) { (text, _) throws(ValueProblem) in
            let bytes = Array(text.utf8)
            if let odd = bytes.firstIndex(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\\") }) {
                throw ValueProblem("an address has neither blanks nor letters beyond ASCII", offset: odd)
            }
            // Browsers take //host for a host.
            if text.hasPrefix("/"), !text.hasPrefix("//") { return text }
            for scheme in ["https://", "http://"] where text.lowercased().hasPrefix(scheme) {
                if let first = text.dropFirst(scheme.count).first, !"/?#".contains(first) { return text }
            }
            throw ValueProblem("'\(text)' is neither a path nor an http or https URL with a host")
        }
    }
}

/// Answers with where to go.
struct RedirectHandler: Handler {
    let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    private let target: String
    private let status: HTTPResponse.Status
    private let keepsPath: Bool

    init(to target: String, status: HTTPResponse.Status, keepsPath: Bool) {
        self.target = target
        self.status = status
        self.keepsPath = keepsPath
    }

    func answerAtOnce(to request: Request) -> Response? {
        let location = keepsPath ? location(of: request) : target
        var response = Response.text("See \(location)\n", status: status)
        response.fields[.location] = location
        return response
    }

    /// Asked by nobody: ``answerAtOnce(to:)`` leaves nothing.
    func respond(to request: Request) -> Response { answerAtOnce(to: request) ?? Response(status) }

    /// The address with the path below the handler's own, and the query.
    ///
    /// The path is that of the decoded target, which has no empty segments, encoded anew: nothing in it can be taken
    /// for a host.
    private func location(of request: Request) -> String {
        let mount = request.mount.utf8.count > 1 ? request.mount.utf8.count : 0
        let rest = PercentEncoding.encode(path: request.target.pathBytes.dropFirst(mount))
        let base = rest.isEmpty || target.last != "/" ? target[...] : target.dropLast()
        guard let query = request.target.query else { return base + rest }
        return "\(base)\(rest)?\(PercentEncoding.encode(query: query.utf8))"
    }
}
