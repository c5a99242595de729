// What a status means, for someone who has not read RFC 9110: the sentence on an error page without its own.

import HTTPTypes

/// The usual sentence for a status.
package func explanation(for status: HTTPResponse.Status) -> String {
    explanations[status.code] ?? explanations[status.code / 100]
        ?? "The server has nothing more to say about it."
}

private let explanations: [Int: String] = [
    3: "What you asked for is at another address.",
    4: "The server cannot do anything with this request.",
    5: "The server failed to answer this request.",
    301: "What you asked for has moved for good; the Location field says where to.",
    302: "What you asked for is somewhere else for now; the Location field says where.",
    303: "The Location field says where the answer is.",
    307: "What you asked for is somewhere else for now; the Location field says where.",
    308: "What you asked for has moved for good; the Location field says where to.",
    400: "The request is not well-formed HTTP.",
    401: "You need to say who you are.",
    403: "The server may not, or does not want to, show you this.",
    404: "There is nothing at this address.",
    405: "This address exists, but not for this method.",
    406: "There is nothing here in a form that you accept.",
    408: "The request took too long to arrive.",
    409: "The request does not fit what is there now.",
    410: "What was at this address is gone.",
    411: "The request must say how long its body is.",
    412: "What is there now does not meet the request's conditions.",
    413: "The request's body is larger than this address takes.",
    414: "The address is longer than the server takes.",
    415: "The request's body is of a type that this address does not take.",
    416: "The file has no such range.",
    417: "The server cannot do what the Expect field asks.",
    421: "This connection is not for the server name that the request asks for.",
    422: "The request is well-formed, but its content makes no sense here.",
    425: "The server does not take this request before the handshake is complete.",
    426: "This address needs another protocol.",
    428: "The request must say which state it expects.",
    429: "There were too many requests; try again later.",
    431: "The request's fields are larger than the server takes.",
    500: "The server failed to answer. Its log says more under the request's id.",
    501: "The server does not know this method or cannot do what the request asks.",
    502: "The server behind this one gave no valid answer.",
    503: "The server cannot answer right now; try again later.",
    504: "The server behind this one did not answer in time.",
    505: "The server does not speak this version of HTTP.",
    507: "There is no room left to store this.",
]
