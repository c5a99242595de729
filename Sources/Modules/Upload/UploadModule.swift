// The module `upload`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Takes files into a folder.
    public static let upload = ModuleDescriptor(
        name: "upload", summary: "Takes files into a folder: by PUT or POST to a name, or from a form.",
        keys: [
            AnyKey(UploadModule.root), AnyKey(UploadModule.exists), AnyKey(UploadModule.location),
            AnyKey(UploadModule.resumeWithin),
        ]
    ) { (section, context) throws(ConfigurationFailure) in
        let folder = UploadFolder(
            root: try section.openFolder(UploadModule.root), taken: section[UploadModule.exists],
            partSeconds: section[UploadModule.resumeWithin].components.seconds, now: context.now)
        return UploadHandler(
            folder: folder, mount: context.linkPrefix, location: section.optional(UploadModule.location),
            blocking: context.blocking, logger: context.logger)
    }
}

enum UploadModule {
    static let root = Key("root", .path, "The folder that files come into; the server may write to it.")
    static let exists = Key<TakenName>(
        "exists", .choice(), default: "replace",
        "What becomes of a file whose name is taken: it is refused, replaces the other, or gets a number.")
    static let location = Key.optional(
        "location", .address,
        "Where the files can be read, for links to them: the path of a files handler with the same root.")
    static let resumeWithin = Key(
        "resume_within", .duration(in: .seconds(60)...(.seconds(31_536_000))), default: "1d",
        "How long the part of a file is kept that came before a resumable upload was cut.")
}

/// What becomes of a file whose name another has.
enum TakenName: String, CaseIterable, Sendable {
    case refuse, replace, rename
}
