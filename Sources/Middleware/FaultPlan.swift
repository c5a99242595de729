// Which faults meet a request. The same seed gives the same faults to the first request, the second, and so on.

import Configuration

/// What a section says of faults.
struct FaultPlan: Sendable {
    var delay: Chance<Duration>?
    /// How far the delay strays, up or down.
    var jitter: Duration = .zero
    /// Bytes of a body in a second.
    var rate: Int?
    var status: Chance<Int>?
    /// Bytes of a body before the end.
    var truncate: Chance<Int>?
    /// Percent of the requests.
    var reset: Double = 0
    let seed: UInt64

    /// nil where a section has no faults.
    init?(_ section: Section) {
        delay = section.optional(HandlerKeys.faultDelay)
        jitter = section[HandlerKeys.faultJitter]
        rate = section.optional(HandlerKeys.faultRate)
        status = section.optional(HandlerKeys.faultStatus)
        truncate = section.optional(HandlerKeys.faultTruncate)
        reset = section.optional(HandlerKeys.faultReset) ?? 0
        seed = section.optional(HandlerKeys.faultSeed).map(UInt64.init) ?? .random(in: 0...UInt64(Int.max))
        guard delay != nil || jitter > .zero || rate != nil || status != nil || truncate != nil || reset > 0
        else { return nil }
    }

    /// The faults of the request of a number, from 0.
    func faults(ofRequest number: UInt64) -> Faults {
        var random = SeededGenerator(seed: seed, stream: number)
        // Each is drawn for every request, so that one key doesn't change what others give.
        let (isLate, stray) = (random.draws(delay?.percent ?? 100), random.fraction())
        let (resets, hasStatus) = (random.draws(reset), random.draws(status?.percent ?? 0))
        let isCut = random.draws(truncate?.percent ?? 0)
        var faults = Faults(rate: rate, resets: resets)
        if isLate {
            let late = (delay?.value ?? .zero) + jitter * (2 * stray - 1)
            faults.delay = max(late, .zero)
        }
        if hasStatus { faults.status = status?.value }
        if isCut { faults.truncate = truncate?.value }
        return faults
    }
}

/// The faults of one request.
struct Faults: Sendable, Equatable {
    var delay: Duration = .zero
    var rate: Int?
    var status: Int?
    var truncate: Int?
    var resets = false

    /// What the log says of them; those behind the first that ends the request don't happen.
    var texts: [String] {
        var texts: [String] = []
        if delay > .zero { texts.append("delay \(delay / .milliseconds(1)) ms") }
        if resets { return texts + ["reset"] }
        if let status { return texts + ["status \(status)"] }
        if let rate { texts.append("rate \(rate)") }
        if let truncate { texts.append("truncate \(truncate)") }
        return texts
    }
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014).
struct SeededGenerator {
    private var state: UInt64

    /// The generator of one of many streams of the same seed.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() &+ stream
        state = next()
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether a chance of so many percent comes true.
    mutating func draws(_ percent: Double) -> Bool { fraction() * 100 < percent }
}
