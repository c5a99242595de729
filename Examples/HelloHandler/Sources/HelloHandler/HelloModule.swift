// What the configuration may say of the module `hello`.

import Configuration
import HandlerKit

private let greeting = Key("greeting", .string, default: "Hello", "The word before the name.")

extension ModuleDescriptor {
    /// The module `hello`.
    public static let hello = ModuleDescriptor(
        name: "hello", summary: "Greets whoever asks.", keys: [AnyKey(greeting)]
    ) { section, _ in HelloHandler(greeting: section[greeting]) }
}
