// What goes wrong because the configuration says so: nobody's mistake, so it is no error in the log.

/// A fault that the configuration asks for.
package enum InjectedFault: Error {
    /// The connection is reset, or the stream of HTTP/2, in place of an answer.
    case reset
    /// The response ends before its end.
    case truncated
    /// Another status than the handler's.
    case status
}
