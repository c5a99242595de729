// All suites here run one test after another: their tests block, and their time limits begin when they do.

import Testing

/// The tests that start the program.
@Suite("Integration", .serialized)
enum Integration {}
