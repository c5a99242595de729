// RFC 9110 §8.3.1, §12.5: media types, and what Accept and Accept-Encoding say.
import HTTPCore
import HTTPTypes

extension FuzzTarget {
    /// The input is a media type, and the value of either field.
    static let negotiation = FuzzTarget("negotiation") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let type = MediaType(text) {
            try require(MediaType(type.description), equals: type, "a media type, read again")
            try require(type.type.utf8.allSatisfy { !(0x41...0x5A).contains($0) }, "types are in lower case")
        }
        let fields: HTTPFields = [.accept: text, .acceptEncoding: text]
        _ = ContentNegotiation.representation(for: fields)
        for type in ["text/html", "application/json", "image/png"].compactMap({ MediaType($0) }) {
            try require((0...1_000).contains(ContentNegotiation.weight(of: type, in: fields)), "a weight")
        }
        let codings = AcceptEncoding(fields)
        try require(
            ["br", "gzip", "*", "identity"].allSatisfy { (0...1_000).contains(codings.weight(of: $0)) },
            "weights")
        if let coding = codings.preferred(of: ["br", "gzip"]) {
            try require(codings.weight(of: coding) > 0, "\(coding) is not taken")
        }
        for element in FieldSyntax.list(text) {
            try require(FieldSyntax.list(String(element)), equals: [element], "an element of a list, alone")
        }
    }
}
