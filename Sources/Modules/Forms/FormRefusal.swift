// The answer to a form that can't be read, the same by each module that takes one.

import HTTPCore
import HTTPTypes
import HandlerKit

extension HandlerFailure {
    /// The answer to a form that can't be read.
    init(form error: HTTPSyntaxError) {
        switch error.code {
        case .tooManyItems, .partHeadTooLarge:
            self.init(.contentTooLarge, "The form has \(error.context).", cause: error)
        default: self.init(.badRequest, "The form is malformed: \(error.context).", cause: error)
        }
    }
}
