// Files that hold another's content in a content coding: style.css.br beside style.css. One that is older is stale.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

/// A file beside another that holds the same content, compressed when the site was made.
struct EncodedNeighbour: Sendable {
    /// A content coding and the suffix by which its files are known.
    struct Coding: Sendable, Equatable {
        /// The name in `Content-Encoding`.
        let name: String
        let suffix: [UInt8]
    }

    /// The server's favourite first.
    static let codings = [
        Coding(name: "br", suffix: Array(".br".utf8)), Coding(name: "zstd", suffix: Array(".zst".utf8)),
        Coding(name: "gzip", suffix: Array(".gz".utf8)),
    ]

    let coding: Coding
    /// The path below the root.
    let path: [UInt8]
    let status: FileStatus

    /// Whether a file may have neighbours: it is none itself.
    static func areLookedFor(beside path: [UInt8]) -> Bool {
        !codings.contains { path.suffix($0.suffix.count).elementsEqual($0.suffix) }
    }
}

extension FileHandler {
    /// The neighbours of a file that are no older than it is.
    func neighbours(of file: OpenFile, at path: [UInt8]) async throws -> [EncodedNeighbour] {
        guard settings.isPrecompressed, !isInjected(file, at: path),
            EncodedNeighbour.areLookedFor(beside: path)
        else { return [] }
        if let found = lookForNeighbours(of: file.status, at: path, mayBlock: false) { return found }
        return try await blocking.run { [self] in
            lookForNeighbours(of: file.status, at: path, mayBlock: true) ?? []
        }
    }

    /// - Returns: nil if the answer is not in memory.
    private func lookForNeighbours(
        of file: FileStatus, at path: [UInt8], mayBlock: Bool
    ) -> [EncodedNeighbour]? {
        var found: [EncodedNeighbour] = []
        for coding in EncodedNeighbour.codings {
            let place = path + coding.suffix
            do throws(FileFailure) {
                let status = try root.status(of: place.span, links: settings.links, mayBlock: mayBlock)
                guard status.kind == .regular, !status.isModified(before: file) else { continue }
                found.append(EncodedNeighbour(coding: coding, path: place, status: status))
            } catch {
                // One that can't be looked at is not served; the file itself is.
                if error.code == .wouldBlock { return nil }
            }
        }
        return found
    }

    /// The neighbour that a request likes best; nil if it likes the file itself as much.
    func preferred(of neighbours: [EncodedNeighbour], for request: Request) throws -> EncodedNeighbour? {
        guard !neighbours.isEmpty, request.fields.contains(.acceptEncoding),
            try request.target.query.flatMap(FileRepresentation.prefix) == nil
        else { return nil }
        let name = AcceptEncoding(request.fields).preferred(of: neighbours.map(\.coding.name))
        return neighbours.first { $0.coding.name == name }
    }
}

extension FileStatus {
    /// Whether its content is from before another's.
    fileprivate func isModified(before other: FileStatus) -> Bool {
        (modificationTime, modificationNanoseconds) < (other.modificationTime, other.modificationNanoseconds)
    }
}
