// The module `respond`: its keys, and how they become a handler.

import Configuration
import Files
import HTTPTypes
import HandlerKit
import SystemPackage

extension ModuleDescriptor {
    /// Answers every request alike.
    public static let respond = ModuleDescriptor(
        name: "respond", summary: "Answers every request with a fixed status, fixed fields and a fixed body.",
        keys: [
            AnyKey(RespondModule.status), AnyKey(RespondModule.headers), AnyKey(RespondModule.body),
            AnyKey(RespondModule.bodyFile), AnyKey(RespondModule.type), AnyKey(RespondModule.earlyHints),
        ]
    ) { (section, _) throws(ConfigurationFailure) in
        RespondHandler(
            status: HTTPResponse.Status(code: section[RespondModule.status]),
            fields: RespondModule.fields(section), body: try RespondModule.body(section),
            earlyHints: section.optional(RespondModule.earlyHints))
    }
}

enum RespondModule {
    static let status = Key(
        "status", .integer, default: "200", bounds: 200...599, "The status code of the answer.")
    static let headers = Key(
        "headers", .lines(.field()), default: "",
        "A field of the answer, as NAME: VALUE; the key is repeated for each, also for several of a name.")
    static let body = Key<String>.optional("body", .string, "The text of the answer; none if it isn't given.")
    static let bodyFile = Key.optional(
        "body_file", .path, "A file in place of body, read at the start and at each reload.")
    static let type = Key(
        "type", .string, default: "text/plain; charset=utf-8",
        "The Content-Type, unless headers has one; none without a body.")
    static let earlyHints = Key<String>.optional(
        "early_hints", .string, "The Link field of a 103 that goes before the answer; none if it isn't given."
    )

    fileprivate static func fields(_ section: Section) -> ResponseFields {
        var fields: ResponseFields = [:]
        let own = section[headers]
        let hasBody = section.isSet(body) || section.isSet(bodyFile)
        if (hasBody || section.isSet(type)) && !own.contains(where: { $0.name == .contentType }) {
            fields[.contentType] = section[type]
        }
        for field in own { fields.append(field.name, field.value) }
        return fields
    }

    /// The most bytes of `body_file`, which stay in memory.
    private static let mostBytes: UInt64 = 16 << 20

    fileprivate static func body(_ section: Section) throws(ConfigurationFailure) -> [UInt8] {
        guard let path = section.optional(bodyFile) else {
            return section.optional(body).map { Array($0.utf8) } ?? []
        }
        let location = section.location(of: bodyFile)
        guard !section.isSet(body) else {
            throw ConfigurationFailure([.error(at: location, "body is set too: there is one body")])
        }
        return try OpenFile.contents(of: path, limit: mostBytes, namedAt: location)
    }
}
