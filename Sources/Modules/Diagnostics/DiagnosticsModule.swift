// The module `diagnostics`: it has no keys.

import Configuration
import HandlerKit

extension ModuleDescriptor {
    /// Shows what the server knows of a request, of its connection and of itself.
    public static let diagnostics = ModuleDescriptor(
        name: "diagnostics", summary: "Shows what the server knows of the request, its connection and itself."
    ) { (_, context) throws(ConfigurationFailure) in
        DiagnosticsHandler(server: context.server, now: context.now)
    }
}
