// The table of endpoints: names and shapes are those of httpbin, so that tests of clients find what they look for.

import Compression
import HTTPCore
import HTTPTypes
import HandlerKit

/// An address below the echo's that answers in a way of its own.
struct Endpoint: Sendable {
    /// The path as people read it, `status/CODE`; what comes before the first slash is the endpoint's name.
    let path: String
    /// Half a sentence for the page that lists them.
    let summary: String
    let methods: [HTTPRequest.Method]
    let respond: @Sendable (EndpointCall) async throws -> Response

    init(
        _ path: String, _ summary: String, _ methods: [HTTPRequest.Method] = reading,
        respond: @escaping @Sendable (EndpointCall) async throws -> Response
    ) {
        self.path = path
        self.summary = summary
        self.methods = methods
        self.respond = respond
    }

    var name: Substring { path.prefix { $0 != "/" } }

    static let reading: [HTTPRequest.Method] = [.get, .head]
    static let any: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    /// All of them, in the order in which they are listed.
    static let all = requests + formats + streams + statuses + redirects + cookies + credentials + caching

    /// What was requested, as JSON.
    private static let requests = [
        Endpoint("get", "query, header fields and address as JSON") { try $0.json(.get) },
        Endpoint("post", "the same of POST, with the body", [.post]) { try await $0.withBody() },
        Endpoint("put", "the same of PUT", [.put]) { try await $0.withBody() },
        Endpoint("patch", "the same of PATCH", [.patch]) { try await $0.withBody() },
        Endpoint("delete", "the same of DELETE", [.delete]) { try await $0.withBody() },
        Endpoint("anything/…", "the same of any method", any) { try await $0.withBody(.anything) },
        Endpoint("headers", "the header fields") { try $0.json(["headers"]) },
        Endpoint("ip", "the client's address") { try $0.json(["origin"]) },
        Endpoint("user-agent", "what the client calls itself") { $0.userAgent },
    ]

    private static let formats = [
        Endpoint("gzip", "the request, encoded as gzip") { try $0.encoded(.gzip, "gzipped") },
        Endpoint("deflate", "the request, encoded as deflate") { try $0.encoded(.deflate, "deflated") },
        Endpoint("brotli", "the request, encoded as br") { try $0.encoded(.brotli, "brotli") },
        Endpoint("bytes/N", "so many random bytes; ?seed=") { try $0.bytes() },
    ]

    private static let streams = [
        Endpoint("delay/SECONDS", "the request after so many seconds, at most 10", any) {
            try await $0.delay()
        },
        Endpoint("drip", "bytes one by one; ?numbytes=, duration=, delay=, code=") { try await $0.drip() },
        Endpoint("stream/N", "the request in so many lines, at most 100") { try $0.lines() },
        Endpoint("stream-bytes/N", "random bytes in chunks; ?chunk_size=, seed=") { try $0.chunkedBytes() },
        Endpoint("sse", "server-sent events; ?count=, duration=, delay=") { try await $0.events() },
    ]

    private static let statuses = [
        Endpoint("status/CODE", "that status; one of several, 200,500:0.1", any) { try $0.status() }
    ]

    private static let redirects = [
        Endpoint("redirect/N", "so many redirects; ?absolute=true") { try $0.redirect() },
        Endpoint("relative-redirect/N", "redirects to a path") { try $0.redirect(isAbsolute: false) },
        Endpoint("absolute-redirect/N", "redirects to a URL") { try $0.redirect(isAbsolute: true) },
        Endpoint("redirect-to", "a redirect to ?url=, with ?status_code=", any) { try $0.redirectToURL() },
    ]

    private static let cookies = [
        Endpoint("cookies", "the cookies that came") { try $0.cookies() },
        Endpoint("cookies/set/NAME/VALUE", "sets a cookie; or several, cookies/set?NAME=VALUE") {
            try $0.cookies()
        },
        Endpoint("cookies/delete", "takes cookies away, cookies/delete?NAME") { try $0.cookies() },
    ]

    private static let credentials = [
        Endpoint("basic-auth/USER/PASS", "401 without these credentials") { try $0.basicAuthentication() },
        Endpoint("hidden-basic-auth/USER/PASS", "404 without them") {
            try $0.basicAuthentication(refusal: .notFound)
        },
        Endpoint("digest-auth/QOP/USER/PASS", "the same by a digest; /MD5, /SHA-256, /SHA-512") {
            try await $0.digestAuthentication()
        },
        Endpoint("bearer", "401 without a bearer token") { try $0.bearer() },
    ]

    private static let caching = [
        Endpoint("etag/TAG", "has that entity tag: 304 and 412 by the request's conditions") {
            try $0.etag()
        },
        Endpoint("cache", "304 to any condition") { try $0.cache() },
        Endpoint("cache/SECONDS", "may be cached for so long") { try $0.cache() },
    ]
}

/// Whatever is below an echo.
struct Endpoints: Sendable {
    let context: ModuleContext
    /// The most bytes of a body that are kept.
    let formBytes: Int

    private static let byName = Dictionary(Endpoint.all.map { ($0.name, $0) }) { first, _ in first }

    /// The answer; nil at a path that is no endpoint's.
    func respond(to request: Request) async throws -> Response? {
        let subpath = request.subpath
        guard subpath.utf8.count > 1 else { return nil }
        let segments = subpath.split(separator: "/")
        guard let name = segments.first, let endpoint = Self.byName[name] else { return nil }
        guard endpoint.methods.contains(request.method) else {
            let allowed = (endpoint.methods + [.options]).map(\.rawValue).joined(separator: ", ")
            throw HandlerFailure(.methodNotAllowed, fields: [.allow: allowed])
        }
        let call = EndpointCall(
            request: request, query: try request.target.queryItems, arguments: Array(segments.dropFirst()),
            formBytes: formBytes, context: context)
        return try await endpoint.respond(call)
    }
}
