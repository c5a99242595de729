import Glibc
import Supervision
import SystemPackage
import Testing

private func environment(_ variables: [String: String]) -> ServiceEnvironment {
    ServiceEnvironment { variables[$0] }
}

@Suite struct ServiceEnvironmentTests {
    @Test("systemd.exec(5): several folders of one kind are separated by colons")
    func lists() {
        let environment = environment([
            "STATE_DIRECTORY": "/var/lib/portico:/var/lib/portico/wiki", "RUNTIME_DIRECTORY": "/run/portico",
            "CACHE_DIRECTORY": "/var/cache/portico", "LOGS_DIRECTORY": "",
            "CONFIGURATION_DIRECTORY": "/etc/portico",
        ])
        #expect(environment.stateDirectories == ["/var/lib/portico", "/var/lib/portico/wiki"])
        #expect(environment.runtimeDirectories == ["/run/portico"])
        #expect(environment.cacheDirectories == ["/var/cache/portico"])
        #expect(environment.logsDirectories == [])
        #expect(environment.configurationDirectories == ["/etc/portico"])
    }

    @Test("without a service manager all is empty")
    func empty() {
        let environment = environment([:])
        #expect(environment.stateDirectories.isEmpty && environment.credentialsDirectory == nil)
        #expect(
            environment.invocationID == nil && environment.journalStream == nil && !environment.isJournal())
    }

    @Test("systemd.exec(5): a credential is a file in CREDENTIALS_DIRECTORY")
    func credential() throws {
        let environment = environment(["CREDENTIALS_DIRECTORY": "/run/credentials/portico.service"])
        #expect(try environment.credential(named: "tls.crt") == "/run/credentials/portico.service/tls.crt")
    }

    @Test(
        "a name that no credential can have is refused",
        arguments: ["", ".", "..", "a/b", "/etc/passwd", "a:b", "a\nb", String(repeating: "a", count: 256)])
    func badCredential(name: String) {
        let environment = environment(["CREDENTIALS_DIRECTORY": "/run/credentials/portico.service"])
        #expect(throws: SupervisionError.self) { try environment.credential(named: name) }
    }

    @Test("a credential without CREDENTIALS_DIRECTORY is an error that says so")
    func noCredentials() {
        #expect {
            try environment([:]).credential(named: "tls.crt")
        } throws: { error in
            "\(error)".contains("CREDENTIALS_DIRECTORY")
        }
    }

    @Test(
        "systemd.exec(5): JOURNAL_STREAM is a device and an inode, separated by a colon",
        arguments: [
            ("8:17", true), ("8", false), ("a:b", false), ("1:2:3", false), ("", false), (":", false),
        ])
    func journalStream(value: String, isValid: Bool) {
        #expect((environment(["JOURNAL_STREAM": value]).journalStream != nil) == isValid)
    }

    @Test("the journal is used only if the descriptor is still the journal's stream")
    func isJournal() throws {
        let pipe = try FileDescriptor.pipe()
        defer { closeAll(pipe.readEnd, pipe.writeEnd) }
        var attributes = stat()
        try #require(unsafe fstat(pipe.writeEnd.rawValue, &attributes) == 0)
        let ours = environment(["JOURNAL_STREAM": "\(attributes.st_dev):\(attributes.st_ino)"])
        let other = environment(["JOURNAL_STREAM": "\(attributes.st_dev):\(attributes.st_ino + 1)"])
        #expect(ours.isJournal(pipe.writeEnd) && !other.isJournal(pipe.writeEnd))

        let socket = "/dev/null"
        let none = "/nonexistent/socket"
        #expect(
            LoggingBackEnd.destination(in: ours, standardError: pipe.writeEnd, journalSocket: socket)
                == .journal)
        #expect(
            LoggingBackEnd.destination(in: ours, standardError: pipe.writeEnd, journalSocket: none)
                == .standardError(LineFormat(prefix: .priority)))
        #expect(
            LoggingBackEnd.destination(in: other, standardError: pipe.writeEnd, journalSocket: socket)
                == .standardError(LineFormat(prefix: .time)))
    }
}

func closeAll(_ descriptors: FileDescriptor...) {
    for descriptor in descriptors {
        // Only to give it back: a failure would be seen as EBADF in the test itself.
        try? descriptor.close()
    }
}
