// A time zone as tzdata keeps it: TZif, RFC 9636. Every count in the file is checked against the bytes that are there.

/// What the clocks of a zone show at one moment.
struct ZoneTime: Sendable, Hashable {
    /// Seconds east of Greenwich.
    let offset: Int64
    /// Whether it is what tzdata calls daylight saving time.
    let isDST: Bool
    /// `CET`, or a number such as `+0330` where nobody uses letters.
    let abbreviation: String
}

/// The history and the rule of one zone.
struct ZoneFile: Sendable {
    /// Moments at which the local time changed, in seconds since 1970, in order.
    private let transitions: [Int64]
    /// Which of the types holds from the transition of the same index on.
    private let typeIndices: [UInt8]
    private let types: [ZoneTime]
    private let rule: ZoneRule?

    /// Reads a file's bytes; nil if they are no TZif of version 2 or later.
    init?(_ bytes: [UInt8]) {
        var reader = ZoneFileReader(bytes[...])
        // The first block has times of 32 bits, for readers of long ago.
        guard let old = reader.header(), reader.skip(old.blockBytes(timeBytes: 4)),
            let header = reader.header(),
            let transitions = reader.integers(header.times, bytes: 8),
            let indices = reader.take(header.times), let types = reader.types(header),
            reader.skip(header.leaps * 12 + header.standards + header.universals)
        else { return nil }
        guard !types.isEmpty, indices.allSatisfy({ $0 < types.count }) else { return nil }
        self.transitions = transitions
        typeIndices = Array(indices)
        self.types = types
        rule = reader.footer().flatMap { ZoneRule($0) }
    }

    /// The local time's offset at so many seconds since 1970.
    func time(at seconds: Int64) -> ZoneTime {
        guard let last = transitions.last, seconds < last else {
            return rule?.time(at: seconds) ?? typeIndices.last.map { types[Int($0)] } ?? types[0]
        }
        // RFC 9636 §3.2: before the first transition type 0 holds.
        guard let next = transitions.firstIndex(where: { $0 > seconds }), next > 0 else { return types[0] }
        return types[Int(typeIndices[next - 1])]
    }
}

/// Reads TZif front to back.
private struct ZoneFileReader {
    struct Header {
        let universals: Int
        let standards: Int
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        func blockBytes(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards
                + universals
        }
    }

    private static let magic = Array("TZif".utf8)
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func skip(_ count: Int) -> Bool { take(count) != nil }

    /// Big-endian numbers.
    mutating func integers(_ count: Int, bytes: Int) -> [Int64]? {
        guard let all = take(count * bytes) else { return nil }
        return (0..<count).map { index in
            let start = all.startIndex + index * bytes
            let value = all[start..<(start + bytes)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return bytes == 8 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
        }
    }

    mutating func header() -> Header? {
        guard let magic = take(4), magic.elementsEqual(Self.magic), let version = take(1)?.first,
            version >= UInt8(ascii: "2"), skip(15), let counts = integers(6, bytes: 4),
            counts.allSatisfy({ $0 >= 0 && $0 <= 1 << 20 })
        else { return nil }
        let numbers = counts.map { Int($0) }
        return Header(
            universals: numbers[0], standards: numbers[1], leaps: numbers[2], times: numbers[3],
            types: numbers[4], characters: numbers[5])
    }

    /// The local times, each with its abbreviation.
    mutating func types(_ header: Header) -> [ZoneTime]? {
        guard let records = take(header.types * 6), let characters = take(header.characters) else {
            return nil
        }
        var types: [ZoneTime] = []
        for index in 0..<header.types {
            let start = records.startIndex + index * 6
            let offset = records[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let name = characters.dropFirst(Int(records[start + 5])).prefix { $0 != 0 }
            types.append(
                ZoneTime(
                    offset: Int64(Int32(bitPattern: offset)), isDST: records[start + 4] != 0,
                    abbreviation: String(decoding: name, as: UTF8.self)))
        }
        return types
    }

    /// The line at the end.
    mutating func footer() -> String? {
        guard take(1)?.first == UInt8(ascii: "\n") else { return nil }
        return String(decoding: rest.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
