/// How much of a request's head the server takes.
package struct HTTPLimits: Sendable, Hashable {
    /// Bytes of the whole head, request line included; past it 431. Also bounds a body's trailer section.
    package var headerBytes: Int
    /// Fields in a head or a trailer section; past it 431.
    package var fieldCount: Int
    /// Bytes of the request line without its CRLF; past it 414.
    package var requestLineBytes: Int

    /// Makes limits; by default 64 KiB, 100 fields and 8 KiB.
    package init(headerBytes: Int = 64 << 10, fieldCount: Int = 100, requestLineBytes: Int = 8 << 10) {
        self.headerBytes = headerBytes
        self.fieldCount = fieldCount
        self.requestLineBytes = requestLineBytes
    }
}
