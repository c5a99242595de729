// Markdown to HTML by cmark-gfm in its safe mode: raw HTML and dangerous links are left out. Nothing of C leaves here.

import CCmark

/// CommonMark with GitHub's tables, task lists, strike-through and bare links, and with references to pages:
/// `[[name]]` anywhere but in code and in the text of a link.
public enum Markdown {
    /// What the HTML of a reference begins and ends with; both stand in the page as they are.
    public struct Frame: Sendable {
        let start: String
        let end: String

        /// A frame of HTML.
        public init(start: String, end: String) {
            self.start = start
            self.end = end
        }
    }

    /// A text as HTML, which is safe to stand in a page whatever the text says.
    ///
    /// - Parameter frame: The frame for a reference's name; nil if the brackets are to stay as they are.
    public static func html(_ text: String, reference frame: (String) -> Frame?) -> String {
        MarkdownTree(text).html(reference: frame)
    }

    /// The names in double brackets, in their order, each as often as it stands there.
    public static func references(in text: String) -> [String] {
        var names: [String] = []
        _ = MarkdownTree(text).html { name in
            names.append(name)
            return nil
        }
        return names
    }
}
