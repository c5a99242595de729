import Supervision
import SystemPackage
import Testing

@Suite struct EventKindTests {
    @Test(
        "each kind has an identifier of its own: 128 bits in lower-case hexadecimal",
        arguments: EventKind.allCases)
    func identifier(kind: EventKind) {
        #expect(kind.messageID.utf8.count == 32)
        #expect(kind.messageID.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(EventKind.allCases.filter { $0.messageID == kind.messageID } == [kind])
    }

    @Test("sd-daemon catalog: the installed catalog has one entry for each kind, and no other")
    func catalog() throws {
        let folder = FilePath(#filePath).removingLastComponent()
        let lines = try text(of: folder.appending("../../systemd/portico.catalog")).split(
            separator: "\n", omittingEmptySubsequences: false)
        let identifiers = lines.filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(identifiers == EventKind.allCases.map(\.messageID))
        let subjects = lines.filter { $0.hasPrefix("Subject: ") }
        #expect(subjects.count == identifiers.count && Set(subjects).count == subjects.count)
    }
}

private func text(of file: FilePath) throws -> String {
    let descriptor = try FileDescriptor.open(file, .readOnly)
    defer { closeAll(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
    try #require(count < bytes.count)
    return String(decoding: bytes[..<count], as: UTF8.self)
}
