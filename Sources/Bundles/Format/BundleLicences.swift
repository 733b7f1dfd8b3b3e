import Basics

/// Under which terms a bundle comes: code, weights and data are three things.
package struct BundleLicences: Sendable, Equatable {
  /// Of the program that trained it, an SPDX identifier.
  package var code: String
  /// Of the weights, an SPDX identifier or `LicenseRef-…`.
  package var weights: String
  /// The terms of the data it was trained on, in words.
  package var data: String
  /// The terms of the weights it started from, in words; nil where it started from nothing.
  package var origin: String?

  package init(code: String, weights: String, data: String, origin: String?) {
    self.code = code
    self.weights = weights
    self.data = data
    self.origin = origin
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    code = try object.string("code")
    weights = try object.string("weights")
    data = try object.string("data")
    origin = try object.optionalString("origin")
    try object.finish()
    try BundleLicences.check(spdx: code, at: value.place)
    try BundleLicences.check(spdx: weights, at: value.place)
  }

  var json: JSONValue {
    JSONValue(
      .object(
        [
          ("code", code.json), ("weights", weights.json), ("data", data.json),
        ] + (origin.map { [("origin", $0.json)] } ?? [])))
  }

  /// The licences in lines for a reader.
  package var lines: [String] {
    ["licence of the weights: \(weights)", "licence of the code: \(code)", "data: \(data)"]
      + (origin.map { ["started from: \($0)"] } ?? [])
  }

  /// Refuses what has not the form of an SPDX licence identifier or expression.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package static func check(spdx text: String, at place: Place? = nil) throws {
    let isForm =
      (1...100).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0)
          || [0x2d, 0x2e, 0x2b, 0x20, 0x28, 0x29].contains($0)
      }
    guard isForm else {
      throw ZooError(
        .badValue,
        "the licence is \"\(text)\"; expected an SPDX identifier such as Apache-2.0, CC-BY-4.0 or "
          + "LicenseRef-Own", at: place)
    }
  }
}
