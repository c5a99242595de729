// What an Authorization field says in the scheme Digest (RFC 7616).

/// The parameters of an answer to a challenge.
public struct DigestCredentials: Sendable {
    private let parameters: [String: String]

    /// Reads the value of an Authorization field.
    ///
    /// - Returns: nil for another scheme, for what is no list of parameters, and for one that stands twice
    ///   (RFC 9110 §11.2).
    public init?(authorization value: String) {
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "digest" else { return nil }
        var parameters: [String: String] = [:]
        for part in FieldSyntax.list(String(words[1])) {
            guard let parameter = MediaType.Parameter(part),
                parameters.updateValue(parameter.value, forKey: parameter.name) == nil
            else { return nil }
        }
        self.parameters = parameters
    }

    /// The value of a parameter, unquoted; its name is in lower case.
    public subscript(_ name: String) -> String? { parameters[name] }
}
