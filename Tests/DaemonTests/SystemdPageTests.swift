// docs/systemd.md names identifiers that people search the journal for.

import Supervision
import SystemPackage
import Testing

@Suite("docs/systemd.md")
struct SystemdPageTests {
    @Test("It has a row for every kind of event, with its MESSAGE_ID", arguments: EventKind.allCases)
    func events(_ kind: EventKind) throws {
        let rows = try readText(checkout.appending("docs/systemd.md")).split(separator: "\n")
        let row = rows.filter { $0.hasPrefix("| `\(kind.rawValue)` |") }
        #expect(row.count == 1 && row.allSatisfy { $0.hasSuffix("| `\(kind.messageID)` |") })
    }
}
