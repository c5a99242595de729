// Owns what one HTTP/2 connection may ask of the server, and the counting of frames that ask for work and carry
// nothing.

/// The bounds of an HTTP/2 connection; each protects against a way to make the server work or remember for nothing.
package struct HTTP2Limits: Sendable, Hashable {
    /// Streams that are open at one time (RFC 9113 §5.1.2); more are refused.
    package var streams = 128
    /// Bytes of content that a stream may send ahead of its reader (RFC 9113 §6.9.2).
    package var window = 64 << 10
    /// CONTINUATION frames of one field section (CVE-2024-27316).
    package var continuations = 8
    /// Streams a minute that are reset by the client, or by its fault (CVE-2023-44487, CVE-2025-8671).
    package var resets = 500
    /// SETTINGS frames a minute (CVE-2019-9515).
    package var settings = 60
    /// PING frames a minute (CVE-2019-9512).
    package var pings = 600
    /// DATA frames a minute that hold no content and end no stream (CVE-2019-9518).
    package var emptyFrames = 600
    /// Frames a minute that bring no request and no content and open no window that is in use: PRIORITY, unknown
    /// ones, what comes for streams that are closed.
    package var otherFrames = 6_000

    /// The defaults.
    package init() {}
}

/// Kinds of frames that are counted.
enum CountedFrame: Int, CaseIterable {
    case reset, settings, ping, empty, other

    /// What the log calls too many of them.
    var text: String {
        switch self {
        case .reset: "streams reset"
        case .settings: "SETTINGS frames"
        case .ping: "PING frames"
        case .empty: "empty DATA frames"
        case .other: "frames without use"
        }
    }
}

/// The counted frames of one connection in this minute.
struct FrameBudget {
    private static let minute: UInt64 = 60_000_000_000

    private let limits: HTTP2Limits
    private var counts = [Int](repeating: 0, count: CountedFrame.allCases.count)
    private var began: UInt64 = 0

    init(_ limits: HTTP2Limits) { self.limits = limits }

    /// Counts a frame at a moment in nanoseconds; false when it is one too many.
    mutating func spend(_ frame: CountedFrame, at now: UInt64) -> Bool {
        if now &- began >= Self.minute {
            began = now
            for index in counts.indices { counts[index] = 0 }
        }
        counts[frame.rawValue] += 1
        return counts[frame.rawValue] <= limit(frame)
    }

    /// Gives a frame back that turned out to be of use.
    mutating func refund(_ frame: CountedFrame, _ count: Int) {
        counts[frame.rawValue] = max(0, counts[frame.rawValue] - count)
    }

    private func limit(_ frame: CountedFrame) -> Int {
        switch frame {
        case .reset: limits.resets
        case .settings: limits.settings
        case .ping: limits.pings
        case .empty: limits.emptyFrames
        case .other: limits.otherFrames
        }
    }
}
