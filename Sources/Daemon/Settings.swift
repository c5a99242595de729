// A configuration whose values are valid each by itself: the tables of all sections, decoded.

import Configuration
import HandlerKit
import Middleware
import Server
import SystemPackage

/// Where a configuration comes from, so that a reload can read it again.
enum ConfigurationSource: Sendable {
    case file(FilePath)
    /// No file: what the command line says.
    case sections([DocumentSection])

    /// The file, if there is one.
    var path: FilePath? {
        if case .file(let path) = self { path } else { nil }
    }

    /// Reads and decodes it, as much as can be: what is left tells of errors of its own when it is built.
    ///
    /// - Returns: nil when there is nothing to build.
    func read(modules: [ModuleDescriptor], into diagnostics: inout [Diagnostic]) -> Settings? {
        let document: Document?
        switch self {
        case .file(let path): document = ConfigurationFile.load(path, into: &diagnostics)
        case .sections(let sections): document = Document(sections)
        }
        return document.flatMap { Settings($0, modules: modules, into: &diagnostics) }
    }
}

/// The decoded sections of a configuration.
struct Settings: Sendable {
    let server: Section
    let http2: Section
    /// The `[listen NAME]` sections.
    let listeners: [Section]
    /// `[tls]` first, then those with a name.
    let tls: [Section]
    let handlers: [HandlerSection]

    init?(_ document: Document, modules: [ModuleDescriptor], into diagnostics: inout [Diagnostic]) {
        document.validate(
            against: [
                ServerKeys.schema, ListenKeys.schema, HTTP2Keys.schema, TLSKeys.schema, HandlerKeys.schema,
            ],
            into: &diagnostics)
        let server = document.decode(ServerKeys.schema, into: &diagnostics)
        listeners = document.decode(ListenKeys.schema, into: &diagnostics)
        Self.reportProxies(listeners, into: &diagnostics)
        Self.reportFaults(document, listeners, into: &diagnostics)
        let http2 = document.decode(HTTP2Keys.schema, into: &diagnostics)
        let tls = Self.decodeTLS(document, into: &diagnostics)
        handlers = document.sections(named: HandlerKeys.schema.name).compactMap {
            HandlerSection($0, in: document, modules: modules, into: &diagnostics)
        }
        guard let first = server.first ?? Self.defaults(ServerKeys.schema),
            let http2 = http2.first ?? Self.defaults(HTTP2Keys.schema)
        else { return nil }
        self.server = first
        self.http2 = http2
        self.tls = tls
        HandlerSection.reportRepeated(handlers, into: &diagnostics)
        if handlers.isEmpty, !diagnostics.hasErrors {
            diagnostics.append(
                .warning(at: first.location, "there is no [handler PATH]: every request gets a 404"))
        }
    }

    /// What stands in for a section with errors, so that the others can tell of theirs.
    private static func defaults(_ schema: SectionSchema) -> Section? {
        var none: [Diagnostic] = []
        return Document([]).decode(schema, into: &none).first
    }

    /// Whether certificates are loaded anew when their files change.
    var watchesCertificates: Bool { tls.first?[TLSKeys.watch] == true }

    /// All sections, for printing and comparing.
    var sections: [Section] { [server, http2] + listeners + tls + handlers.map(\.section) }
}

/// A decoded `[handler PATH]` section with its module.
struct HandlerSection: Sendable {
    let section: Section
    let module: ModuleDescriptor
    let host: String?
    let prefix: String

    init?(
        _ written: DocumentSection, in document: Document, modules: [ModuleDescriptor],
        into diagnostics: inout [Diagnostic]
    ) {
        // A missing argument was reported with the section's schema.
        let argument = written.argument ?? "/"
        let place = Route.place(argument)
        if place == nil {
            diagnostics.append(
                .error(at: written.location, "'\(argument)' is neither a /path nor a host/path"))
        }
        guard let name = document.value(of: HandlerKeys.module, in: written, into: &diagnostics) else {
            // Perhaps it is there, and misspelt.
            let keys = modules.reduce(HandlerKeys.schema.keys) { $0 + $1.keys }
            document.reportUnknownKeys(of: written, among: keys, into: &diagnostics)
            return nil
        }
        guard let module = modules.first(where: { $0.name == name }) else {
            diagnostics.append(
                .unknown(
                    "module", name, among: modules.map(\.name),
                    at: written.location(of: HandlerKeys.module.name)))
            return nil
        }
        guard let section = document.decode(written, keys: Self.keys(of: module), into: &diagnostics),
            let place
        else { return nil }
        self.section = section
        self.module = module
        host = place.host
        prefix = place.prefix
    }

    /// The keys of every handler, then the module's own.
    static func keys(of module: ModuleDescriptor) -> [AnyKey] { HandlerKeys.schema.keys + module.keys }

    static func reportRepeated(_ handlers: [HandlerSection], into diagnostics: inout [Diagnostic]) {
        var seen: [String: HandlerSection] = [:]
        for handler in handlers {
            let place = (handler.host ?? "") + handler.prefix
            if let first = seen[place] {
                diagnostics.append(
                    .error(
                        at: handler.section.location,
                        "\(handler.section.header) is the same place as \(first.section.header) at "
                            + "\(first.section.location)"))
            }
            seen[place] = handler
        }
    }
}

extension Settings {
    /// What holds before the client has named a server has no place in `[tls NAME]`.
    fileprivate static func decodeTLS(_ document: Document, into diagnostics: inout [Diagnostic]) -> [Section]
    {
        let written = document.sections(named: TLSKeys.schema.name)
        let unnamed =
            written.first { $0.argument == nil }
            ?? DocumentSection(TLSKeys.schema.name, values: [:], source: document.file)
        let named = written.filter { $0.argument != nil }
        return [document.decode(unnamed, keys: TLSKeys.schema.keys, into: &diagnostics)].compactMap(\.self)
            + named.compactMap { document.decode($0, keys: TLSKeys.namedKeys, into: &diagnostics) }
    }
}
