// Owns the server's one rule of content negotiation: HTML and JSON only for a client that names them, text
// otherwise.
import HTTPTypes

/// The forms in which every page of the server exists.
public enum Representation: Sendable, Hashable, CaseIterable {
    /// A page for people.
    case html
    /// A document for programs.
    case json
    /// Plain text, for whoever does not ask for another.
    case text
}

/// What a client wants, by its Accept fields (RFC 9110 §12.5.1).
public enum ContentNegotiation {
    /// The representation to send; answers by it carry `Vary: Accept`.
    ///
    /// HTML if Accept names `text/html` or `application/xhtml+xml`; JSON if it names `application/json`,
    /// `application/problem+json` or another `+json`; else text. Of those named the highest weight wins, and
    /// of equals HTML before JSON before text. A weight of 0 excludes. Wildcards name nothing.
    public static func representation(for fields: HTTPFields) -> Representation {
        var best = Representation.text
        var bestWeight = 0
        for field in fields where field.name == .accept {
            for preference in Preference.list(field.value) where preference.weight > 0 {
                guard let named = MediaType(preference.value).flatMap(representation(of:)) else { continue }
                if preference.weight > bestWeight || preference.weight == bestWeight && named.rank < best.rank
                {
                    best = named
                    bestWeight = preference.weight
                }
            }
        }
        return best
    }

    /// The weight, in thousandths, that Accept gives to `type`: by the most specific range that matches it;
    /// 1,000 without an Accept field.
    public static func weight(of type: MediaType, in fields: HTTPFields) -> Int {
        guard fields.contains(.accept) else { return 1_000 }
        var weight = 0
        var specificity = -1
        for field in fields where field.name == .accept {
            for preference in Preference.list(field.value) {
                guard let range = MediaType(preference.value), let match = specificityOfMatch(range, type),
                    match > specificity || match == specificity && preference.weight > weight
                else { continue }
                specificity = match
                weight = preference.weight
            }
        }
        return weight
    }

    private static func representation(of type: MediaType) -> Representation? {
        switch (type.type, type.subtype) {
        case ("text", "html"), ("application", "xhtml+xml"): .html
        case ("application", "json"): .json
        case ("text", "plain"): .text
        case (_, let subtype): subtype.hasSuffix("+json") ? .json : nil
        }
    }

    /// How closely `range` names `type`, nil if it does not: 0 for `*/*`, 1 for `type/*`, then one more a
    /// parameter.
    private static func specificityOfMatch(_ range: MediaType, _ type: MediaType) -> Int? {
        if range.type == "*" { return 0 }
        guard range.type == type.type else { return nil }
        if range.subtype == "*" { return 1 }
        guard range.subtype == type.subtype else { return nil }
        return range.parameters.allSatisfy(type.parameters.contains) ? 2 + range.parameters.count : nil
    }
}

extension Representation {
    fileprivate var rank: Int {
        switch self {
        case .html: 0
        case .json: 1
        case .text: 2
        }
    }
}
