// Owns the evaluation of a request's conditions, in the order of RFC 9110 §13.2.2.
import HTTPTypes

/// The conditions If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since and If-Range.
public enum ConditionalRequest {
    /// What a server does after looking at the conditions.
    public enum Outcome: Sendable, Hashable {
        /// Answer as if there were none.
        case proceed
        /// Answer 304 with no content.
        case notModified
        /// Answer 412.
        case preconditionFailed
    }

    /// Evaluates the conditions of a request against what is there now.
    ///
    /// - Parameters:
    ///   - etag: the selected representation's tag; nil if it has none.
    ///   - lastModified: when it was last modified; nil if that is not known.
    ///   - exists: whether there is a representation at all, which `*` asks.
    public static func evaluate(
        _ fields: HTTPFields, method: HTTPRequest.Method, etag: EntityTag?, lastModified: HTTPDate?,
        exists: Bool = true
    ) -> Outcome {
        if let condition = fields[.ifMatch] {
            guard exists, matches(condition, etag, EntityTag.matchesStrongly) else {
                return .preconditionFailed
            }
        } else if let since = date(fields, .ifUnmodifiedSince), let lastModified, lastModified > since {
            return .preconditionFailed
        }
        let isRead = method == .get || method == .head
        if let condition = fields[.ifNoneMatch] {
            guard exists, matches(condition, etag, EntityTag.matchesWeakly) else { return .proceed }
            return isRead ? .notModified : .preconditionFailed
        }
        if isRead, let since = date(fields, .ifModifiedSince), let lastModified, lastModified <= since {
            return .notModified
        }
        return .proceed
    }

    /// Whether a Range field counts: there is no If-Range, or it holds the strong tag or the exact date of
    /// what is there now (RFC 9110 §13.1.5).
    public static func permitsRange(_ fields: HTTPFields, etag: EntityTag?, lastModified: HTTPDate?) -> Bool {
        guard let condition = fields[.ifRange] else { return true }
        if let tag = EntityTag(parsing: condition[...]) { return etag?.matchesStrongly(tag) ?? false }
        guard let date = HTTPDate(condition) else { return false }
        return date == lastModified
    }

    private static func matches(
        _ condition: String, _ etag: EntityTag?, _ compare: (EntityTag) -> (EntityTag) -> Bool
    ) -> Bool {
        if condition == "*" { return true }
        guard let etag else { return false }
        return EntityTag.list(condition).contains(where: compare(etag))
    }

    /// The date in a field that stands once; an invalid one is ignored.
    private static func date(_ fields: HTTPFields, _ name: HTTPField.Name) -> HTTPDate? {
        fields[name].flatMap { HTTPDate($0) }
    }
}
