// Which methods are taken where a handler is: its own, and those that follow from them.

import HTTPTypes

/// The methods that a handler serves, as the server understands them.
package struct ServedMethods: Sendable {
    private let methods: [HTTPRequest.Method]
    /// The value of an `Allow` field: the methods, HEAD behind GET, OPTIONS at the end.
    package let allow: String

    /// - Parameter methods: What ``Handler/methods`` says.
    package init(_ methods: [HTTPRequest.Method]) {
        self.methods = methods
        var allowed = methods
        if let get = methods.firstIndex(of: .get), !methods.contains(.head) {
            allowed.insert(.head, at: get + 1)
        }
        if !methods.contains(.options) { allowed.append(.options) }
        allow = allowed.map(\.rawValue).joined(separator: ", ")
    }

    /// Whether the handler takes the method; HEAD goes with GET.
    package func contains(_ method: HTTPRequest.Method) -> Bool {
        methods.contains(method) || (method == .head && methods.contains(.get))
    }
}
