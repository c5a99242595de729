import Glibc
import Supervision
import SystemPackage
import Testing

/// All that touches the environment of the process: one test at a time.
@Suite(.serialized, .timeLimit(.minutes(1))) struct EnvironmentTests {
    @Test("sd_notify(3): NOTIFY_SOCKET is a path or an abstract name", arguments: ["/tmp", "@"])
    func notifySocket(kind: String) throws {
        let inbox = try DatagramInbox("\(kind)/portico-notify-\(getpid())")
        withEnvironment(["NOTIFY_SOCKET": inbox.name]) {
            let failures = Failures()
            let notifier = ServiceNotifier(onFailure: { failures.append($0) })
            #expect(notifier.isSupervised)
            notifier.ready(status: "up")
            #expect(inbox.receive() == ["READY=1", "STATUS=up"])
            #expect(inbox.receive() == nil && failures.all.isEmpty)
        }
    }

    @Test("sd_notify(3): without NOTIFY_SOCKET nothing happens")
    func noNotifySocket() {
        withEnvironment(["NOTIFY_SOCKET": nil]) {
            let failures = Failures()
            let notifier = ServiceNotifier(onFailure: { failures.append($0) })
            notifier.ready()
            #expect(!notifier.isSupervised && failures.all.isEmpty)
        }
    }

    @Test("a NOTIFY_SOCKET that nobody listens on is reported with its errno")
    func deadNotifySocket() {
        withEnvironment(["NOTIFY_SOCKET": "/tmp/portico-nobody-\(getpid())"]) {
            let failures = Failures()
            ServiceNotifier(onFailure: { failures.append($0) }).ready()
            #expect(failures.all.map(\.errno) == [.noSuchFileOrDirectory])
        }
    }

    @Test("sd_watchdog_enabled(3): feed the watchdog at half of WATCHDOG_USEC")
    func watchdogInterval() throws {
        #expect(
            try withEnvironment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) {
                try Watchdog.interval()
            } == .seconds(15))
        #expect(
            try withEnvironment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": nil]) {
                try Watchdog.interval()
            } == .seconds(15))
    }

    @Test("sd_watchdog_enabled(3): a watchdog for another process, or none, is none of ours")
    func otherWatchdog() throws {
        #expect(
            try withEnvironment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) {
                try Watchdog.interval()
            } == nil)
        #expect(
            try withEnvironment(["WATCHDOG_USEC": nil, "WATCHDOG_PID": nil]) { try Watchdog.interval() }
                == nil)
    }

    @Test("a WATCHDOG_USEC that is no time is an error")
    func badWatchdog() {
        withEnvironment(["WATCHDOG_USEC": "soon", "WATCHDOG_PID": nil]) {
            #expect(throws: SupervisionError.self) { try Watchdog.interval() }
        }
    }

    @Test("sd_listen_fds(3): descriptors for another process are left alone, and the variables unset")
    func otherListenPID() throws {
        try withEnvironment(["LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "https"]) {
            let sockets = try ActivatedSockets.take()
            #expect(sockets.isEmpty)
            let left = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"].filter { isSet($0) }
            #expect(left.isEmpty)
        }
    }

    @Test("sd_listen_fds(3): without activation there is nothing to take")
    func noActivation() throws {
        let none = ["LISTEN_PID": nil, "LISTEN_FDS": nil, "LISTEN_FDNAMES": nil] as [String: String?]
        #expect(try withEnvironment(none) { try ActivatedSockets.take() }.isEmpty)
    }

    @Test("LISTEN_FDS that is no number is an error")
    func badListenFDs() {
        withEnvironment(["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "many", "LISTEN_FDNAMES": nil]) {
            #expect(throws: SupervisionError.self) { try ActivatedSockets.take() }
        }
    }

    @Test("the process's own environment is read")
    func currentEnvironment() {
        withEnvironment(["STATE_DIRECTORY": "/var/lib/portico", "INVOCATION_ID": "abc"]) {
            let environment = ServiceEnvironment.current()
            #expect(environment.stateDirectories == ["/var/lib/portico"])
            #expect(environment.invocationID == "abc")
        }
    }
}
