// The PROXY protocol: what a proxy says before anything else.
import Sockets

extension FuzzTarget {
    /// The input is what comes first on a connection.
    static let proxy = FuzzTarget("proxy") { input in
        let whole = outcome(input, input.count)
        guard case .header(let header) = whole else {
            for count in splits(input) where whole == .unfinished {
                try require(
                    outcome(input, count), equals: .unfinished, "\(count) bytes of what may become a header")
            }
            return
        }
        try require(header.length <= min(input.count, ProxyHeader.maximumBytes), "\(header.length) bytes")
        for count in Set(splits(input) + [header.length - 1, header.length]) {
            let expected = count < header.length ? Outcome.unfinished : whole
            try require(outcome(input, count), equals: expected, "\(count) of \(header.length) bytes")
        }
        guard let ends = header.ends, let line = line(ends) else { return }
        try require(
            ProxyHeader.parse(Array(line.utf8).span)?.ends, equals: ends, "a header, written and read again")
    }

    private enum Outcome: Equatable {
        case header(ProxyHeader)
        case unfinished, mistake
    }

    private static func outcome(_ input: [UInt8], _ count: Int) -> Outcome {
        do throws(ProxyHeader.Mistake) {
            return try ProxyHeader.parse(input.span.extracting(..<count)).map(Outcome.header) ?? .unfinished
        } catch {
            return .mistake
        }
    }

    /// A line of version 1 for ends of one family.
    private static func line(_ ends: ProxyHeader.Ends) -> String? {
        guard ends.source.family == ends.destination.family, let from = ends.source.port,
            let to = ends.destination.port
        else { return nil }
        let family = if case .ipv4 = ends.source { "TCP4" } else { "TCP6" }
        return "PROXY \(family) \(ends.source.host) \(ends.destination.host) \(from) \(to)\r\n"
    }
}
