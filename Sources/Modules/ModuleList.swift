// Every module that ships, named once; nothing registers itself.

import HandlerKit

/// The modules that the daemon offers, in the order in which `portico modules` lists them.
public let shippedModules: [ModuleDescriptor] = [
    .echo, .files, .diagnostics, .respond, .redirect, .template, .time, .wiki, .upload,
]
