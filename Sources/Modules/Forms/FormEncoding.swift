// What the type of a request's body says of a form in it.

import HTTPCore

/// How a form is encoded.
enum FormEncoding {
    case urlEncoded
    case multipart(MediaType)

    /// nil if the type is that of no form.
    init?(_ type: String?, isFormWithoutType: Bool) {
        guard let type else {
            guard isFormWithoutType else { return nil }
            self = .urlEncoded
            return
        }
        guard let media = MediaType(type) else { return nil }
        switch (media.essence, media.parameter("charset")?.lowercased()) {
        case ("multipart/form-data", _): self = .multipart(media)
        case ("application/x-www-form-urlencoded", "utf-8"), ("application/x-www-form-urlencoded", "utf8"),
            ("application/x-www-form-urlencoded", nil):
            self = .urlEncoded
        default: return nil
        }
    }
}
