import Foundation
import Testing

@Suite("The program hello-portico")
struct DaemonTests {
    @Test("It has the module, and answers by it what the configuration says")
    func request() throws {
        let configuration = URL(filePath: #filePath).appending(path: "../../../hello.conf").standardized.path
        #expect(try run("request", "/hello/Ada", "-c", configuration) == "Welcome, Ada!\n")
    }

    @Test("All else is Portico", arguments: ["files", "echo", "diagnostics", "hello"])
    func modules(name: String) throws {
        let names = try run("modules").split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(names.contains { $0 == name })
    }

    /// What the program, which is built beside the tests, prints.
    private func run(_ arguments: String...) throws -> String {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let (process, output) = (Process(), Pipe())
        process.executableURL = tests.deletingLastPathComponent().appending(path: "hello-portico")
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
