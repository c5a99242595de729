import HTTPTypes
import Testing

@testable import HTTPCore

@Suite("Which requests come from a page of another origin")
struct RequestOriginTests {
    private func isForeign(
        _ fields: HTTPFields, scheme: String = "https", authority: String? = "a.example:8443"
    ) -> Bool {
        RequestOrigin.isForeign(
            HTTPRequest(method: .post, scheme: scheme, authority: authority, path: "/", headerFields: fields))
    }

    @Test("A request with neither field comes from no browser's page")
    func neither() {
        #expect(!isForeign([:]))
    }

    @Test(
        "RFC 6454 §7: Origin has the scheme, host and port that the request is for",
        arguments: [
            ("https://a.example:8443", "a.example:8443", true),
            ("https://A.EXAMPLE:8443", "a.example:8443", true),
            ("https://a.example", "a.example:443", true), ("https://a.example:443", "a.example", true),
            ("https://[::1]:8443", "[::1]:8443", true), ("https://a.example", "a.example:8443", false),
            ("https://a.example:80", "a.example", false), ("http://a.example:8443", "a.example:8443", false),
            ("https://b.example:8443", "a.example:8443", false),
            ("https://a.example.b:8443", "a.example:8443", false),
            ("https://a.example:8443/", "a.example:8443", false),
            ("https://x@a.example:8443", "a.example:8443", false),
            ("null", "a.example:8443", false), ("", "a.example:8443", false),
            ("a.example:8443", "a.example:8443", false),
            ("file://a.example:8443", "a.example:8443", false),
            ("https://a.example:8443, https://b.example", "a.example:8443", false),
        ])
    func origin(_ origin: String, _ authority: String, _ isOwn: Bool) {
        #expect(isForeign([.origin: origin], authority: authority) == !isOwn)
    }

    @Test("Without TLS the origin may be https: there may be a proxy in front")
    func proxied() {
        #expect(!isForeign([.origin: "http://a.example"], scheme: "http", authority: "a.example"))
        #expect(!isForeign([.origin: "https://a.example"], scheme: "http", authority: "a.example"))
        #expect(isForeign([.origin: "https://b.example"], scheme: "http", authority: "a.example"))
    }

    @Test("A request of HTTP/1.0 that names no host has no origin of its own")
    func noAuthority() {
        #expect(isForeign([.origin: "https://a.example"], authority: nil))
    }

    @Test(
        "Fetch Metadata §2.4: Sec-Fetch-Site is same-origin, or none",
        arguments: [
            ("same-origin", false), ("none", false), ("same-site", true), ("cross-site", true), ("x", true),
            ("", true),
        ])
    func site(_ value: String, _ isForeign: Bool) throws {
        let name = try #require(HTTPField.Name("Sec-Fetch-Site"))
        #expect(self.isForeign([name: value]) == isForeign)
        #expect(self.isForeign([name: value, .origin: "https://a.example:8443"]) == isForeign)
        #expect(self.isForeign([name: value, .origin: "https://b.example:8443"]))
    }
}
