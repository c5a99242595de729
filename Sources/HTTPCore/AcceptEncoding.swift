// Owns what content codings a client takes (RFC 9110 §12.5.3).
import HTTPTypes

/// The content codings that a request accepts.
public struct AcceptEncoding: Sendable, Hashable {
    private var weights: [String: Int] = [:]

    /// Reads the request's Accept-Encoding fields. Without any the client takes `identity`, and nothing is
    /// coded for it.
    public init(_ fields: HTTPFields) {
        for field in fields where field.name == .acceptEncoding {
            for preference in Preference.list(field.value) {
                let coding = preference.value.lowercased()
                weights[coding == "x-gzip" ? "gzip" : coding] = preference.weight
            }
        }
    }

    /// The weight of `coding` (in lower case) in thousandths; 0 if the client does not take it.
    public func weight(of coding: String) -> Int {
        if let weight = weights[coding] { return weight }
        if coding == "identity" { return weights["*"] == 0 ? 0 : 1 }
        return weights["*"] ?? 0
    }

    /// The coding of `offered` (in lower case, the server's favourite first) that the client likes best, nil
    /// if it takes none or likes `identity` better.
    public func preferred(of offered: [String]) -> String? {
        var best: String?
        var bestWeight = 0
        for coding in offered where weight(of: coding) > bestWeight {
            best = coding
            bestWeight = weight(of: coding)
        }
        return bestWeight >= weight(of: "identity") ? best : nil
    }
}
