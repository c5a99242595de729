// The tests that docs/handlers.md shows, and the page itself.

import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@Suite("The example of docs/handlers.md")
struct LinesTests {
    @Test("POST counts the lines of a body that comes in pieces")
    func counts() async throws {
        let request = try Request.make(.post, "/lines", chunks: [Array("a\nb".utf8), Array("\nc\n".utf8)])
        let response = try await respond(make(handler: .lines), to: request)
        #expect(response.text == "3 lines\n")
    }

    @Test("GET sends as many lines as the path says, each with the section's word")
    func sends() async throws {
        let handler = try make(handler: .lines, "word = item", context: .forTesting(mount: "/lines"))
        let response = try await respond(handler, to: .make(.get, "/lines/3", mount: "/lines"))
        #expect(response.text == "item 1\nitem 2\nitem 3\n")
    }

    @Test("What is no number is not found")
    func refuses() async throws {
        let response = try await respond(make(handler: .lines), to: .make(.get, "/many"))
        #expect(response.status == .notFound)
    }
}

@Suite("docs/handlers.md")
struct HandlersPageTests {
    @Test("What it shows of the example and its tests stands in the sources as it is")
    func isTheExample() throws {
        let folder = checkout.appending("Tests/DaemonTests")
        let names = ["ExampleHandler", "ExampleHandlerTests", "EchoTutorialTests"]
        let sources = try names.map { try readText(folder.appending("\($0).swift")) }.joined()
        let page = try readText(checkout.appending("docs/handlers.md"))
        let blocks = page.components(fencedAs: "swift").filter {
            $0.contains("Lines") || $0.contains("@Test(")
        }
        #expect(blocks.count == 7)
        for block in blocks {
            // Blocks that leave something out have their parts divided by a line with an ellipsis.
            for part in block.split(separator: "\n    // …") { #expect(sources.contains(part), "\(part)") }
        }
    }
}

extension String {
    /// What stands between the fences of one language.
    fileprivate func components(fencedAs language: String) -> [Substring] {
        split(separator: "\n```\(language)\n").dropFirst().compactMap { $0.split(separator: "\n```").first }
    }
}
