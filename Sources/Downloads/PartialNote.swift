import Basics
import Foundation

/// What must be known of a partial file to go on with it: kept as JSON beside it.
struct PartialNote: Sendable, Equatable {
  /// The address as it was asked for, before any redirect.
  var url: String
  var validator: Validator
  /// Bytes of the whole file, where the server said so.
  var total: Int?

  /// The note at a path; nil when there is none or it can't be understood.
  ///
  /// A note that is lost costs a download from the start, which is no failure.
  init?(contentsOf path: String) {
    var information = stat()
    guard lstat(path, &information) == 0, information.st_size < 64 << 10,
      let value = try? JSONValue.parse(contentsOf: path), var object = try? value.object(),
      let url = try? object.string("url"),
      let validator = Validator(entityTag: try? object.optionalString("etag"))
        ?? Validator(date: try? object.optionalString("last-modified"))
    else { return nil }
    self.url = url
    self.validator = validator
    total = try? object.value("total")?.integer(in: 1...Int.max)
  }

  init(url: String, validator: Validator, total: Int?) {
    self.url = url
    self.validator = validator
    self.total = total
  }

  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to path: String) throws {
    var members: [(key: String, value: JSONValue)] = [("url", url.json)]
    switch validator {
    case .entityTag(let text): members.append(("etag", text.json))
    case .date(let text): members.append(("last-modified", text.json))
    }
    if let total { members.append(("total", total.json)) }
    try AtomicFile.write(JSONValue(.object(members)).text() + "\n", to: path)
  }
}
