// The module `echo`: its name and its keys.

import Configuration
import HandlerKit

extension ModuleDescriptor {
    /// Shows what a client sent.
    public static let echo = ModuleDescriptor(
        name: "echo", summary: "Shows a form, and whatever was submitted; answers as httpbin does below it.",
        keys: [AnyKey(EchoModule.formBytes), AnyKey(EchoModule.endpoints)]
    ) { (section, context) throws(ConfigurationFailure) in
        let formBytes = section[EchoModule.formBytes]
        let endpoints = Endpoints(context: context, formBytes: formBytes)
        return EchoHandler(
            formBytes: formBytes, endpoints: section[EchoModule.endpoints] ? endpoints : nil)
    }
}

enum EchoModule {
    static let formBytes = Key(
        "form_bytes", .byteCount(in: 1...16_777_216), default: "1M",
        "The most bytes of a form that are kept: all of it but the contents of files. Of JSON, and below the address, of all that is sent."
    )
    static let endpoints = Key(
        "endpoints", .yesNo, default: "yes",
        "Whether there are httpbin's endpoints below the address: get, status/CODE, delay/SECONDS and so on.")
}
