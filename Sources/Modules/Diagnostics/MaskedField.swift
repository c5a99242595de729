// Which fields' values nobody gets to see, not even whoever sent them: a page is copied into bug reports.

import HTTPTypes

/// A field's value, or how long it is where it is a secret.
func shownValue(of field: HTTPField) -> String {
    guard secretFields.contains(field.name) else { return field.value }
    let hidden = "(hidden, \(field.value.utf8.count) bytes)"
    guard field.name == .authorization || field.name == .proxyAuthorization,
        let scheme = knownSchemes.first(where: { field.value.lowercased().hasPrefix($0.lowercased() + " ") })
    else { return hidden }
    return "\(scheme) \(hidden)"
}

private let secretFields: Set<HTTPField.Name> = [.authorization, .proxyAuthorization, .cookie, .setCookie]

/// Schemes of RFC 7617, 6750, 7616 and 4559: their names are no secrets; an unknown first word might be one.
private let knownSchemes = ["Basic", "Bearer", "Digest", "Negotiate"]
