// Programs that commands run: found, fed, waited for.

import SystemPackage
import Testing

@testable import Supervision

@Suite("Child programs", .timeLimit(.minutes(1)))
struct ChildProgramTests {
    @Test("A program is found by PATH, else where administrators have theirs; relative folders don't count")
    func found() {
        #expect(ChildProgram(named: "sh", path: "/nowhere:/bin")?.file == "/bin/sh")
        #expect(ChildProgram(named: "sh", path: nil) != nil)
        #expect(ChildProgram(named: "no-such-program", path: "/bin") == nil)
        #expect(ChildProgram(named: "sh", path: "../bin:bin")?.file.isAbsolute == true)
    }

    @Test("It reads the input, and both its outputs and its status come back")
    func outcome() throws {
        let shell = try #require(ChildProgram(named: "sh", path: nil))
        let outcome = try shell.run(["-c", "cat; echo wrong >&2; exit 3"], input: Array("right\n".utf8))
        #expect(outcome.output == "right\nwrong\n")
        #expect(outcome.status == 3)
    }

    @Test("Several at once leave each other's descriptors alone")
    func several() async throws {
        let shell = try #require(ChildProgram(named: "sh", path: nil))
        let outputs = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try (0..<25).map { _ in try shell.run(["-c", "cat"], input: Array("right".utf8)).output }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outputs == [String](repeating: "right", count: 100))
    }

    @Test("One that reads nothing, or is killed, is no trouble")
    func deaf() throws {
        let shell = try #require(ChildProgram(named: "sh", path: nil))
        let outcome = try shell.run(["-c", "kill -9 $$"], input: [UInt8](repeating: 0, count: 1000))
        #expect(outcome.status == 137)
    }

    @Test("A megabyte of output is taken")
    func much() throws {
        let shell = try #require(ChildProgram(named: "sh", path: nil))
        #expect(try shell.run(["-c", "head -c 1000000 /dev/zero"]).output.utf8.count == 1_000_000)
    }
}
