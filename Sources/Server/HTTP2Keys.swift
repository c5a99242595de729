// The table of [http2].

import Configuration
import HTTPWire

/// The keys of the `[http2]` section.
package enum HTTP2Keys {
    package static let enabled = Key<Bool>(
        "enabled", .yesNo, default: "yes", "Whether HTTP/2 is offered to clients that speak TLS (ALPN h2).")
    package static let plain = Key<Bool>(
        "plain", .yesNo, default: "no",
        "Whether listen_plain takes HTTP/2 from clients that know of it beforehand (RFC 9113, section 3.3).")
    package static let streams = Key<Int>(
        "streams", .integer, default: "128", bounds: 1...65_535,
        "Requests of one connection at one time; more are refused.")
    package static let window = Key<Int>(
        "window", .byteCount, default: "64K", bounds: 1...16 << 20,
        "Bytes of a request's body that are kept for a handler that has not read them yet.")
    package static let continuations = Key<Int>(
        "continuations", .integer, default: "8", bounds: 1...1_000,
        "CONTINUATION frames of one head; a client that sends more is cut off.")
    package static let resets = rate(
        "resets", "500", "Requests that a client may cancel in a minute, or break so that they have to be.")
    package static let settings = rate(
        "settings", "60", "SETTINGS frames that a client may send in a minute.")
    package static let pings = rate("pings", "600", "PING frames that a client may send in a minute.")
    package static let emptyFrames = rate(
        "empty_frames", "600", "DATA frames with nothing in them that a client may send in a minute.")
    package static let otherFrames = rate(
        "other_frames", "6000",
        "Frames without use that a client may send in a minute: priorities, unknown types, windows opened needlessly."
    )

    private static func rate(_ name: String, _ text: String, _ summary: String) -> Key<Int> {
        Key(name, .integer, default: text, bounds: 1...1_000_000, summary)
    }

    /// The section with all its keys.
    package static let schema = SectionSchema(
        "http2", "HTTP/2, and what one connection of it may ask for.",
        keys: [
            AnyKey(enabled), AnyKey(plain), AnyKey(streams), AnyKey(window), AnyKey(continuations),
            AnyKey(resets),
            AnyKey(settings), AnyKey(pings), AnyKey(emptyFrames), AnyKey(otherFrames),
        ])
}

extension HTTP2Limits {
    /// The limits that a section says.
    init(_ section: Section) {
        self.init()
        streams = section[HTTP2Keys.streams]
        window = section[HTTP2Keys.window]
        continuations = section[HTTP2Keys.continuations]
        resets = section[HTTP2Keys.resets]
        settings = section[HTTP2Keys.settings]
        pings = section[HTTP2Keys.pings]
        emptyFrames = section[HTTP2Keys.emptyFrames]
        otherFrames = section[HTTP2Keys.otherFrames]
    }
}
