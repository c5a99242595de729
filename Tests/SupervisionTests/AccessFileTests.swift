import HandlerTesting
import SystemPackage
import Testing

@testable import Supervision

@Suite("A file of the access log")
struct AccessFileTests {
    private func record(_ target: String) -> AccessRecord {
        AccessRecord(
            method: "GET", target: target, version: "HTTP/1.1", status: 200, bytes: 1,
            durationMicroseconds: 1,
            requestNumber: 1, remoteHost: "::1", remotePort: 1)
    }

    private func append(_ target: String, to file: AccessFile) -> LogEntry? {
        file.append(record(target), at: (0, 0))
        return file.flush()
    }

    private func targets(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.split(separator: " ").first { $0.hasPrefix("/") }.map(String.init) ?? ""
        }
    }

    @Test("Lines are appended; after reopen() they go into the file that has the name now")
    func reopens() throws {
        let folder = try TemporaryFolder()
        let file = try AccessFile(folder["log"], .common)
        #expect(append("/1", to: file) == nil)
        try folder.move("log", to: "log.1")
        #expect(append("/2", to: file) == nil)
        file.reopen()
        #expect(append("/3", to: file) == nil)
        #expect(try targets(folder.text(of: "log.1")) == ["/1", "/2"])
        #expect(try targets(folder.text(of: "log")) == ["/3"])
        #expect(try append("/4", to: AccessFile(folder["log"], .common)) == nil)
        #expect(try targets(folder.text(of: "log")) == ["/3", "/4"])
    }

    @Test("A file that can't be opened anew is told, and the old one goes on")
    func reopenFails() throws {
        let folder = try TemporaryFolder()
        let file = try AccessFile(folder["log"], .common)
        try folder.move("log", to: "log.1")
        try folder.makeFolder("log")
        file.reopen()
        #expect(append("/1", to: file)?.text.contains("The access log can't be written.") == true)
        #expect(try targets(folder.text(of: "log.1")) == ["/1"])
        #expect(file.lostRecords == 0)
    }

    @Test("A full disk is told once a minute, what is lost is counted, and nothing else happens")
    func fullDisk() throws {
        let file = try AccessFile(FilePath("/dev/full"), .json)
        let first = append("/1", to: file)
        #expect(first?.text.contains("No space left on device") == true)
        for _ in 1...4 { #expect(append("/2", to: file) == nil) }
        #expect(file.lostRecords == 5)
    }

    @Test("A FIFO whose reader takes nothing isn't waited for: what is lost is counted")
    func slowReader() throws {
        let folder = try TemporaryFolder()
        try folder.makeFIFO("log")
        let reader = try FileDescriptor.open(folder["log"], .readOnly, options: .nonBlocking)
        defer { #expect(throws: Never.self) { try reader.close() } }
        let file = try AccessFile(folder["log"], .common)
        let target = "/" + String(repeating: "a", count: 4_000)
        for _ in 1...20 { file.append(record(target), at: (0, 0)) }
        #expect(file.flush()?.text.contains("Resource temporarily unavailable") == true)
        #expect(file.lostRecords > 0 && file.lostRecords < 20)
    }

    @Test("A file in a folder that isn't there is an error, and check makes none")
    func opening() throws {
        let folder = try TemporaryFolder()
        #expect(throws: SupervisionError.self) { try AccessFile(folder["none/log"], .common) }
        #expect(throws: SupervisionError.self) { try AccessFile.check(folder["none/log"]) }
        try AccessFile.check(folder["log"])
        #expect(try folder.names(in: "") == [])
    }
}

extension LogEntry {
    /// The entry as a line without a prefix.
    fileprivate var text: String {
        var line: [UInt8] = []
        LineFormat(prefix: .none).append(self, to: &line)
        return String(decoding: line, as: UTF8.self)
    }
}
