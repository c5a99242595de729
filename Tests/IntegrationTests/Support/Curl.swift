// curl against the daemon, trusting its authority.

import HandlerTesting
import SystemPackage
import Testing

extension PorticoProcess {
    /// The certificate of the daemon's own authority.
    var authority: FilePath { folder["state"].appending("ca.pem") }

    func url(_ path: String, _ transport: Transport = .tls, host: String = "localhost") -> String {
        "\(transport.scheme)://\(host):\(port(transport))\(path)"
    }

    /// Runs curl on a path; the output is the body unless an option says otherwise.
    func curl(
        _ path: String, _ transport: Transport = .tls, host: String = "localhost", _ options: String...,
        input: String = ""
    ) throws -> ProgramResult {
        try startCurl(path, transport, host: host, options, input: input).finish()
    }

    /// Starts curl; that it speaks the version that it is told to is checked at its end.
    func startCurl(
        _ path: String, _ transport: Transport = .tls, host: String = "localhost", _ options: [String] = [],
        input: String = ""
    ) throws -> Program {
        let version = transport == .http2 ? "2" : "1.1"
        var options = options
        let note = "%{stderr}version=%{http_version};"
        if let place = options.firstIndex(of: "-w") {
            options[place + 1] += note
        } else {
            options += ["-w", note]
        }
        return try Program(
            [
                "curl", "-sS", "--http\(version)", "--noproxy", "*", "--max-time", "45", "--cacert",
                authority.string,
                "--resolve", "\(host):\(port(transport)):127.0.0.1",
            ] + options + [url(path, transport, host: host)], input: input
        ) { result in
            #expect(
                result.status != 0 || result.error.contains("version=\(version);"), "\(result.error)")
        }
    }
}
