// Owns the revocation list of the local authority, which exists only for `fault = revoked`.
import SystemPackage

extension CertificateAuthority {
    /// The name of the list's file in the authority's folder.
    package static let revocationListName: FilePath.Component = "crl.pem"

    /// The list that has the certificates of `fault = revoked`, in PEM; it holds as long as the authority.
    package func revocationList() throws(TLSFailure) -> [UInt8] {
        try signer.revocationList(at: systemTime()).pem()
    }

    /// Writes a list beside the authority's certificate, for `curl --crlfile`.
    package func write(revocationList list: [UInt8]) throws(TLSFailure) {
        let folder = certificatePath.removingLastComponent()
        try DurableFile.replace(folder.appending(Self.revocationListName), with: list, mode: 0o644)
    }
}
