// Owns the question whether a page of another site made a browser send a request (cross-site request forgery).
import HTTPTypes

/// Where a browser says that a request comes from.
public enum RequestOrigin {
    /// Whether a page of another origin sent the request, as far as its fields tell.
    ///
    /// `Sec-Fetch-Site` (W3C Fetch Metadata §2.4) must be `same-origin`, or `none` for what the user did, and `Origin`
    /// (RFC 6454 §7) the one that the request is for; a request with neither comes from no browser's page. On a
    /// connection without TLS the origin may be https all the same: there may be a proxy that speaks TLS in front.
    public static func isForeign(_ head: HTTPRequest) -> Bool {
        if let name = secFetchSite, let site = head.headerFields[name], site != "same-origin", site != "none"
        {
            return true
        }
        guard let origin = head.headerFields[.origin] else { return false }
        return !isOwn(origin, head)
    }

    private static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")

    private static func isOwn(_ origin: String, _ head: HTTPRequest) -> Bool {
        guard let separator = origin.firstRange(of: "://"), let authority = head.authority else {
            return false
        }
        let scheme = origin[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" && head.scheme != "https" else { return false }
        let standardPort: UInt16 = scheme == "https" ? 443 : 80
        do throws(HTTPSyntaxError) {
            let (claimed, own) = (
                try Authority(String(origin[separator.upperBound...])), try Authority(authority)
            )
            return claimed.host == own.host && claimed.port ?? standardPort == own.port ?? standardPort
        } catch {
            // `null`, and whatever else names no host.
            return false
        }
    }
}
