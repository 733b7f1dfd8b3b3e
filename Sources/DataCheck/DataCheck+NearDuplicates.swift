import Basics
import Datasets
import NearDuplicates

/// What is said of pictures and texts that are nearly the same.
extension DataCheck {
  static func nearFindings(_ input: Input) -> [DataFinding] {
    pictureFindings(input) + textFindings(input)
  }

  /// What makes a pair worth a warning, the worst first.
  private enum Concern: CaseIterable {
    case labels
    case subsets
    case patients
    case none

    var sentence: String {
      switch self {
      case .labels: " under different labels"
      case .subsets: " of which one is tested while the other is trained on"
      case .patients: " of different patients"
      case .none: ""
      }
    }

    var severity: DataFinding.Severity { self == .none ? .note : .warning }
  }

  private static func pictureFindings(_ input: Input) -> [DataFinding] {
    guard let near = input.nearPictures else { return [] }
    let set = input.set
    // Equal pixels are told elsewhere.
    let (pictures, owners) = (set.pictures, set.pictureLayout.owners)
    let links = near.links.filter { link in
      let shared = pictures[link.first]?.picture?.shared
      return shared == nil || shared != pictures[link.second]?.picture?.shared
    }
    func cases(_ link: PictureLink) -> (Int, Int) {
      (owners[link.first], owners[link.second])
    }
    let limits =
      near.passedOver + near.unreadHashes == 0
      ? ""
      : " (of pictures that look like very many others \(near.passedOver) possible pairs and"
        + " \(near.unreadHashes) hashes were passed over)"
    return sorted(input, links, cases).map { concern, own in
      DataFinding(
        .nearPicture, concern.severity,
        "\(count(own.count, "pair")) of pictures \(own.count == 1 ? "is" : "are") nearly the same"
          + concern.sentence
          + examples(input, own.map { (cases($0).0, cases($0).1, $0.transform.sentence) })
          + limits,
        advice: advice(concern, "the exposure", key: "\"groupByImage\": \"near\" in \"folds\""),
        cases: members(set, own.map(cases)),
        pairs: own.map { link in
          DataFinding.Pair(
            first: set.cases[cases(link).0].id, second: set.cases[cases(link).1].id,
            similarity: link.correlation, what: link.transform.sentence)
        })
    }
  }

  private static func textFindings(_ input: Input) -> [DataFinding] {
    guard let near = input.nearTexts else { return [] }
    let set = input.set
    return sorted(input, near.links) { ($0.first, $0.second) }.map { concern, own in
      let limits =
        near.unread == 0
        ? ""
        : " (\(near.unread) look-ups met more than 32 earlier texts, and the rest was passed over)"
      return DataFinding(
        .nearText, concern.severity,
        "\(count(own.count, "pair")) of texts \(own.count == 1 ? "differs" : "differ") in a few words"
          + concern.sentence
          + examples(
            input,
            own.map { ($0.first, $0.second, "\(NumberText.fixed($0.similarity, digits: 2)) alike") }
          )
          + "; in all, \(count(near.groups.count, "group")) of equal or nearly equal texts hold"
          + " \(near.groups.reduce(0) { $0 + $1.count }) cases" + limits,
        advice: advice(concern, "the report", key: nil),
        cases: members(set, own.map { ($0.first, $0.second) }),
        pairs: own.map { link in
          DataFinding.Pair(
            first: set.cases[link.first].id, second: set.cases[link.second].id,
            similarity: link.similarity, what: "")
        })
    }
  }

  /// Links by what makes them worth a warning.
  private static func sorted<Link>(
    _ input: Input, _ links: [Link], _ places: (Link) -> (Int, Int)
  ) -> [(Concern, [Link])] {
    let roles = input.splits.map { split -> [Int8] in
      var roles = [Int8](repeating: 0, count: input.set.cases.count)
      for index in split.training + split.validation { roles[index] = 1 }
      for index in split.test { roles[index] = 2 }
      return roles
    }
    let cases = input.set.cases
    let grouped = Dictionary(grouping: links) { link -> Concern in
      let (first, second) = places(link)
      if cases[first].answer != cases[second].answer { return .labels }
      if roles.contains(where: { $0[first] + $0[second] == 3 }) { return .subsets }
      if let one = cases[first].group, let other = cases[second].group, one != other {
        return .patients
      }
      return .none
    }
    return Concern.allCases.compactMap { concern in grouped[concern].map { (concern, $0) } }
  }

  private static func examples(_ input: Input, _ pairs: [(Int, Int, String)]) -> String {
    let shown = pairs.prefix(3).map { first, second, what in
      "\(input.set.cases[first].id) and \(input.set.cases[second].id) (\(what))"
    }
    return ": " + shown.joined(separator: "; ") + (pairs.count > 3 ? "; …" : "")
  }

  private static func advice(_ concern: Concern, _ what: String, key: String?) -> String? {
    switch concern {
    case .labels: "look at the pairs: does one of the labels belong to \(what) of the other case?"
    case .subsets:
      key.map { "\($0) keeps them together" }
        ?? "scores of these cases are optimistic; is it a template?"
    case .patients: key == nil ? nil : "is it one patient with two numbers, or a wrong file?"
    case .none: nil
    }
  }

  /// The ids of all cases of pairs, in the order of the set.
  private static func members(_ set: CaseSet, _ pairs: [(Int, Int)]) -> [String] {
    ids(set, Set(pairs.flatMap { [$0.0, $0.1] }).sorted())
  }
}
