// Binding, adopting and accepting, over the loopback interface and unix sockets.

import Glibc
import SystemPackage
import Testing

@testable import Sockets

@Suite("Listening sockets", .timeLimit(.minutes(1)))
struct ListeningSocketTests {
    /// Waits for the kernel, not for time: poll(2) until the descriptor is ready.
    private func wait(_ descriptor: CInt, _ events: CInt = POLLIN) {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        #expect(unsafe poll(&entry, 1, 30_000) == 1)
    }

    private func accept(_ listener: ListeningSocket) throws -> StreamSocket {
        wait(listener.rawValue)
        guard case .socket(let socket) = try listener.accept() else { throw Errno.wouldBlock }
        return socket
    }

    private func bound(_ text: String) throws -> ListeningSocket {
        try ListeningSocket(binding: SocketAddress(parsing: text))
    }

    @Test("Port 0 becomes the kernel's choice, and peer and local address agree across a connection")
    func addresses() throws {
        let listener = try bound("127.0.0.1:0")
        #expect(listener.address.port != 0)
        let client = try StreamSocket.connect(to: listener.address)
        let server = try accept(listener)
        wait(client.rawValue, POLLOUT)
        #expect(client.pendingError == nil)
        #expect(try client.local == server.peer)
        #expect(try server.local == listener.address)
    }

    @Test("An accepted socket is non-blocking, CLOEXEC, and inherits TCP_NODELAY")
    func acceptedOptions() throws {
        let listener = try bound("127.0.0.1:0")
        let client = try StreamSocket.connect(to: listener.address)
        let server = try accept(listener)
        #expect(fcntl(server.rawValue, F_GETFL) & O_NONBLOCK == O_NONBLOCK)
        #expect(fcntl(server.rawValue, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
        #expect(try SocketOption.value(server.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY) == 1)
        withExtendedLifetime(client) {}
    }

    @Test("The kernel takes little of what a peer doesn't read: TCP_NOTSENT_LOWAT is inherited")
    func boundedSendBuffer() throws {
        let listener = try bound("127.0.0.1:0")
        let client = try StreamSocket.connect(to: listener.address)
        let server = try accept(listener)
        let bytes = [UInt8](repeating: 0, count: 64 * 1024)
        while case .done = try server.send(bytes.span) {}
        #expect(server.undelivered > 0)
        #expect(server.undelivered < 1 << 20)
        withExtendedLifetime(client) {}
    }

    @Test("Nobody waiting is would-block")
    func wouldBlock() throws {
        guard case .wouldBlock = try bound("127.0.0.1:0").accept() else {
            Issue.record("expected wouldBlock")
            return
        }
    }

    @Test("`*` takes IPv4 and IPv6 clients, an explicit [::] only IPv6")
    func dualStack() throws {
        let any = try bound("*:0")
        let port = try #require(any.address.port)
        let client = try StreamSocket.connect(to: .ipv4(0x7F00_0001, port: port))
        #expect(try accept(any).peer == client.local)
        // The same port is still free for IPv4 beside an explicit [::], which shows that it does not hold it.
        let six = try bound("[::]:0")
        let four = try ListeningSocket(binding: .ipv4(0, port: try #require(six.address.port)))
        #expect(four.address.port == six.address.port)
    }

    @Test("An address in use names itself and the reason")
    func inUse() throws {
        let first = try bound("127.0.0.1:0")
        let failure = #expect(throws: SocketFailure.self) { try ListeningSocket(binding: first.address) }
        #expect(failure?.code == .bind)
        #expect(failure?.errno == .addressInUse)
        #expect(failure?.description.contains(first.address.description) == true)
    }

    @Test("A unix socket has mode 0660, is reached, and its file goes with it")
    func unixSocket() throws {
        let scratch = try ScratchPath()
        let path = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        do {
            let listener = try ListeningSocket(binding: .unix(path: path))
            var status = stat()
            #expect(unsafe stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o660)
            let client = try StreamSocket.connect(to: .unix(path: path))
            #expect(try accept(listener).peer == .unnamed)
            withExtendedLifetime(client) {}
        }
        #expect(unsafe access(path, F_OK) == -1)
    }

    @Test("A stale unix socket is taken over, one with a listener is not")
    func staleUnixSocket() throws {
        let scratch = try ScratchPath()
        let path = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        // A socket that is bound and closed leaves its file behind, as a killed daemon does.
        do {
            let dead = try SocketOption.makeStream(family: AF_UNIX)
            let status = unsafe SocketAddress.unix(path: path).withSockaddr {
                unsafe bind(dead.rawValue, $0, $1)
            }
            #expect(status == 0)
        }
        let listener = try ListeningSocket(binding: .unix(path: path))
        let failure = #expect(throws: SocketFailure.self) { try ListeningSocket(binding: .unix(path: path)) }
        #expect(failure?.errno == .addressInUse)
        withExtendedLifetime(listener) {}
    }

    @Test("A file that is no socket is never removed")
    func ordinaryFile() throws {
        let scratch = try ScratchPath()
        let path = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        let file = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
        #expect(file >= 0 && close(file) == 0)
        #expect(throws: SocketFailure.self) { try ListeningSocket(binding: .unix(path: path)) }
        #expect(unsafe access(path, F_OK) == 0)
        #expect(unsafe unlink(path) == 0)
    }

    @Test("The file of a socket that took the place of ours stays")
    func successor() throws {
        let scratch = try ScratchPath()
        let path = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        var first: ListeningSocket? = try ListeningSocket(binding: .unix(path: path))
        #expect(unsafe unlink(path) == 0)
        let second = try ListeningSocket(binding: .unix(path: path))
        withExtendedLifetime(first) {}
        first = nil
        #expect(unsafe access(path, F_OK) == 0)
        withExtendedLifetime(second) {}
    }

    @Test("An abstract socket is reached by name")
    func abstractSocket() throws {
        let name = "portico-test-\(getpid())"
        let listener = try bound("unix:@\(name)")
        let client = try StreamSocket.connect(to: .abstract(name: name))
        #expect(try accept(listener).local == .abstract(name: name))
        withExtendedLifetime(client) {}
    }

    @Test("An adopted socket keeps its address and gets its flags")
    func adopts() throws {
        let original = try bound("127.0.0.1:0")
        let listener = try ListeningSocket(adopting: OwnedDescriptor(takingOwnership: dup(original.rawValue)))
        #expect(listener.isAdopted && !original.isAdopted)
        #expect(listener.address == original.address)
        #expect(fcntl(listener.rawValue, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
    }

    @Test("An adopted unix socket's file is not ours to remove")
    func adoptedFile() throws {
        let scratch = try ScratchPath()
        let path = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        let original = try ListeningSocket(binding: .unix(path: path))
        do { _ = try ListeningSocket(adopting: OwnedDescriptor(takingOwnership: dup(original.rawValue))) }
        #expect(unsafe access(path, F_OK) == 0)
    }

    @Test("What does not listen is not adopted")
    func refusesToAdopt() throws {
        let stream = try SocketOption.makeStream(family: AF_INET)
        let datagram = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        let file = unsafe open("/dev/null", O_RDONLY)
        let expected: [(CInt, Errno)] = [
            (dup(stream.rawValue), .invalidArgument), (datagram, .protocolWrongTypeForSocket),
            (file, .notSocket),
        ]
        for (descriptor, errno) in expected {
            let failure = #expect(throws: SocketFailure.self) {
                try ListeningSocket(adopting: OwnedDescriptor(takingOwnership: descriptor))
            }
            #expect(failure?.code == .adopt)
            #expect(failure?.errno == errno)
        }
    }

    @Test("A connection that is aborted ends with a reset")
    func aborts() throws {
        let listener = try bound("127.0.0.1:0")
        let client = try StreamSocket.connect(to: listener.address)
        try accept(listener).abort()
        wait(client.rawValue)
        client.becameReady(readable: true, writable: true, hangup: true)
        var bytes: [UInt8] = [0]
        #expect(throws: Errno.connectionReset) {
            var span = bytes.mutableSpan
            return try client.receive(into: &span)
        }
    }

    @Test("A refused connection says so")
    func refused() throws {
        let address = try bound("127.0.0.1:0").address
        let client = try StreamSocket.connect(to: address)
        #expect(!client.isReadable && !client.isWritable)
        wait(client.rawValue, POLLOUT)
        #expect(client.pendingError == .connectionRefused)
    }

    @Test(
        "accept(2): running out of descriptors or memory is not the connection's fault",
        arguments: [Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .noMemory])
    func outOfDescriptors(error: Errno) throws {
        guard case .outOfDescriptors(error) = try ListeningSocket.outcome(of: error) else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(
        "accept(2): an error of the network belongs to that one connection",
        arguments: [Errno.connectionAbort, .protocolError, .hostIsDown, .noRouteToHost, .networkUnreachable])
    func aborted(error: Errno) throws {
        guard case .aborted(error) = try ListeningSocket.outcome(of: error) else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(
        "accept(2): a broken listening socket is an error",
        arguments: [Errno.badFileDescriptor, .invalidArgument])
    func broken(error: Errno) {
        #expect(throws: error) { try ListeningSocket.outcome(of: error) }
    }
}

/// A path in a folder of its own, both gone with this object.
private final class ScratchPath {
    let path: String
    private let folder: String

    init() throws {
        var template = Array("/tmp/portico-sockets-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Syscall.lastError }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        path = folder + "/s"
    }

    deinit {
        // Most tests have removed the file themselves.
        _ = unsafe unlink(path)
        _ = unsafe rmdir(folder)
    }
}
