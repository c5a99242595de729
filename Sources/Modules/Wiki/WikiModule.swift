// The module `wiki`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Pages that link to each other, made and changed in the browser.
    public static let wiki = ModuleDescriptor(
        name: "wiki",
        summary: "Serves pages of Markdown that link to each other, and lets everybody edit them.",
        keys: [AnyKey(WikiModule.root), AnyKey(WikiModule.templates), AnyKey(WikiModule.pageBytes)]
    ) { (section, context) throws(ConfigurationFailure) in
        let store = PageStore(root: try section.openFolder(WikiModule.root))
        let site = try WikiSite(
            mount: context.linkPrefix, folder: section.optional(WikiModule.templates),
            at: section.location(of: WikiModule.templates))
        return WikiHandler(
            store: store, site: site, pageBytes: section[WikiModule.pageBytes], blocking: context.blocking,
            logger: context.logger)
    }
}

enum WikiModule {
    static let root = Key(
        "root", .path, "The folder of the pages, PAGE.md each; revisions are in its .history.")
    static let templates = Key.optional(
        "templates", .path,
        "A folder of NAME.mustache, style sheets and pictures in place of the built-in ones.")
    static let pageBytes = Key(
        "page_bytes", .byteCount(in: 1...1_048_576), default: "256K", "The most bytes of a page's text.")
}
