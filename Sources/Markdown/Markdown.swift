// Markdown to HTML by cmark-gfm in its safe mode: raw HTML and dangerous links are left out. Nothing of C leaves here.

import Synchronization

/// CommonMark with GitHub's tables, task lists, strike-through and bare links, and with references to pages:
/// `[[name]]` anywhere but in code and in the text of a link.
public enum Markdown {
    /// Where a reference leads.
    public struct Target: Sendable {
        let address: String
        let styleClass: String?

        /// A target at an address.
        ///
        /// - Parameter styleClass: The class of the reference's text, which stands in the page as it is.
        public init(_ address: String, styleClass: String? = nil) {
            self.address = address
            self.styleClass = styleClass
        }
    }

    /// One text at a time: while cmark-gfm parses, what its extensions look for is in a table of the whole process, and
    /// another thread that has done takes it out.
    private static let parsing = Mutex(())

    /// A text as HTML, which is safe to stand in a page whatever the text says.
    ///
    /// - Parameter target: Where a reference's name leads; nil if the brackets are to stay as they are.
    public static func html(_ text: String, reference target: (String) -> Target?) -> String {
        parsing.withLock { _ in MarkdownTree(text).html(reference: target) }
    }

    /// The names in double brackets, in their order, each as often as it stands there.
    public static func references(in text: String) -> [String] {
        var names: [String] = []
        _ = html(text) { name in
            names.append(name)
            return nil
        }
        return names
    }
}
