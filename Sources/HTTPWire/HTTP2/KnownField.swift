// Owns a field as HPACK gave it (RFC 7541), and what was made of it. Strings that come again out of HPACK's tables are
// the same objects, so that comparing two is mostly comparing two pointers.
import CNghttp2
import HTTPCore

/// The strings of a field that are held elsewhere, only to be compared by their places.
@safe
struct KnownStrings {
    let name: OpaquePointer
    let value: OpaquePointer
    /// Bytes of both.
    let size: Int

    func areSame(_ name: OpaquePointer, _ value: OpaquePointer) -> Bool {
        unsafe self.value == value && self.name == name
    }
}

/// A field of the section before, to recognise it by.
@safe
final class KnownField {
    /// What it says.
    let field: HTTP2Field
    // nghttp2 counts the references to its strings; two of them are held here.
    private let name: OpaquePointer
    private let value: OpaquePointer
    private let nameBytes: nghttp2_vec
    private let valueBytes: nghttp2_vec

    init(_ name: OpaquePointer, _ value: OpaquePointer) throws(HTTP2FieldProblem) {
        unsafe (nameBytes, valueBytes) = (nghttp2_rcbuf_get_buf(name), nghttp2_rcbuf_get_buf(value))
        field = unsafe try HTTP2Field(
            Span(_unsafeStart: nameBytes.base, count: nameBytes.len),
            Span(_unsafeStart: valueBytes.base, count: valueBytes.len))
        unsafe (self.name, self.value) = (name, value)
        unsafe nghttp2_rcbuf_incref(name)
        unsafe nghttp2_rcbuf_incref(value)
    }

    deinit {
        unsafe nghttp2_rcbuf_decref(name)
        unsafe nghttp2_rcbuf_decref(value)
    }

    /// Bytes of name and value.
    var size: Int { unsafe nameBytes.len + valueBytes.len }

    /// What is held of nghttp2's.
    var strings: KnownStrings { unsafe KnownStrings(name: name, value: value, size: size) }

    /// Whether it says the same as these.
    @inline(__always)
    func isSame(_ name: OpaquePointer, _ value: OpaquePointer) -> Bool {
        unsafe (self.value == value || Self.areEqual(valueBytes, nghttp2_rcbuf_get_buf(value)))
            && (self.name == name || Self.areEqual(nameBytes, nghttp2_rcbuf_get_buf(name)))
    }

    private static func areEqual(_ one: nghttp2_vec, _ two: nghttp2_vec) -> Bool {
        unsafe one.len == two.len
            && Span(_unsafeStart: one.base, count: one.len)
                .isEqual(Span(_unsafeStart: two.base, count: two.len))
    }
}
