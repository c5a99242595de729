// Fields of answers as a section's lines give them.

import Configuration
import HTTPCore
import HTTPTypes

extension ValueType where Value == HTTPField {
    /// `NAME: VALUE`, for a field that the server doesn't make by itself.
    ///
    /// - Parameter others: What else can't be set, in lower case.
    static func field(except others: Set<String> = []) -> ValueType {
        ValueType(name: "NAME: VALUE", format: { "\($0.name.rawName): \($0.value)" }) {
            (text, _) throws(ValueProblem) in
            guard let (name, value) = text.divided(at: ":"), let name = HTTPField.Name(String(name)) else {
                throw ValueProblem("'\(text)' is not of the form NAME: VALUE")
            }
            guard !servers.contains(name.canonicalName), !others.contains(name.canonicalName) else {
                throw ValueProblem("the server makes \(name.rawName) by itself")
            }
            guard FieldSyntax.isValue(value) else {
                throw ValueProblem("the value of \(name.rawName) has a control character")
            }
            return HTTPField(name: name, value: value)
        }
    }

    private static var servers: Set<String> {
        ["connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "upgrade"]
    }
}

extension String {
    /// What stands before the first separator, and what stands behind it without the blanks that begin it; nil if there
    /// is none.
    func divided(at separator: Character) -> (name: Substring, value: String)? {
        firstIndex(of: separator).map { index in
            (self[..<index], String(self[self.index(after: index)...].drop { $0 == " " || $0 == "\t" }))
        }
    }
}
