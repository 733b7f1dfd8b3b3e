import Basics

/// An answer whose status is neither the file nor a way to it.
struct UnwantedStatus: Error {
  var status: Int
  var retryAfter: Double?

  init(_ head: ResponseHead) {
    status = head.status
    retryAfter = head.retryAfter
  }

  /// Whether the server may well answer otherwise a little later.
  var isWorthRetrying: Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }

  /// The status with its name, such as `404 (not found)`.
  var text: String { UnwantedStatus.names[status].map { "\(status) (\($0))" } ?? "\(status)" }

  /// The sentence for a person.
  func error(for file: RemoteFile) -> ZooError {
    ZooError(
      [404, 410].contains(status) ? .absent : .download,
      "the server answered \(text); expected the file", at: Place(path: file.url),
      advice: advice)
  }

  private var advice: String {
    switch status {
    case 401, 403, 407, 451:
      "The server wants a login or a licence's acceptance: open the address in a browser, download "
        + "the file there and use zoo weights import."
    case 404, 410:
      "The file was moved or removed: look for its new address on the publisher's page."
    case 408, 425, 429, 500...599: "The server is out of order or busy: try again later."
    case 300...399:
      "The server leads elsewhere without saying where: open the address in a browser."
    default: "Open the address in a browser to see what the server says."
    }
  }

  private static let names = [
    204: "no content", 206: "a part, unasked", 304: "not modified", 400: "bad request",
    401: "login required", 403: "forbidden", 404: "not found", 407: "the proxy wants a login",
    408: "timed out", 410: "gone", 416: "no such range", 429: "too many requests",
    451: "unavailable for legal reasons", 500: "internal error", 502: "bad gateway",
    503: "unavailable", 504: "gateway timed out",
  ]
}
