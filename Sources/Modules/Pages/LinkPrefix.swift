// What the links of a handler's pages begin with.

import HTTPCore
import HandlerKit

extension ModuleContext {
    /// The path of the handler, encoded, for a slash and more to follow: empty for `/`.
    var linkPrefix: String { mount.utf8.count > 1 ? PercentEncoding.encode(path: mount.utf8) : "" }
}
