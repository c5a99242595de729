// Owns the list of names in a certificate of the local authority: what always belongs, what is allowed.
import Glibc

/// localhost, the host's name if it is one that a certificate can hold, both loopback addresses, and `further`.
func serverNames(_ further: [String], host: String) throws(TLSFailure) -> [String] {
    var names = ["localhost"]
    if isServerName(host) { names.append(host.lowercased()) }
    names += ["127.0.0.1", "::1"]
    for name in further {
        guard isServerName(name) || IPAddressText.isAddress(name) else {
            throw TLSFailure(.badSetting, "\"\(name)\" is neither a DNS name nor an IP address")
        }
        names.append(IPAddressText.canonical(name) ?? name.lowercased())
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
}

/// Whether a text can name a server: letters, digits, hyphens and underscores in labels of 1 to 63 (RFC 1034 §3.5); the
/// first may be `*` (RFC 9525).
package func isServerName(_ name: String) -> Bool {
    guard name.utf8.count <= 253 else { return false }
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return labels.enumerated().allSatisfy { index, label in
        if index == 0, labels.count > 1, label.elementsEqual("*".utf8) { return true }
        return (1...63).contains(label.count) && label.allSatisfy(isNameByte)
    }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
}

/// gethostname(2); "localhost" if the system has none.
func systemHostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0, name[0] != 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
