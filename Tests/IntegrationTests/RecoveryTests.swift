// What runs out comes back: the daemon waits for it by itself, and no client has to help.

import Glibc
import SystemPackage
import Testing

extension Integration {
    @Suite("Recovery", .timeLimit(.minutes(1)))
    struct RecoveryTests {
        @Test("Without descriptors connections wait in the backlog, and are served when there are some again")
        func descriptors() throws {
            let server = try PorticoProcess(server: "workers = 1")
            // Those that are open stay open.
            try limitDescriptors(of: server, to: 3)
            let client = try RawClient(server)
            try client.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            try server.log.wait(containing: "no descriptors or memory are left")
            #expect(!client.hasBytes)
            // No connection of the server has ended, since there was none.
            try limitDescriptors(of: server, to: 1024)
            #expect(try client.readResponse().status == 200)
        }

        private func limitDescriptors(of server: PorticoProcess, to count: Int) throws {
            let null = try FileDescriptor.open(FilePath("/dev/null"), .readWrite, options: .closeOnExec)
            defer { close(null.rawValue) }
            let prlimit = try ChildProcess(
                ["prlimit", "--pid", "\(server.identifier)", "--nofile=\(count):"], input: null, output: null,
                error: null)
            #expect(prlimit.wait() == 0)
        }
    }
}
