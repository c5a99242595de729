import Glibc
import Supervision
import SystemPackage
import Testing

/// Activation as sd_listen_fds(3) has it, in processes of their own since the descriptors start at 3.
/// The tests of the child end it with a status: its way to report expectations may be one of those descriptors.
@Suite(.timeLimit(.minutes(1))) struct ActivatedSocketsTests {
    @Test("sd_listen_fds(3): any number of descriptors, with their names, close-on-exec, once")
    func several() async {
        await #expect(processExitsWith: .exitCode(42)) {
            // Beyond 3, 4 and 5, which come next.
            let listener = fcntl(listeningSocket(), F_DUPFD, 100)
            let datagram = fcntl(socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0), F_DUPFD, 100)
            let file = fcntl(unsafe open("/dev/null", O_RDONLY), F_DUPFD, 100)
            for (index, descriptor) in [listener, datagram, file].enumerated() {
                dup2(descriptor, 3 + CInt(index))
            }
            activate(count: 3, names: "https:https:stored")
            let sockets = try ActivatedSockets.take()
            let expected: [ActivatedSocket] = [
                .init(name: "https", descriptor: FileDescriptor(rawValue: 3), kind: .listeningStream),
                .init(name: "https", descriptor: FileDescriptor(rawValue: 4), kind: .otherSocket),
                .init(name: "stored", descriptor: FileDescriptor(rawValue: 5), kind: .notASocket),
            ]
            guard sockets == expected else { exit(1) }
            guard sockets.map(\.isStoredOrUnknown) == [false, false, true] else { exit(2) }
            guard (3...5).allSatisfy({ fcntl($0, F_GETFD) & FD_CLOEXEC != 0 }) else { exit(3) }
            guard try ActivatedSockets.take().isEmpty else { exit(4) }
            exit(42)
        }
    }

    @Test("sd_listen_fds_with_names(3): without LISTEN_FDNAMES each name is `unknown`")
    func unnamed() async {
        await #expect(processExitsWith: .exitCode(42)) {
            dup2(listeningSocket(), 3)
            activate(count: 1, names: nil)
            let sockets = try ActivatedSockets.take()
            exit(sockets.map(\.name) == ["unknown"] && sockets[0].isStoredOrUnknown ? 42 : 1)
        }
    }

    @Test("sd_listen_fds_with_names(3): more names than descriptors are an error")
    func surplusNames() async {
        await #expect(processExitsWith: .exitCode(42)) {
            dup2(listeningSocket(), 3)
            activate(count: 1, names: "https:http")
            do throws(SupervisionError) {
                _ = try ActivatedSockets.take()
                exit(1)
            } catch {
                exit(error.code == .environment && error.errno == .invalidArgument ? 42 : 2)
            }
        }
    }
}

private func listeningSocket() -> CInt {
    // listen(2) on a unix socket that is bound to an abstract name of the kernel's choice, unix(7).
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr(
        sa_family: sa_family_t(AF_UNIX), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    guard unsafe bind(descriptor, &address, socklen_t(MemoryLayout<sa_family_t>.size)) == 0 else { exit(90) }
    guard listen(descriptor, 1) == 0 else { exit(91) }
    return descriptor
}

private func activate(count: Int, names: String?) {
    setVariable("LISTEN_PID", "\(getpid())")
    setVariable("LISTEN_FDS", "\(count)")
    setVariable("LISTEN_FDNAMES", names)
}
