// Owns the value of Expect (RFC 9110 §10.1.1), whatever the HTTP version.
import HTTPCore

/// What a client expects before it sends content.
enum Expectation {
    /// Whether a value, which is a list, asks for `100 Continue`.
    /// - Throws: `unknownExpectation` for any other member.
    static func asksToContinue(_ value: String) throws(RequestFailure) -> Bool {
        let expectations = FieldSyntax.list(value)
        for expectation in expectations {
            guard FieldSyntax.equalIgnoringCase(expectation, "100-continue") else {
                throw RequestFailure(.unknownExpectation)
            }
        }
        return !expectations.isEmpty
    }
}
