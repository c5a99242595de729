// The module `echo`: its name and its key.

import Configuration
import HandlerKit

extension ModuleDescriptor {
    /// Shows a form and what was submitted with it.
    public static let echo = ModuleDescriptor(
        name: "echo", summary: "Shows a form, and what was submitted with it.",
        keys: [AnyKey(EchoModule.formBytes)]
    ) { (section, _) throws(ConfigurationFailure) in
        EchoHandler(formBytes: section[EchoModule.formBytes])
    }
}

enum EchoModule {
    static let formBytes = Key(
        "form_bytes", .byteCount(in: 1...16_777_216), default: "1M",
        "The most bytes of a form that are kept: all of it but the contents of files.")
}
