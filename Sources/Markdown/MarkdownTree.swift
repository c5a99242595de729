// A parsed text: owns cmark's tree and takes the references apart in it.

import CCmark
import Glibc

/// The tree of a text.
@safe
struct MarkdownTree: ~Copyable {
    private let parser: OpaquePointer
    private let root: OpaquePointer

    /// Parses a text; whatever it is, it is Markdown.
    init(_ text: String) {
        Self.registered
        guard let parser = unsafe cmark_parser_new(CMARK_OPT_DEFAULT) else { fatalError("no memory") }
        for name in Self.extensions + (Self.isFitForTables(text) ? ["table"] : []) {
            guard let syntax = unsafe cmark_find_syntax_extension(name) else {
                preconditionFailure("cmark-gfm has no extension \(name)")
            }
            _ = unsafe cmark_parser_attach_syntax_extension(parser, syntax)
        }
        var text = text
        text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe cmark_parser_feed(parser, bytes.baseAddress, bytes.count)
            }
        }
        guard let root = unsafe cmark_parser_finish(parser) else { fatalError("no memory") }
        unsafe cmark_consolidate_text_nodes(root)
        unsafe (self.parser, self.root) = (parser, root)
    }

    deinit {
        unsafe cmark_node_free(root)
        unsafe cmark_parser_free(parser)
    }

    private static let extensions = ["tasklist", "strikethrough", "autolink"]
    private static let mostCells = 200_000

    /// Whether tables in a text can't get out of hand: the rows of one are filled up to the columns of its first, so a
    /// few kilobytes would make millions of cells (CVE-2023-37463 and its kin).
    private static func isFitForTables(_ text: String) -> Bool {
        var (lines, columns, most) = (1, 1, 1)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\n") {
                (lines, columns) = (lines + 1, 1)
            } else if byte == UInt8(ascii: "|") {
                columns += 1
                most = max(most, columns)
            }
        }
        return lines * most <= mostCells
    }

    private static let registered: Void = cmark_gfm_core_extensions_ensure_registered()

    /// The tree as HTML, the references as links.
    consuming func html(reference target: (String) -> Markdown.Target?) -> String {
        let nodes = unsafe texts()
        for index in unsafe nodes.indices { unsafe Self.replaceReferences(in: nodes[index], target) }
        let extensions = unsafe cmark_parser_get_syntax_extensions(parser)
        guard let html = unsafe cmark_render_html(root, CMARK_OPT_DEFAULT, extensions) else {
            fatalError("no memory")
        }
        defer { unsafe free(html) }
        return unsafe String(cString: html)
    }

    /// The nodes of text that stand in no link.
    private func texts() -> [OpaquePointer] {
        guard let walk = unsafe cmark_iter_new(root) else { fatalError("no memory") }
        defer { unsafe cmark_iter_free(walk) }
        var texts: [OpaquePointer] = unsafe []
        var links = 0
        while true {
            let event = unsafe cmark_iter_next(walk)
            guard event != CMARK_EVENT_DONE, let node = unsafe cmark_iter_get_node(walk) else {
                return unsafe texts
            }
            switch unsafe cmark_node_get_type(node) {
            case CMARK_NODE_LINK: links += event == CMARK_EVENT_ENTER ? 1 : -1
            case CMARK_NODE_TEXT where links == 0: unsafe texts.append(node)
            default: break
            }
        }
    }

    /// Puts the pieces of a text in its place, if there is a reference among them.
    private static func replaceReferences(in node: OpaquePointer, _ target: (String) -> Markdown.Target?) {
        guard let literal = unsafe cmark_node_get_literal(node) else { return }
        let pieces = unsafe ReferencePiece.split(String(cString: literal), target)
        guard pieces.count > 1 || pieces.first?.target != nil else { return }
        for piece in pieces {
            let text = unsafe made(CMARK_NODE_TEXT)
            _ = unsafe cmark_node_set_literal(text, piece.text)
            guard let target = piece.target else {
                _ = unsafe cmark_node_insert_before(node, text)
                continue
            }
            let link = unsafe made(CMARK_NODE_LINK)
            _ = unsafe cmark_node_set_url(link, target.address)
            // In a table's cell a link may stand, and what has a class may not, so it stands in the link.
            _ = unsafe cmark_node_insert_before(node, link)
            _ = unsafe cmark_node_append_child(link, classed(text, target.styleClass))
        }
        unsafe cmark_node_free(node)
    }

    /// A node in an element with a class, which the renderer copies as it is, in safe mode too.
    private static func classed(_ node: OpaquePointer, _ styleClass: String?) -> OpaquePointer {
        guard let styleClass else { return unsafe node }
        let custom = unsafe made(CMARK_NODE_CUSTOM_INLINE)
        _ = unsafe cmark_node_set_on_enter(custom, "<span class=\"\(styleClass)\">")
        _ = unsafe cmark_node_set_on_exit(custom, "</span>")
        _ = unsafe cmark_node_append_child(custom, node)
        return unsafe custom
    }

    private static func made(_ type: cmark_node_type) -> OpaquePointer {
        guard let node = unsafe cmark_node_new(type) else { fatalError("no memory") }
        return unsafe node
    }
}
