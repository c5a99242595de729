// curl against the daemon, trusting its authority.

import HandlerTesting
import SystemPackage

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

    func startCurl(
        _ path: String, _ transport: Transport = .tls, host: String = "localhost", _ options: [String] = [],
        input: String = ""
    ) throws -> Program {
        try Program(
            [
                "curl", "-sS", "--http1.1", "--noproxy", "*", "--max-time", "45", "--cacert",
                authority.string,
                "--resolve", "\(host):\(port(transport)):127.0.0.1",
            ] + options + [url(path, transport, host: host)], input: input)
    }
}
