// A thousand reloads in a row under load: no failed request, no growth. PORTICO_RELOADS sets another number.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Reloads under load", .timeLimit(.minutes(3)))
    struct ReloadLoadTests {
        private static let reloads: Int = {
            guard let text = unsafe getenv("PORTICO_RELOADS") else { return 1000 }
            return unsafe Int(String(cString: text)) ?? 1000
        }()

        @Test("Listeners come and go, certificates are replaced, and clients notice nothing")
        func reloads() throws {
            let folder = try TemporaryFolder()
            try makeAuthority(in: folder)
            let server = try PorticoProcess(server: Self.options, Self.sections(0), in: folder)
            let load = try Load(on: server, authority: folder["ca.pem"])
            let warmUp = Self.reloads / 4
            for number in 1...warmUp { try reload(number, server) }
            let (descriptors, memory) = (server.descriptorCount, try server.status("VmRSS"))
            for number in (warmUp + 1)...Self.reloads { try reload(number, server) }
            let report = try load.finish()
            #expect(report.status == 0, "\(report.output)")
            #expect(report.output.contains(", 0 failed"))
            // The clients' own connections come and go; a leak would be one descriptor a reload.
            #expect(server.descriptorCount < descriptors + 24)
            let growth = try server.growth(of: "VmRSS", since: memory)
            #expect(growth < 8 * 1024, "\(growth) KiB in \(Self.reloads - warmUp) reloads")
        }

        private func reload(_ number: Int, _ server: PorticoProcess) throws {
            if number % 10 == 0 { try issueLeaf(in: server.folder) }
            let extra =
                number % 2 == 0 ? "" : "\nlisten_plain = 127.0.0.2:0 unix:\(server.folder["extra.sock"])"
            let line = try server.reload(server: Self.options + extra, Self.sections(number))
            try #require(
                line.contains("generation=\(number + 1) ") || line.hasSuffix("generation=\(number + 1)"),
                "\(line): \(server.log.lines.suffix(8))")
        }

        private static let options = "access_log = no"

        private static func sections(_ number: Int) -> String {
            "[tls]\ncertificate = leaf.pem\nkey = leaf.key\n[handler /echo]\nmodule = echo\n"
                + "[handler /\(number)]\nmodule = diagnostics\n"
        }
    }
}

/// Clients that ask until they are told to stop.
private final class Load {
    private let child: ChildProcess
    private let channel: FileDescriptor

    /// Starts them and waits until each has had an answer.
    init(on server: PorticoProcess, authority: FilePath) throws {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        channel = FileDescriptor(rawValue: ends[0])
        let theirs = FileDescriptor(rawValue: ends[1])
        defer { close(theirs.rawValue) }
        child = try ChildProcess(
            [
                "timeout", "170", "python3", Scripts.path("keep_asking.py"), authority.string,
                "\(server.port(.tls))", "\(server.port(.plain))",
            ], input: theirs, output: theirs, error: theirs)
        try wait(for: POLLIN, on: channel.rawValue, "the clients' first answers")
    }

    deinit { close(channel.rawValue) }

    /// Stops them; gives their report.
    func finish() throws -> (status: CInt, output: String) {
        shutdown(channel.rawValue, CInt(SHUT_WR))
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            try wait(for: POLLIN, on: channel.rawValue, "the clients' report")
            let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe channel.read(into: $0) }
            guard count > 0 else { return (child.wait(), String(decoding: text, as: UTF8.self)) }
            text += chunk[..<count]
        }
    }
}

/// Makes `ca.pem` and a first `leaf.pem` signed by it.
private func makeAuthority(in folder: TemporaryFolder) throws {
    try folder.write("leaf.ext", "subjectAltName=DNS:localhost\nkeyUsage=digitalSignature\n")
    let made = try run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2",
        "-subj", "/CN=authority", "-addext", "keyUsage=critical,keyCertSign", "-out", folder["ca.pem"].string,
        "-keyout", folder["ca.key"].string)
    try #require(made.status == 0, "\(made.error)")
    let request = try run(
        "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
        "/CN=localhost", "-out", folder["leaf.csr"].string, "-keyout", folder["leaf.key"].string)
    try #require(request.status == 0, "\(request.error)")
    try issueLeaf(in: folder)
}

/// Replaces the leaf by a newly signed one.
private func issueLeaf(in folder: TemporaryFolder) throws {
    let signed = try run(
        "openssl", "x509", "-req", "-in", folder["leaf.csr"].string, "-CA", folder["ca.pem"].string, "-CAkey",
        folder["ca.key"].string, "-days", "2", "-extfile", folder["leaf.ext"].string, "-out",
        folder["leaf.pem"].string)
    try #require(signed.status == 0, "\(signed.error)")
}
