// config/portico.conf: each section names all its keys, those that have their default behind a semicolon.

import Configuration
import HandlerKit
import Middleware
import Modules
import Server

@testable import Daemon

enum ShippedConfiguration {
    /// The file with the block of each section, from its header to the next empty line, made from the tables.
    @Sendable static func renewed(_ text: String) -> String {
        var result: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("[") {
                block = [line]
            } else if line.isEmpty, let written = block {
                result += renewed(written) + [""]
                block = nil
            } else if block != nil {
                block?.append(line)
            } else {
                result.append(String(line))
            }
        }
        return result.joined(separator: "\n")
    }

    /// The file with everything in force that stands behind a semicolon.
    static func withoutSemicolons(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(";") ? $0.dropFirst() : $0 }.joined(separator: "\n")
    }

    private static func renewed(_ block: [Substring]) -> [String] {
        let values = assignments(block)
        let header = String(block[0])
        return [header]
            + keys(of: header, values).flatMap { key in
                let value = values[key.name].map { "\(key.name) = \($0)" }
                return ["# \(key.summary)", value ?? comment(key)]
            }
    }

    private static func comment(_ key: AnyKey) -> String {
        guard let text = key.defaultText, !text.isEmpty else { return ";\(key.name) =" }
        return ";\(key.name) = \(text)"
    }

    private static func assignments(_ block: [Substring]) -> [String: String] {
        var values: [String: String] = [:]
        for line in block where !line.hasPrefix("#") && !line.hasPrefix(";") {
            let parts = line.split(separator: " = ", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }

    /// What every handler may have is shown once, at the first one.
    private static func keys(of header: String, _ values: [String: String]) -> [AnyKey] {
        switch header {
        case "[server]": return ServerKeys.schema.keys
        case "[http2]": return HTTP2Keys.schema.keys
        case "[tls]": return TLSKeys.schema.keys
        default:
            guard let module = Modules.shippedModules.first(where: { $0.name == values["module"] }) else {
                return []
            }
            return HandlerSection.keys(of: module).filter { key in
                header == "[handler /]" || values[key.name] != nil
                    || !HandlerKeys.schema.keys.contains { $0.name == key.name }
            }
        }
    }
}
