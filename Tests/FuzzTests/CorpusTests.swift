// Tries what fuzzing holds against the library on the inputs in the tree: seeds, and what fuzzing found.
import FoundationEssentials
import FuzzProperties
import SystemPackage
import Testing

private let corpus = FilePath(#filePath).removingLastComponent().removingLastComponent().appending(
    "Fuzz/Corpus")

private func names(in folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
}

@Suite("The fuzz targets", .timeLimit(.minutes(2)))
struct CorpusTests {
    @Test("hold for every input in the tree, whole and cut off", arguments: FuzzTarget.all.map(\.name))
    func holds(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = corpus.appending(name)
        let inputs = try names(in: folder)
        #expect(inputs.count >= 3)
        for input in inputs {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.appending(input).string)))
            for count in Set([0, bytes.count / 3, bytes.count / 2, max(bytes.count - 1, 0), bytes.count]) {
                #expect(throws: Never.self, "\(name)/\(input), \(count) bytes") {
                    try target.check(Array(bytes[..<count]))
                }
            }
        }
    }

    @Test("are those that have inputs")
    func complete() throws {
        let folders = try names(in: corpus)
        #expect(folders == FuzzTarget.all.map(\.name).sorted())
    }
}
