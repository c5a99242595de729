// Bytes as a test writes them, over a socket or through openssl s_client. Every wait has an end.

import Glibc
import SystemPackage

/// A client that sends what it is told and reads what comes; over HTTP/2 a gateway translates both.
final class RawClient {
    private let descriptor: CInt
    /// The program that speaks TLS, or HTTP/2, for us.
    private let tls: ChildProcess?
    private var buffer: [UInt8] = []

    /// Connects to the daemon.
    ///
    /// - Parameters:
    ///   - options: more options of `openssl s_client`, for ``Transport/tls``.
    ///   - receiveBuffer: the size of the socket's receive buffer, for clients that read slowly.
    init(
        _ server: PorticoProcess, _ transport: Transport = .plain, options: [String] = [],
        receiveBuffer: CInt? = nil
    ) throws {
        switch transport {
        case .plain:
            descriptor = try Self.connect(to: server.port(.plain), receiveBuffer: receiveBuffer)
            tls = nil
        case .tls:
            (descriptor, tls) = try Self.start(
                [
                    "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port(.tls))",
                    "-servername",
                    "localhost", "-CAfile", server.authority.string, "-verify_return_error",
                ] + options)
        case .http2:
            (descriptor, tls) = try Self.start(
                [
                    "python3", Scripts.path("http2_gateway.py"), "\(server.port(.http2))",
                    server.authority.string,
                ])
        }
    }

    /// Starts a program that passes on what it reads, and writes what comes.
    private static func start(_ command: [String]) throws -> (CInt, ChildProcess) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        let theirs = FileDescriptor(rawValue: ends[1])
        let null = try FileDescriptor.open(FilePath("/dev/null"), .writeOnly, options: .closeOnExec)
        defer { for descriptor in [theirs, null] { Glibc.close(descriptor.rawValue) } }
        return (ends[0], try ChildProcess(command, input: theirs, output: theirs, error: null))
    }

    /// Connects with a socket alone, to any port.
    init(port: UInt16) throws {
        descriptor = try Self.connect(to: port, receiveBuffer: nil)
        tls = nil
    }

    deinit { Glibc.close(descriptor) }

    private static func connect(to port: UInt16, receiveBuffer: CInt?) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        if var size = receiveBuffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = Errno(rawValue: errno)
            Glibc.close(descriptor)
            throw error
        }
        return descriptor
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT, on: descriptor, "sending")
            let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
            }
            if count < 0, errno == EAGAIN { continue }
            guard count >= 0 else { throw Errno(rawValue: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends nothing more, but still reads.
    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Ends the connection with a reset instead of an orderly close.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        // The number stays taken until `deinit`.
        let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        dup2(null, descriptor)
        Glibc.close(null)
    }

    /// Reads some more into the buffer; false at the end of the connection, orderly or not.
    private func receive(seconds: CInt) throws -> Bool {
        try wait(for: POLLIN, on: descriptor, seconds: seconds, "receiving after \(buffer.count) bytes")
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    /// Reads until the server closes.
    func readToEnd(seconds: CInt = 10) throws -> String {
        while try receive(seconds: seconds) {}
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Reads one response; the body by its length, its chunks or the end of the connection.
    func readResponse(toHEAD isHEAD: Bool = false) throws -> RawResponse {
        let head = try take(through: "\r\n\r\n")
        guard var response = RawResponse(head: head) else {
            throw Unfinished("no response: \(head)")
        }
        if isHEAD || response.status < 200 || response.status == 204 || response.status == 304 {
            return response
        }
        if let length = response["Content-Length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else if response["Transfer-Encoding"] == "chunked" {
            response.body = try takeChunks()
        } else {
            response.body = try readToEnd()
        }
        return response
    }

    /// Sends a request and reads its response.
    func exchange(_ request: String, toHEAD isHEAD: Bool = false) throws -> RawResponse {
        try send(request)
        return try readResponse(toHEAD: isHEAD)
    }

    /// Waits until something has arrived, and leaves it there.
    func waitForBytes() throws { try wait(for: POLLIN, on: descriptor, "the first bytes") }

    /// Whether something has arrived that was not read.
    var hasBytes: Bool {
        var entry = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
        return unsafe !buffer.isEmpty || poll(&entry, 1, 0) > 0
    }

    /// Whether the server closes now, without another byte.
    func isClosedByServer(seconds: CInt = 10) throws -> Bool {
        guard buffer.isEmpty else { return false }
        return try !receive(seconds: seconds)
    }

    private func take(through mark: String) throws -> String {
        let wanted = Array(mark.utf8)
        var from = 0
        while true {
            while from + wanted.count <= buffer.count {
                if buffer[from..<(from + wanted.count)].elementsEqual(wanted) {
                    return try take(from + wanted.count)
                }
                from += 1
            }
            guard try receive(seconds: 10) else {
                throw Unfinished("the connection ended after: \(String(decoding: buffer, as: UTF8.self))")
            }
        }
    }

    private func take(_ count: Int) throws -> String {
        while buffer.count < count {
            guard try receive(seconds: 10) else { throw Unfinished("the connection ended in mid body") }
        }
        defer { buffer.removeFirst(count) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private func takeChunks() throws -> String {
        var body = ""
        while true {
            let line = try take(through: "\r\n")
            guard let size = Int(line.prefix { $0.isHexDigit }, radix: 16) else {
                throw Unfinished("chunk: \(line)")
            }
            body += try take(size)
            guard size > 0 else {
                while try take(through: "\r\n") != "\r\n" {}
                return body
            }
            _ = try take(2)
        }
    }
}
