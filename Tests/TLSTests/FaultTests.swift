// Certificates that are wrong in one thing: for each name, by the authority, over years.
import HandlerTesting
import Sockets
import Testing

@testable import TLS

@Suite("Faults", .timeLimit(.minutes(1)))
struct FaultTests {
    private let authority: CertificateAuthority
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority(
            directory: folder.path, hostName: "box", addresses: [], now: systemTime())
    }

    private static let day: Int64 = 86_400
    static let ofCertificates = TLSFault.allCases.filter(\.isOfCertificate)

    @Test(
        "A certificate is for the name that was asked for, but for the fault that it isn't",
        arguments: ofCertificates)
    func names(fault: TLSFault) throws {
        let issuer = try FaultyIssuer(fault, by: authority.signer, at: systemTime())
        let leaf = try issuer.leaf(for: ["wiki.test"], at: systemTime())
        #expect(
            leaf.facts.alternativeNames == [fault == .wrongName ? "wrong-name.portico.test" : "wiki.test"])
    }

    @Test(
        "It is by the local authority, but for the faults that say otherwise", arguments: ofCertificates)
    func issuers(fault: TLSFault) throws {
        let issuer = try FaultyIssuer(fault, by: authority.signer, at: systemTime())
        let leaf = try issuer.leaf(for: ["wiki.test"], at: systemTime())
        let others: [TLSFault] = [.untrusted, .selfSigned, .incompleteChain]
        #expect(leaf.leaf.wasIssued(by: authority.certificate.certificate) == !others.contains(fault))
        #expect(leaf.chain.count == (fault == .untrusted ? 1 : 0))
        #expect(leaf.leaf.belongs(to: leaf.key))
        #expect(leaf.keyAlgorithm == (fault == .weakKey ? "RSA" : "EC"))
    }

    @Test("The times keep their fault for as long as the server runs", arguments: ofCertificates)
    func renewal(fault: TLSFault) throws {
        let start = systemTime()
        let clock = CalendarClock()
        let issuer = try FaultyIssuer(fault, by: authority.signer, at: start)
        let initial = try issuer.leaf(for: ["localhost"], at: clock.time)
        let leaves = LeafCertificates(by: issuer, default: initial, now: { [clock] in clock.time }) { _ in }
        for _ in 0..<8 {
            let shown = [
                leaves.identity(for: nil) ?? initial, try #require(leaves.identity(for: "wiki.test")),
            ]
            for leaf in shown {
                #expect((leaf.facts.notAfter < clock.time) == (fault == .expired))
                #expect((leaf.facts.notBefore > clock.time) == (fault == .notYetValid))
            }
            #expect(leaves.identity(for: "wiki.test") === shown[1])
            clock.advance(days: 29)
        }
    }

    @Test("RFC 5280 §4.1.2.2: serial numbers of revoked certificates are positive, of 16 bytes, each another")
    func serialNumbers() {
        let numbers = authority.signer.revokedSerialNumbers
        #expect(Set(numbers).count == 256)
        #expect(numbers.allSatisfy { $0.count == 16 && (0x40..<0x80).contains($0[0]) })
    }

    @Test(
        "RFC 5280 §4.1.2.2: each revoked certificate has a serial number of its own, a reload's too, all of the list"
    )
    func serialNumbersOfLeaves() throws {
        let listed = Set(authority.signer.revokedSerialNumbers.map { hexadecimal($0) })
        var shown: Set<String> = []
        for _ in 0..<2 {
            let issuer = try FaultyIssuer(.revoked, by: authority.signer, at: systemTime())
            for number in 0..<64 {
                shown.insert(try issuer.leaf(for: ["\(number).test"], at: systemTime()).facts.serialNumber)
            }
        }
        #expect(shown.count == 128)
        #expect(shown.isSubset(of: listed))
    }

    @Test("A context has the faults that it was built with, and no other")
    func contexts() throws {
        var configuration = TLSContextConfiguration(
            defaultIdentity: authority.identity, ticketKeys: try TicketKeys())
        configuration.authority = authority
        configuration.faults = [.expired, .hang]
        let context = try TLSContext(configuration)
        #expect(context.having(nil) === context)
        #expect(context.having(.expired) != nil)
        #expect(context.having(.expired) !== context)
        #expect(context.having(.revoked) == nil)
        #expect(context.having(.hang) == nil, "no handshake gets that far")
    }

    @Test("Without an authority every fault has a certificate all the same", arguments: ofCertificates)
    func withoutAuthority(fault: TLSFault) throws {
        var configuration = TLSContextConfiguration(
            defaultIdentity: try TestCertificates.identity(named: "dev.example.com"),
            ticketKeys: try TicketKeys())
        let faulty = try configuration.showing(fault)
        let names = faulty.default.identities[0].facts.alternativeNames
        #expect(names == [fault == .wrongName ? "wrong-name.portico.test" : "dev.example.com"])
        configuration.faults = [fault]
        _ = try TLSContext(configuration)
    }
}
