// The name of an uploaded file: one name in one folder, whatever the client says.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A name that a file may be uploaded as.
struct UploadName: Sendable, Hashable {
    /// The name; UTF-8, no folder in it, no dot in front, no control character, 255 bytes at the most.
    let text: String

    var bytes: [UInt8] { Array(text.utf8) }

    /// - Throws: A 400 that says what is wrong with the name.
    init(_ text: String) throws(HandlerFailure) {
        let reason: String? =
            switch text {
            case "": "The file needs a name."
            // Backslashes are those of clients that name their own folders.
            case _ where text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }:
                "A file's name has no folders in it."
            case _ where text.utf8.first == UInt8(ascii: "."): "A file's name does not begin with a dot."
            case _ where text.unicodeScalars.contains { $0.properties.generalCategory == .control }:
                "A file's name has no control characters in it."
            case _ where text.utf8.count > Self.mostBytes: "A file's name has 255 bytes at the most."
            default: nil
            }
        if let reason { throw HandlerFailure(.badRequest, reason) }
        self.text = text
    }

    /// The name that a request's path has below its handler.
    init(_ request: Request) throws(HandlerFailure) {
        guard request.target.isPathUTF8 else {
            throw HandlerFailure(.badRequest, "A file's name is UTF-8.")
        }
        try self.init(String(request.subpath.dropFirst()))
    }

    /// By the bytes, as the file system has it: two spellings of one character are two names.
    static func == (one: UploadName, other: UploadName) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    private init(unchecked text: String) { self.text = text }

    /// The name with a number before its suffix: `photo-1.jpg`, `archive-1.tar.gz`.
    func numbered(_ number: Int) -> UploadName {
        let dot = text.dropFirst().firstIndex(of: ".") ?? text.endIndex
        var (stem, end) = (text[..<dot], "-\(number)\(text[dot...])")
        // A suffix that fills the name is none.
        if end.utf8.count > Self.mostBytes / 2 { (stem, end) = (text[...], "-\(number)") }
        while stem.utf8.count + end.utf8.count > Self.mostBytes { stem.removeLast() }
        return UploadName(unchecked: stem + end)
    }

    private static let mostBytes = 255
}
