// Owns the text form of IP addresses in certificates; inet_pton and inet_ntop decide what an address is.
import Glibc

enum IPAddressText {
    /// "127.0.0.1" of four bytes, "::1" of sixteen; nil for any other length.
    static func string(_ bytes: [UInt8]) -> String? {
        let family: CInt
        switch bytes.count {
        case 4: family = AF_INET
        case 16: family = AF_INET6
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The four or sixteen bytes of an address; nil if it is no address.
    static func bytes(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    /// The address in the form that `string` gives, "::1" for "0:0::1"; nil if it is no address.
    static func canonical(_ text: String) -> String? { bytes(text).flatMap(string) }

    /// Whether a text is an IPv4 or IPv6 address, without brackets or a zone.
    static func isAddress(_ text: String) -> Bool { canonical(text) != nil }
}
