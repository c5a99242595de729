// The addresses of a wiki below its handler's path.

import HTTPTypes
import HandlerKit

/// What an address of a wiki stands for.
enum WikiRoute: Sendable {
    case list
    case search
    case file(String)
    case goTo
    case view(PageName)
    case edit(PageName)
    case history(PageName)
    case difference(PageName)
    case save(PageName)
    case restore(PageName)

    /// - Throws: ``HandlerKit/HandlerFailure`` 404 for every other address.
    init(_ path: Substring) throws(HandlerFailure) {
        let parts = path.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first ?? "", parts.count) {
        case ("", 0), ("", 1): self = .list
        case ("search", 1): self = .search
        case ("goto", 1): self = .goTo
        case ("file", 2): self = .file(String(parts[1]))
        case (let verb, 2): self = try Self.route(verb, of: parts[1])
        default: throw HandlerFailure(.notFound)
        }
    }

    private static func route(_ verb: Substring, of name: Substring) throws(HandlerFailure) -> WikiRoute {
        let make: (PageName) -> WikiRoute
        switch verb {
        case "view": make = WikiRoute.view
        case "edit": make = WikiRoute.edit
        case "history": make = WikiRoute.history
        case "diff": make = WikiRoute.difference
        case "save": make = WikiRoute.save
        case "restore": make = WikiRoute.restore
        default: throw HandlerFailure(.notFound)
        }
        guard let page = PageName(name) else { throw HandlerFailure(.notFound, PageName.rule) }
        return make(page)
    }

    /// Whether it takes POST, and nothing else.
    var changesSomething: Bool {
        switch self {
        case .goTo, .save, .restore: true
        default: false
        }
    }
}
