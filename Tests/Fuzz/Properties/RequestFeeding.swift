// Owns how requests and their content are fed to the library: whole, split, or byte by byte.
import HTTPCore
import HTTPTypes
import HTTPWire

/// What parsing a request amounted to, so that two ways of feeding it can be compared.
package struct ParsedRequest: Equatable {
    /// What a head says.
    package struct Head: Equatable, CustomStringConvertible {
        package let request: HTTPRequest
        /// The fields' names as they were spelt, which are equal in any case.
        package let names: [String]
        package let target: RequestTarget
        package let version: HTTPVersion
        package let framing: BodyFraming
        package let keepAlive: Bool
        package let expectsContinue: Bool

        package init(_ head: ParsedHead) {
            request = head.request
            names = head.request.headerFields.map(\.name.rawName)
            target = head.target
            version = head.version
            framing = head.framing
            keepAlive = head.keepAlive
            expectsContinue = head.expectsContinue
        }

        /// All of it on a line.
        package var description: String {
            let fields = zip(names, request.headerFields).map { "\($0): \($1.value)" }
            return """
                \(request.method) \(request.path ?? "") \(target.path) \(version) \(framing) \(keepAlive) \
                \(expectsContinue) \(request.authority ?? "-") \(fields)
                """
        }
    }

    package var head: Head?
    package var failure: RequestFailure?
    package var consumed = 0

    /// Feeds `bytes` to `parser` in pieces that end at `ends`, until there is a head or a failure.
    package init(_ bytes: [UInt8], ends: some Sequence<Int>, _ parser: inout RequestParser) {
        for end in ends {
            do throws(RequestFailure) {
                guard case .head(let head, let consumed) = try parser.parse(bytes.span.extracting(0..<end))
                else {
                    continue
                }
                self.head = Head(head)
                self.consumed = consumed
            } catch {
                failure = error
            }
            return
        }
    }

    /// Feeds `bytes` to a parser that has seen nothing else.
    package init(_ bytes: [UInt8], ends: some Sequence<Int>, limits: HTTPLimits = HTTPLimits()) {
        var parser = RequestParser(limits: limits)
        self.init(bytes, ends: ends, &parser)
    }
}

/// Content as it came out of the decoder.
package struct DecodedContent: Equatable {
    package var data: [UInt8] = []
    package var trailers: HTTPFields?
    package var consumed = 0
    package var failure: RequestFailure?

    /// Decodes `bytes` in pieces of at most `piece` bytes.
    package init(_ framing: BodyFraming, _ bytes: [UInt8], piece: Int, limits: HTTPLimits = HTTPLimits()) {
        var decoder = BodyDecoder(framing, limits: limits)
        var end = 0
        do throws(RequestFailure) {
            while trailers == nil {
                switch try decoder.next(bytes.span.extracting(consumed..<end)) {
                case .needMore(let count):
                    consumed += count
                    guard end < bytes.count else { return }
                    end = min(end + piece, bytes.count)
                case .data(let range):
                    data += bytes[(consumed + range.lowerBound)..<(consumed + range.upperBound)]
                    consumed += range.upperBound
                case .end(let fields, let count):
                    trailers = fields
                    consumed += count
                }
            }
        } catch {
            failure = error
        }
    }
}
