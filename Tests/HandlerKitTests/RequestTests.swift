import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@Suite("Requests")
struct RequestTests {
    @Test(
        "The subpath is what follows the mount, always with a slash in front",
        arguments: [
            ("/", "/", "/"), ("/", "/a/b", "/a/b"), ("/echo", "/echo", "/"), ("/echo", "/echo/", "/"),
            ("/echo", "/echo/a", "/a"), ("/é", "/%C3%A9/x", "/x"),
        ])
    func subpath(_ mount: String, _ target: String, _ subpath: String) throws {
        #expect(try Request.make(.get, target, mount: mount).subpath == subpath[...])
    }

    @Test(
        "An id is 16 hexadecimal digits", arguments: [(0, "0000000000000000"), (0xBEEF, "000000000000beef")])
    func id(_ value: UInt64, _ text: String) {
        #expect(RequestID(value).description == text)
    }

    @Test("RFC 3986 §3.2.2: an IPv6 address stands in brackets before a port")
    func endpoints() {
        #expect(Endpoint(host: "::1", port: 80).description == "[::1]:80")
        #expect(Endpoint(host: "127.0.0.1", port: 80).description == "127.0.0.1:80")
        #expect(Endpoint(host: "/run/x", port: nil).description == "unix:/run/x")
    }
}
