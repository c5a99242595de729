// No document may say of a key what its table doesn't.

import Configuration
import FoundationEssentials
import Modules
import Server
import SystemPackage
import Testing

@testable import Daemon

@Suite("Documents of the keys")
struct GeneratedDocumentTests {
    @Test(
        "The tables in it are those of the sources; PORTICO_WRITE_DOCS=1 writes them anew",
        arguments: GeneratedDocument.all)
    func isUpToDate(_ document: GeneratedDocument) throws {
        let path = checkout.appending(document.path)
        let text = try readText(path)
        let renewed = document.renewed(text)
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1", renewed != text {
            try renewed.write(toFile: path.string, atomically: true, encoding: .utf8)
        } else {
            let differences = zip(text.split(separator: "\n"), renewed.split(separator: "\n")).filter {
                $0 != $1
            }
            #expect(text == renewed, "first at: \(differences.first.map { "\($0)" } ?? "its end")")
        }
    }

    @Test("The configuration that ships decodes without a word")
    func ships() throws {
        let (configuration, messages) = settings(try readText(checkout.appending("config/portico.conf")))
        #expect(messages == [])
        #expect(configuration?.handlers.map(\.prefix) == ["/", "/echo", "/doc"])
    }

    @Test("What stands behind a semicolon in it is valid, and changes nothing but the examples")
    func semicolons() throws {
        let text = try readText(checkout.appending("config/portico.conf"))
        let (asShipped, (all, messages)) = (
            settings(text).0, settings(ShippedConfiguration.withoutSemicolons(text))
        )
        #expect(messages == [])
        #expect(all?.tls.map(\.argument) == [nil, "wiki.localhost"])
        #expect(all?.listeners.map(\.argument) == ["balancer", "expired"])
        let before = try #require(asShipped?.sections)
        let examples = ["wiki.localhost", "balancer", "expired", "/hello", "/stub", "/wiki", "/upload"]
        let after = try #require(all?.sections).filter { !examples.contains($0.argument ?? "") }
        #expect("\(ConfigurationDifference(from: before, to: after))" == "no changes")
    }

    @Test(
        "It has a line for every key of [server] and [tls]",
        arguments: ServerKeys.schema.keys + HTTP2Keys.schema.keys + TLSKeys.schema.keys)
    func namesEveryKey(_ key: AnyKey) throws {
        let lines = try readText(checkout.appending("config/portico.conf")).split(separator: "\n")
        let text = key.defaultText ?? ""
        let line = text.isEmpty ? ";\(key.name) =" : ";\(key.name) = \(text)"
        #expect(lines.contains(line[...]), "\(line)")
    }
}

extension AnyKey: CustomTestStringConvertible {
    /// The name.
    public var testDescription: String { name }
}
