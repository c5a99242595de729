// What is in a folder, as far as it is served, and the answer that shows it: whole, or in parts if there is much.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

/// A listing of one folder, as one client asks for it. Reading and rendering block.
struct FolderListing: Sendable {
    let folder: OpenFile
    let path: RequestedPath
    let root: RootDirectory
    let settings: FileSettings
    let page: FolderPage
    let form: Representation

    /// How many entries are sent at once.
    static let chunk = 512

    /// A listing that is made before it is sent.
    struct Whole: Sendable {
        let bytes: [UInt8]
        let tag: EntityTag
    }

    /// What listings have in common that are alike at any moment.
    struct Key: Hashable {
        let folder: FileStatus
        let path: [UInt8]
        let mount: String
        let order: DirectoryOrder
        let form: Representation
    }

    /// The whole listing; nil if it is too large.
    func wholeBlocking() throws -> Whole? {
        guard var entries = try folder.entriesBlocking(upTo: settings.wholeListing) else { return nil }
        entries.removeAll { !isServed($0) }
        entries = page.order.sorted(entries)
        var totals = FolderTotals()
        totals.add(entries)
        var listing = page.beginning(form)
        try page.append(entries, form, isFirst: true, to: &listing)
        listing += page.end(form, totals)
        return Whole(bytes: listing, tag: EntityTag(contentOf: listing))
    }

    /// The listing in parts, in a memory that doesn't grow with the folder.
    func send(to writer: BodyWriter, _ blocking: BlockingPool) async throws {
        // First of all, so that the client sees something while the folder is read.
        try await writer.write(page.beginning(form))
        var totals = FolderTotals()
        var place: DirectoryOrder.Place?
        repeat {
            let last = place
            let batch = try await blocking.run {
                try folder.entriesBlocking(in: page.order, after: last, most: settings.listingBatch)
            }
            place = batch.next
            try await send(batch.entries, to: writer, &totals, blocking)
        } while place != nil
        try await writer.write(page.end(form, totals))
    }

    private func send(
        _ batch: [DirectoryEntry], to writer: BodyWriter, _ totals: inout FolderTotals,
        _ blocking: BlockingPool
    ) async throws {
        for start in stride(from: 0, to: batch.count, by: Self.chunk) {
            let isFirst = totals.isEmpty
            let (bytes, entries) = try await blocking.run {
                let entries = batch[start..<min(start + Self.chunk, batch.count)].filter(isServed)
                var rows: [UInt8] = []
                try page.append(entries, form, isFirst: isFirst, to: &rows)
                return (rows, entries)
            }
            totals.add(entries)
            try await writer.write(bytes)
        }
    }

    private func isServed(_ entry: DirectoryEntry) -> Bool {
        entry.isServed(in: path.relative, of: root, settings)
    }
}

extension DirectoryEntry {
    /// Whether a request for an entry of a folder would be answered with more than a 404. What a link outside points
    /// at must not show, not even its size: it is looked up as a request for it would be.
    func isServed(in folder: [UInt8], of root: RootDirectory, _ settings: FileSettings) -> Bool {
        if !settings.showsHidden, name.first == UInt8(ascii: "."), !isWellKnown(in: folder) { return false }
        guard status.kind == .regular || status.kind == .directory else { return false }
        guard isLink else { return true }
        let path = folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
        do throws(FileFailure) {
            return try root.status(of: path.span, links: settings.links, mayBlock: true) == status
        } catch {
            // Outside, dangling or gone: each is a 404, so none is listed.
            return false
        }
    }

    private func isWellKnown(in folder: [UInt8]) -> Bool {
        folder.isEmpty && name.elementsEqual(".well-known".utf8)
    }
}

extension FileHandler {
    /// Lists a folder in the form and the order that the request asks for.
    func list(_ folder: OpenFile, at path: RequestedPath, for request: Request) async throws -> Response {
        let form = ContentNegotiation.representation(for: request.fields)
        let listing = FolderListing(
            folder: folder, path: path, root: root, settings: settings,
            page: FolderPage(
                path: path, mount: request.mount, order: DirectoryOrder(request.target),
                hasArchives: settings.hasArchives),
            form: form)
        let key = FolderListing.Key(
            folder: folder.status, path: path.full, mount: request.mount, order: listing.page.order,
            form: form)
        let whole = try await listings.value(for: key) {
            try await blocking.run { try listing.wholeBlocking() }
        }
        var response = Response.page(whole?.bytes ?? [], as: form)
        response.fields[.cacheControl] = settings.cacheControl.fallback
        guard let whole else {
            response.body = .stream(length: nil) { [blocking] writer in
                try await listing.send(to: writer, blocking)
                return nil
            }
            return response
        }
        return try response.tagged(whole.tag, for: request)
    }
}

extension DirectoryOrder {
    /// What a query asks for by `sort=name|size|time` and `order=asc|desc`; anything else is for the default.
    fileprivate init(_ target: RequestTarget) {
        let items: QueryItems?
        do throws(HTTPSyntaxError) {
            items = try target.queryItems
        } catch {
            // More fields than anyone needs: none of them is looked at.
            items = nil
        }
        self.init(
            items?["sort"].flatMap(Value.init(rawValue:)) ?? .name, isDescending: items?["order"] == "desc")
    }
}
