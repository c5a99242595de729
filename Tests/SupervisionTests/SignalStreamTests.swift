import Glibc
import Supervision
import SystemPackage
import Testing

/// In processes of their own: signals belong to the process.
@Suite(.timeLimit(.minutes(1))) struct SignalStreamTests {
    @Test("signalfd(2): signals make the descriptor readable and are drained")
    func drained() async {
        await #expect(processExitsWith: .exitCode(42)) {
            let stream = try SignalStream()
            guard try stream.drain().isEmpty else { exit(1) }
            // To this thread alone: others of this process began before the signals were blocked.
            for number in [SIGHUP, SIGTERM, SIGINT] { pthread_kill(pthread_self(), number) }
            var poll = pollfd(fd: stream.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            guard unsafe Glibc.poll(&poll, 1, 0) == 1 else { exit(2) }
            guard try Set(stream.drain()) == [.hangUp, .terminate, .interrupt] else { exit(3) }
            guard try stream.drain().isEmpty else { exit(4) }
            exit(42)
        }
    }

    @Test("a write to a pipe that nobody reads does not end the process")
    func brokenPipe() async {
        await #expect(processExitsWith: .exitCode(42)) {
            _ = try SignalStream()
            let pipe = try FileDescriptor.pipe()
            try pipe.readEnd.close()
            do {
                _ = try pipe.writeEnd.writeAll([1])
                exit(1)
            } catch Errno.brokenPipe {
                exit(42)
            }
        }
    }

    @Test("the descriptor is not inherited and never blocks")
    func flags() async {
        await #expect(processExitsWith: .exitCode(42)) {
            let descriptor = try SignalStream().descriptor.rawValue
            let isClosedOnExec = fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0
            exit(isClosedOnExec && fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0 ? 42 : 1)
        }
    }
}
