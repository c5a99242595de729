import HTTPCore
import Testing

@Suite("RFC 7617: credentials of the scheme Basic")
struct BasicCredentialsTests {
    @Test(
        "RFC 7617 §2: name and password are what stands before and after the first colon",
        arguments: [
            ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("Basic dGVzdDoxMjPCow==", "test", "123£"), ("basic dGVzdDoxMjPCow", "test", "123£"),
            ("BASIC  YTpiOmM=", "a", "b:c"), ("Basic Og==", "", ""), ("Basic YTo=", "a", ""),
        ])
    func reads(value: String, user: String, password: String) throws {
        let credentials = try #require(BasicCredentials(authorization: value))
        #expect(credentials.user == user)
        #expect(String(decoding: credentials.password, as: UTF8.self) == password)
        #expect(String(decoding: credentials.bytes, as: UTF8.self) == "\(user):\(password)")
    }

    @Test(
        "RFC 7617 §2, RFC 4648 §3: anything else is none",
        arguments: [
            "", "Basic", "Basic ", "Bearer YTpi", "YTpi", "Basic YTpi YTpi", "Basic YTpi, Basic YTpi",
            "Basic YQ==", "Basic YTp", "Basic YTpi=", "Basic YTp=i", "Basic YT-i", "Basic YTpiAA==",
            "Basic YTpiCg==", "Basic /zpi", "Basic YTpj=====", "Basic YTq=", "Basic Og=",
        ])
    func refuses(value: String) {
        #expect(BasicCredentials(authorization: value) == nil)
    }
}
