// Owns the names in certificates of the local authority: which are well formed, which are this machine's.
import Glibc

/// What this machine is called by itself and by others: localhost, its name if a certificate can hold it, the loopback
/// addresses and those of its interfaces; only what is permitted.
func machineNames(
    host: String, addresses: [String], within constraints: NameConstraints
) -> [String] {
    var seen: Set<String> = []
    return (["localhost", host.lowercased(), "127.0.0.1", "::1"] + addresses).filter {
        (isServerName($0) || IPAddressText.isAddress($0)) && constraints.permits($0)
            && seen.insert($0).inserted
    }
}

/// A DNS name, an IP address or an e-mail address in the form that a certificate has it.
func certificateName(_ text: String) throws(TLSFailure) -> String {
    if let address = IPAddressText.canonical(text) { return address }
    if isServerName(text) { return text.lowercased() }
    if isMailAddress(text) { return text }
    throw TLSFailure(.badSetting, "\"\(text)\" is neither a DNS name nor an IP or e-mail address")
}

/// A mailbox with a DNS name behind its @ (RFC 5321 §4.1.2), without what has a meaning in x509v3_config(5).
private func isMailAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return false }
    return isServerName(String(parts[1])) && !parts[1].hasPrefix("*")
        && parts[0].utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "+") }
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
