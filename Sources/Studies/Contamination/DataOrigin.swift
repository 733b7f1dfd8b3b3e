import Basics
import Datasets

/// Which published collection a study's data are of, as far as the specification tells, and whether starting weights
/// may have seen them.
package struct DataOrigin: Sendable, Equatable {
  /// What `collection` says; nil where it is left out.
  package let declared: String?
  /// The collection whose layout the data have; nil for a table of one's own.
  package let layout: String?
  /// Whether weights that have seen the data are allowed, under a banner.
  package let allowsSeen: Bool
  private let place: Place

  /// Reads `collection` and `allowSeen` of `data`; `format` is the layout's name.
  ///
  /// - Throws: `ZooError` with file, line and key; a layout that is of another collection than is said.
  init(_ object: inout JSONObject, format: String) throws {
    let named = object.value("collection")
    place = named?.place ?? object.place
    declared = try named?.string()
    allowsSeen = try object.boolean("allowSeen", default: false)
    layout =
      ["open-i-kaggle": "open-i", "open-i": "open-i", "chestx-ray14": "chestx-ray14"][format]
    if let declared, declared != ImageCollection.own, let layout,
      !ImageCollection.overlap(declared, layout)
    {
      throw ZooError(
        .badValue, "\"\(declared)\", and the data have the layout of \(layout)", at: place,
        advice: "leave \"collection\" out; a copy of another collection in that layout is \"own\"")
    }
  }

  /// How many cases are of a collection, and why that is thought.
  struct Recognised: Equatable {
    let collection: String
    let count: Int
    let reason: String
  }

  /// The collections that cases are of: what the specification says, else the layout, else those that ids and names of
  /// images look like.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a collection that neither the program nor the catalogue knows.
  func recognised(_ cases: [Case], known: [String]) throws -> [Recognised] {
    if let declared {
      let names = Set(known + ImageCollection.names).sorted()
      guard declared == ImageCollection.own || names.contains(declared) else {
        throw ZooError(
          .badValue,
          "unknown collection \"\(declared)\"; \(suggestion(for: declared, among: names))",
          at: place, advice: "data of none of them are \"own\"")
      }
      return declared == ImageCollection.own
        ? [] : [Recognised(collection: declared, count: cases.count, reason: "as the study says")]
    }
    if let layout {
      return [Recognised(collection: layout, count: cases.count, reason: "by their layout")]
    }
    var counts: [String: Int] = [:]
    for case let name? in cases.map(ImageCollection.recognised) { counts[name, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map {
      Recognised(collection: $0.key, count: $0.value, reason: "by their ids or names of images")
    }
  }

  /// A sentence where cases that look like those of a collection are said to be one's own.
  func note(on cases: [Case]) -> String? {
    guard declared == ImageCollection.own else { return nil }
    let found = cases.compactMap(ImageCollection.recognised)
    guard let first = found.first else { return nil }
    return
      "\(found.count) of the \(cases.count) cases have ids or names of images like those of \(first);"
      + " the study says that its data are of no published collection (\"collection\": \"own\")"
  }
}
