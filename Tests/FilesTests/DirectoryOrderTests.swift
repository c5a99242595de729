import Files
import HandlerTesting
import SystemPackage
import Testing

@Suite("The order of a folder's entries")
struct DirectoryOrderTests {
    private static let names = [
        "b", "a", "page", "page-1", "page-10", "page-2", "page-00000001x", "page-00000001", "page-00000001y",
        "pagf", "Page", "\u{e9}", "\u{1F600}", "~", "-", "page-00000001-and-more", "page-00000001-and-less",
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("all")
        // Some sizes more than once.
        for (index, name) in Self.names.enumerated() {
            try folder.write(String(repeating: "x", count: index % 3), to: "all/\(name)")
        }
    }

    private func opened(_ name: String) throws -> OpenFile { try OpenFile(folder.path.appending(name)) }

    private static let orders = [DirectoryOrder.Value.name, .size, .time].flatMap {
        [DirectoryOrder($0), DirectoryOrder($0, isDescending: true)]
    }

    @Test("Sorted by name, entries are in the order of their bytes, whatever their names begin with alike")
    func name() throws {
        for (index, names) in [Self.names, Self.names.map { "page-00000001" + $0 }, ["one"], []].enumerated()
        {
            try folder.makeFolder("\(index)")
            for name in names { try folder.write("", to: "\(index)/\(name)") }
            let entries = try opened("\(index)").entriesBlocking()
            let bytes = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            #expect(DirectoryOrder().sorted(entries).map(\.name) == bytes)
            let descending = DirectoryOrder(isDescending: true)
            #expect(descending.sorted(entries).map(\.name) == bytes.reversed())
        }
    }

    @Test("Folders come first in every order", arguments: orders)
    func folders(_ order: DirectoryOrder) throws {
        try folder.makeFolder("all/zzz")
        let sorted = order.sorted(try opened("all").entriesBlocking())
        #expect(sorted.first?.name == Array("zzz".utf8))
    }

    @Test("Entries that are read in parts are in the same order", arguments: orders)
    func parts(_ order: DirectoryOrder) throws {
        let all = try opened("all")
        var names: [[UInt8]] = []
        var place: DirectoryOrder.Place?
        repeat {
            let part = try all.entriesBlocking(in: order, after: place, most: 4)
            names += part.entries.map(\.name)
            place = part.next
        } while place != nil
        #expect(names == order.sorted(try all.entriesBlocking()).map(\.name))
    }
}
