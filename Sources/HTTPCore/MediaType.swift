// Owns media types (RFC 9110 §8.3.1): type and subtype in lower case, parameters in order.

/// A media type such as `text/html; charset=utf-8`.
public struct MediaType: Sendable, Hashable {
    /// A parameter: its name in lower case, its value without quotes.
    public struct Parameter: Sendable, Hashable {
        /// The name, in lower case.
        public let name: String
        /// The value, unquoted.
        public let value: String

        /// Makes a parameter.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The type, in lower case; `*` in a range.
    public let type: String
    /// The subtype, in lower case; `*` in a range.
    public let subtype: String
    /// The parameters, in order.
    public let parameters: [Parameter]

    /// Makes a media type of parts that are tokens in lower case.
    public init(type: String, subtype: String, parameters: [Parameter] = []) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// Parses a media type or a range of them; nil if it is not one.
    public init?(_ text: String) { self.init(text[...]) }

    /// Parses a media type or a range of them; nil if it is not one.
    public init?(_ text: Substring) {
        let parts = FieldSyntax.split(text, at: UInt8(ascii: ";"))
        guard let essence = parts.first, let slash = essence.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        guard let type = FieldSyntax.token(essence[..<slash]),
            let subtype = FieldSyntax.token(essence[essence.utf8.index(after: slash)...]),
            type != "*" || subtype == "*"
        else { return nil }
        var parameters: [Parameter] = []
        for part in parts.dropFirst() {
            guard let parameter = Parameter(part) else { return nil }
            parameters.append(parameter)
        }
        self.init(type: type, subtype: subtype, parameters: parameters)
    }

    /// The type and subtype without parameters, such as `text/html`.
    public var essence: String { "\(type)/\(subtype)" }

    /// The value of the parameter called `name` (in lower case), nil if there is none.
    public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
}

extension MediaType.Parameter {
    /// Parses `name=value` or `name="value"`.
    init?(_ text: Substring) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let rest = text[text.utf8.index(after: equals)...]
        guard let name = FieldSyntax.token(text[..<equals]), let value = Self.unquoted(rest) else {
            return nil
        }
        self.init(name: name, value: value)
    }

    /// The token or the content of the quoted string (RFC 9110 §5.6.4).
    private static func unquoted(_ text: Substring) -> String? {
        guard text.utf8.first == UInt8(ascii: "\"") else {
            let token = String(text)
            return FieldSyntax.isToken(token) ? token : nil
        }
        guard text.utf8.count >= 2, text.utf8.last == UInt8(ascii: "\"") else { return nil }
        var output = ""
        var escaped = false
        for scalar in text.unicodeScalars.dropFirst().dropLast() {
            if !escaped, scalar == "\\" {
                escaped = true
            } else {
                guard escaped || scalar != "\"" else { return nil }
                output.unicodeScalars.append(scalar)
                escaped = false
            }
        }
        return escaped ? nil : output
    }
}

extension MediaType: CustomStringConvertible {
    /// The type as it stands in a field; parameter values that are no tokens are quoted.
    public var description: String {
        parameters.reduce(essence) { text, parameter in
            guard !FieldSyntax.isToken(parameter.value) else {
                return "\(text); \(parameter.name)=\(parameter.value)"
            }
            var quoted = ""
            for scalar in parameter.value.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
                quoted.unicodeScalars.append(scalar)
            }
            return "\(text); \(parameter.name)=\"\(quoted)\""
        }
    }
}
