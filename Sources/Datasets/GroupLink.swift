import Basics

/// What may link cases to a group.
package enum GroupLink: String, Sendable, CaseIterable {
  case patient
  case text
  case picture
  case nearPicture

  /// The key of a specification's `folds` that switches it off.
  package var key: String {
    switch self {
    case .patient: "groupByPatient"
    case .text: "groupByText"
    case .picture, .nearPicture: "groupByImage"
    }
  }

  /// What cases have in common that are linked, a list for each case; an empty one links nothing.
  package func keys(of cases: [Case]) -> [[String]] {
    switch self {
    case .patient: return cases.map { $0.group.map { [$0] } ?? [] }
    case .text:
      let tokenizer = Tokenizer()
      return cases.map { item in
        let words = item.text.map { tokenizer.words($0).joined(separator: " ") } ?? ""
        return words.isEmpty ? [] : [words]
      }
    case .picture: return cases.map(\.sharedPictures)
    case .nearPicture: return cases.map(\.nearPictures)
    }
  }

  /// What links most of some cases; nil where it links none of them.
  func largest(among cases: [Case]) -> LargestLink? {
    let keys = keys(of: cases)
    var counts: [String: Int] = [:]
    for key in keys.joined() { counts[key, default: 0] += 1 }
    guard let most = counts.values.max(), most > 1,
      let first = keys.firstIndex(where: { $0.contains { counts[$0] == most } })
    else { return nil }
    return LargestLink(kind: self, count: most, example: cases[first])
  }
}

/// The most cases that one value links.
struct LargestLink {
  let kind: GroupLink
  let count: Int
  /// One of them.
  let example: Case

  /// What they share, and the key that parts them.
  var sentence: String {
    switch kind {
    case .patient:
      "\(count) have the patient \"\(example.group ?? "")\": where that says that nobody is known, "
        + "leave it empty; \"groupByPatient\": false in \"folds\" parts all patients"
    case .text:
      "\(count) have the same text (\"\(beginning)\"): \"groupByText\": false in \"folds\" parts "
        + "equal texts"
    case .picture:
      "\(count) show the same picture (\(example.imagePath ?? example.id)): "
        + "\"groupByImage\": false in \"folds\" parts equal pictures"
    case .nearPicture:
      "\(count) show nearly the same picture (\(example.imagePath ?? example.id)): "
        + "\"groupByImage\": true in \"folds\" keeps equal pictures alone together"
    }
  }

  private var beginning: String {
    let words = (example.text ?? "").split(whereSeparator: \.isWhitespace)
    let text = words.prefix(8).joined(separator: " ")
    return words.count > 8 || text.count > 80 ? "\(text.prefix(80)) …" : text
  }
}
