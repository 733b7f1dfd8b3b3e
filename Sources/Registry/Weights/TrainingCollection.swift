import Basics

/// A published collection that weights were trained on, as the catalogue says.
package struct TrainingCollection: Sendable, Equatable {
  /// What is known of which of its cases were trained on.
  package enum Split: String, Sendable, CaseIterable {
    /// All of them.
    case whole
    /// The training subset that its publishers divided off.
    case official
    /// Those of lists that stand beside the weights.
    case published
    /// Some of them; which is not known any more.
    case lost
  }

  /// Its name, such as `chestx-ray14`.
  package let collection: String
  /// Which of its cases were trained on.
  package let split: Split
  /// Where that is said.
  package let source: String

  /// Reads an element of `trainedOn`.
  ///
  /// - Throws: `ZooError` for an unknown key, a missing one, or a name that is none.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    collection = try object.string("collection")
    split = try object.choice("split")
    source = try object.string("source")
    try object.finish()
    let isName = collection.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
    }
    guard isName, !collection.isEmpty else {
      throw ZooError(
        .badValue,
        "\"\(collection)\" is no name of a collection; expected small letters, digits and \"-\","
          + " such as chestx-ray14", at: value.place)
    }
  }

  /// Reads `trainedOn`; nil where an entry does not have it.
  ///
  /// - Throws: as of one; `ZooError` for a collection that stands twice.
  static func list(_ object: inout JSONObject) throws -> [TrainingCollection]? {
    guard let value = object.value("trainedOn") else { return nil }
    var seen: Set<String> = []
    return try value.array().map { element in
      let one = try TrainingCollection(element)
      guard seen.insert(one.collection).inserted else {
        throw ZooError(
          .badValue, "the collection \"\(one.collection)\" stands twice", at: element.place)
      }
      return one
    }
  }

  /// As it stands in the catalogue.
  var json: JSONValue {
    ["collection": collection.json, "split": split.rawValue.json, "source": source.json]
  }

  /// "chestx-ray14 (on which of its cases is not known)".
  package var sentence: String {
    switch split {
    case .whole: "\(collection) (all of it)"
    case .official: "\(collection) (its official training subset)"
    case .published: "\(collection) (by lists published beside the weights)"
    case .lost: "\(collection) (on which of its cases is not known)"
    }
  }
}

extension JSONValue {
  /// `trainedOn` for a list of weight sets; null where the catalogue does not say.
  package static func collections(_ collections: [TrainingCollection]?) -> JSONValue {
    collections.map { JSONValue(.array($0.map(\.json))) } ?? JSONValue(.null)
  }
}
