import Supervision
import Synchronization
import SystemPackage
import Testing

/// What a notifier sent, in lines.
private final class Recorder: Sendable {
    private let messages = Mutex<[String]>([])

    var notifier: ServiceNotifier {
        ServiceNotifier(
            isSupervised: true, deliver: { message in self.messages.withLock { $0.append(message) } })
    }

    var lines: [[String]] { messages.withLock { $0.map { $0.split(separator: "\n").map(String.init) } } }
}

@Suite struct ServiceNotifierTests {
    private let recorder = Recorder()

    @Test("sd_notify(3): each step of the life cycle is one message")
    func steps() {
        let notifier = recorder.notifier
        notifier.ready(status: "serving")
        notifier.ready()
        notifier.stopping(status: "draining")
        notifier.status("2 connections")
        notifier.extendTimeout(.milliseconds(1500))
        notifier.watchdog()
        notifier.watchdogFailed()
        notifier.errno(.addressInUse)
        #expect(
            recorder.lines == [
                ["READY=1", "STATUS=serving"], ["READY=1"], ["STOPPING=1", "STATUS=draining"],
                ["STATUS=2 connections"], ["EXTEND_TIMEOUT_USEC=1500000"], ["WATCHDOG=1"],
                ["WATCHDOG=trigger"],
                ["ERRNO=98"],
            ])
    }

    @Test("systemd.service(5): RELOADING=1 and MONOTONIC_USEC= are in one message")
    func reloading() throws {
        let before = ContinuousClock.now
        recorder.notifier.reloading()
        let message = try #require(recorder.lines.first)
        #expect(message.first == "RELOADING=1")
        let microseconds = try #require(message.last?.split(separator: "=").last.flatMap { Int64($0) })
        #expect(message.last?.hasPrefix("MONOTONIC_USEC=") == true)
        #expect(microseconds > 0)
        recorder.notifier.reloading()
        let second = try #require(recorder.lines.last?.last?.split(separator: "=").last.flatMap { Int64($0) })
        let passed = (ContinuousClock.now - before).components.attoseconds / 1_000_000_000_000
        #expect(second >= microseconds && second - microseconds <= passed + 1_000_000)
    }

    @Test(
        "a status is one line without control characters",
        arguments: [
            ("a\nREADY=1", "a READY=1"), ("tab\there\u{1B}[31m", "tab here [31m"),
            ("nul\0 \u{7F}\u{85}", "nul    "),
            ("Grüße", "Grüße"), ("\u{202E}txt", " txt"),
        ])
    func scrubbedStatus(status: String, sent: String) {
        recorder.notifier.status(status)
        #expect(recorder.lines == [["STATUS=\(sent)"]])
    }

    @Test("systemd drops messages of more than 4,096 bytes: a long status is cut between characters")
    func longStatus() {
        recorder.notifier.status(String(repeating: "ä", count: 4000))
        #expect(recorder.lines == [["STATUS=" + String(repeating: "ä", count: 512)]])
    }

    @Test("without a service manager nothing is sent")
    func unsupervised() {
        let sent = Failures()
        let notifier = ServiceNotifier(
            isSupervised: false,
            deliver: { _ in sent.append(SupervisionError(.notification, context: "sent")) })
        notifier.ready()
        #expect(sent.all.isEmpty && !notifier.isSupervised)
    }

    @Test("a message that cannot be sent is reported, and the daemon goes on")
    func failure() {
        let failures = Failures()
        let notifier = ServiceNotifier(
            isSupervised: true,
            deliver: { _ throws(SupervisionError) in throw SupervisionError(.notification, context: "gone") },
            onFailure: { failures.append($0) })
        notifier.ready()
        #expect(failures.all == [SupervisionError(.notification, context: "gone")])
    }
}

final class Failures: Sendable {
    private let errors = Mutex<[SupervisionError]>([])
    func append(_ error: SupervisionError) { errors.withLock { $0.append(error) } }
    var all: [SupervisionError] { errors.withLock { $0 } }
}
