import Basics

/// The views that a case's pictures may be of, each a slot that holds one picture or none.
package struct ViewSlots: Sendable, Equatable {
  /// One view.
  package struct Slot: Sendable, Equatable {
    package let name: String
    /// What tables call it, besides its name: `PA` and `AP` of a frontal view.
    package let words: [String]

    package init(name: String, words: [String] = []) {
      self.name = name
      self.words = words
    }
  }

  package let slots: [Slot]

  package init(_ slots: [Slot]) { self.slots = slots }

  /// The names, in the order of the slots.
  package var names: [String] { slots.map(\.name) }

  /// Names that the subsets of a results table have already.
  private static let taken = ["image", "text"]

  /// Reads `["frontal", "lateral"]`, or `{"frontal": ["PA", "AP"], "lateral": ["LL"]}`, where a slot lists the words
  /// that tables have for it.
  ///
  /// - Throws: `ZooError` of code `.badValue` for no view, one that is named twice, or a name that can't be used.
  package init(_ value: JSONValue) throws {
    if case .array(let names) = value.content {
      slots = try names.map { Slot(name: try $0.string()) }
    } else {
      slots = try value.object().members.map { member in
        Slot(name: member.key, words: try member.value.array().map { try $0.string() })
      }
    }
    guard !slots.isEmpty else {
      throw ZooError(
        .badValue, "names no view; expected such as [\"frontal\", \"lateral\"]", at: value.place)
    }
    var seen: Set<String> = []
    for word in slots.flatMap({ slot in Set(([slot.name] + slot.words).map { $0.lowercased() }) }) {
      guard seen.insert(word).inserted else {
        throw ZooError(.badValue, "the view \"\(word)\" is named twice", at: value.place)
      }
    }
    for name in names {
      let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
      guard isPlain, !isBlank(name), tidied(name) == name,
        !ViewSlots.taken.contains(name.lowercased())
      else {
        throw ZooError(
          .badValue,
          "a view can't be called \"\(name)\": expected letters, digits, '-', '_' and spaces, and neither"
            + " \"image\" nor \"text\"", at: value.place)
      }
    }
  }

  package var json: JSONValue {
    guard slots.contains(where: { !$0.words.isEmpty }) else { return names.json }
    return JSONValue(.object(slots.map { ($0.name, $0.words.json) }))
  }

  /// The slot of a view as a table has it, without regard to case; nil where there is none.
  package func index(of view: String?) -> Int? {
    guard let word = view.map({ tidied($0).lowercased() }) else { return nil }
    return slots.firstIndex { slot in
      slot.name.lowercased() == word || slot.words.contains { $0.lowercased() == word }
    }
  }

  /// The slots of some names, in the order of the names.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a name that is not there.
  package func named(_ names: [String], at place: Place) throws -> ViewSlots {
    ViewSlots(
      try names.map { name in
        guard let slot = slots.first(where: { $0.name == name }) else {
          throw ZooError(
            .badValue, "no view is called \"\(name)\"; " + suggestion(for: name, among: self.names),
            at: place)
        }
        return slot
      })
  }

  /// The picture of each slot among a case's; of several of one view the first.
  ///
  /// With `takesUnnamed` one whose view is not told fills the only slot of one.
  package func picked(from images: [CaseImage], takesUnnamed: Bool = true) -> [Int?] {
    var picked = [Int?](repeating: nil, count: slots.count)
    for (place, image) in images.enumerated() {
      let isOnly = takesUnnamed && slots.count == 1 && image.view == nil
      if let slot = isOnly ? 0 : index(of: image.view), picked[slot] == nil { picked[slot] = place }
    }
    return picked
  }
}
