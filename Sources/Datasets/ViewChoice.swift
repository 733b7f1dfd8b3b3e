import Basics

/// Leaves of each case's pictures one of each view that is asked for, and counts the others.
struct ViewChoice {
  let slots: ViewSlots?
  private var others: [String: Int] = [:]
  private var repeated: [Int: Int] = [:]
  private var filled: [Int]
  private var lacking: [Int]
  private var several = 0

  init(_ slots: ViewSlots?) {
    self.slots = slots
    filled = [Int](repeating: 0, count: slots?.slots.count ?? 0)
    lacking = filled
  }

  /// Keeps the first picture of each slot, in the order of the slots, under the slot's name; all where no views are
  /// asked for.
  mutating func keep(_ item: inout Case) {
    guard let slots else {
      if item.images.count > 1 { several += 1 }
      return
    }
    let picked = slots.picked(from: item.images, takesUnnamed: false)
    for (place, image) in item.images.enumerated() where !picked.contains(place) {
      if let slot = slots.index(of: image.view) {
        repeated[slot, default: 0] += 1
      } else {
        others[image.view ?? "", default: 0] += 1
      }
    }
    for (slot, place) in picked.enumerated() {
      if place == nil { lacking[slot] += 1 } else { filled[slot] += 1 }
    }
    item.images = zip(slots.names, picked).compactMap { name, place in
      place.map { CaseImage(path: item.images[$0].path, view: name) }
    }
  }

  /// What was left out, in sentences with counts.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a view of which no case has a picture.
  func notes(at path: String) throws -> [String] {
    guard let slots else {
      return several > 0 ? ["\(path): \(several) cases have several pictures"] : []
    }
    for (slot, name) in slots.names.enumerated() where filled[slot] == 0 {
      let found = others.keys.filter { !$0.isEmpty }.sorted()
      throw ZooError(
        .badValue, "no case has a picture of the view \"\(name)\"", at: Place(path: path),
        advice: found.isEmpty
          ? "see whether the column of views is the right one"
          : "the data have \(found.prefix(10).joined(separator: ", ")); say which of them it is:"
            + " \"views\": {\"\(name)\": [\"\(found[0])\"]}")
    }
    var notes = [
      "\(path): pictures by view: "
        + zip(slots.names, zip(filled, lacking)).map { name, counts in
          "\(counts.0) \(name)"
            + (counts.1 > 0
              ? " (\(counts.1) \(counts.1 == 1 ? "case lacks" : "cases lack") it)" : "")
        }.joined(separator: ", ")
    ]
    if !others.isEmpty {
      let list = others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      notes.append(
        "\(path): left out since they are of other views: "
          + list.prefix(10).map { "\($0.value) \($0.key.isEmpty ? "without a view" : $0.key)" }
          .joined(separator: ", ") + (list.count > 10 ? ", …" : ""))
    }
    if !repeated.isEmpty {
      notes.append(
        "\(path): of several pictures of one view the first is taken; left out: "
          + repeated.sorted { $0.key < $1.key }.map { "\($0.value) \(slots.names[$0.key])" }
          .joined(separator: ", "))
    }
    return notes
  }
}
