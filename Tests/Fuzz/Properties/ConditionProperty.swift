// RFC 9110 §8.8, §13, §5.6.7: entity tags, dates, and the conditions that are made of them.
import HTTPCore
import HTTPTypes

extension FuzzTarget {
    /// The input is lines: a representation's tag and date, and the values of the five conditions.
    static let condition = FuzzTarget("condition") { input in
        let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let tags = lines.compactMap { EntityTag(parsing: $0[...]) } + lines.flatMap { EntityTag.list($0) }
        for tag in tags { try isTag(tag, against: tags) }
        for line in lines { try isDate(line) }

        var fields = HTTPFields()
        let names: [HTTPField.Name] = [
            .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange,
        ]
        for (name, value) in zip(names, lines.dropFirst(2)) where !value.isEmpty { fields[name] = value }
        let date = lines.dropFirst().first.flatMap { HTTPDate($0) }
        try evaluates(fields, lines.first.flatMap { EntityTag(parsing: $0[...]) }, date)
    }

    private static func isTag(_ tag: EntityTag, against others: [EntityTag]) throws(Violation) {
        try require(EntityTag(parsing: tag.description[...]), equals: tag, "a tag, read again")
        try require(EntityTag.list(tag.description), equals: [tag], "a list of one tag")
        try require(tag.matchesStrongly(tag) == !tag.isWeak && tag.matchesWeakly(tag), "\(tag) and itself")
        for other in others.prefix(8) {
            try require(
                tag.matchesStrongly(other) == other.matchesStrongly(tag), "\(tag) and \(other), strongly")
            try require(tag.matchesWeakly(other) == other.matchesWeakly(tag), "\(tag) and \(other), weakly")
            try require(tag.matchesWeakly(other) || !tag.matchesStrongly(other), "\(tag) and \(other)")
        }
    }

    private static func isDate(_ text: String) throws(Violation) {
        guard let date = HTTPDate(text) else { return }
        try require(date.description.utf8.count == 29, "a date has 29 bytes")
        try require(HTTPDate(date.description), equals: date, "a date, read again")
    }

    private static func evaluates(_ fields: HTTPFields, _ tag: EntityTag?, _ date: HTTPDate?)
        throws(Violation)
    {
        for method in [HTTPRequest.Method.get, .put] {
            let outcome = ConditionalRequest.evaluate(fields, method: method, etag: tag, lastModified: date)
            try require(outcome != .notModified || method == .get, "304 is for reading")
            var unconditional = fields
            for name in [HTTPField.Name.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince] {
                unconditional[name] = nil
            }
            let alone = ConditionalRequest.evaluate(
                unconditional, method: method, etag: tag, lastModified: date)
            try require(alone == .proceed, "without conditions a request proceeds")
            guard let tag else { continue }
            let itself: HTTPFields = [.ifNoneMatch: tag.description]
            let same = ConditionalRequest.evaluate(itself, method: method, etag: tag, lastModified: date)
            try require(
                same == (method == .get ? .notModified : .preconditionFailed), "\(tag) matches itself")
        }
        let permitted = ConditionalRequest.permitsRange(fields, etag: tag, lastModified: date)
        try require(permitted || fields.contains(.ifRange), "without If-Range a range counts")
        try require(
            !(permitted && fields.contains(.ifRange) && tag == nil && date == nil), "If-Range matched nothing"
        )
    }
}
