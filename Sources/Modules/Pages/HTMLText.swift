// How text becomes HTML on every page: each byte that HTML reads is replaced, whatever stands next to it.

import Mustache

/// Escapes for element content and for quoted attribute values.
///
/// Mustache's own escaping compares `Character`s, and a quote that a combining mark follows is another
/// character than a quote: it would end an attribute unescaped. This one looks at Unicode scalars.
struct HTMLText: MustacheContentType {
    static let name = "PORTICO"

    func escapeText(_ text: String) -> String {
        guard !text.utf8.allSatisfy(Self.isPlain) else { return text }
        var output = ""
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "&": output += "&amp;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "\n", "\t", "\r": output.unicodeScalars.append(scalar)
            default: output.unicodeScalars.append(scalar.visible)
            }
        }
        return output
    }
}

extension HTMLText {
    /// Whether a byte is a printable character of ASCII that stays as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            false
        default: byte >= 0x20 && byte < 0x7F
        }
    }
}

/// Text from a client or a folder as one line for a terminal: no control character takes effect.
func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 != $0.visible }) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map(\.visible)))
}

extension Unicode.Scalar {
    /// The scalar, or its picture if it controls a terminal or turns the direction of what follows.
    fileprivate var visible: Unicode.Scalar {
        switch value {
        case 0x00...0x1F: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: self
        }
    }
}
