// The whole daemon with one module more, which does what no shipped one does: for the integration tests only.

import Daemon

Daemon.main(modules: Daemon.shippedModules + [.probe])
