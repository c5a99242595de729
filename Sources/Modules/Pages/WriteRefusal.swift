// What a client may know of a file that could not be written.

import Files
import HTTPTypes
import SystemPackage

extension FileFailure {
    /// The status of a write that failed, and a sentence that says why; of what is the server's own business, 500 and
    /// nothing more.
    var writeRefusal: (status: HTTPResponse.Status, explanation: String) {
        switch errno {
        case .noSpace?, .diskQuotaExceeded?:
            (
                HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"),
                "There is no room left on the disk."
            )
        case .readOnlyFileSystem?, .permissionDenied?, .notPermitted?:
            (.forbidden, "The server may not write to the folder.")
        default: (.internalServerError, "The server failed. Its log says more.")
        }
    }
}
