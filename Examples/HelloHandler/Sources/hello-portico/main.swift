// Portico with one module more.

import Daemon
import HandlerKit
import HelloHandler

Daemon.main(modules: Daemon.shippedModules + [.hello])
