import Basics

/// The cases of each value of an attribute, such as each hospital.
struct Sites {
  /// The values, in natural order of their bytes.
  let names: [String]
  /// The cases of each, ascending.
  let members: [[Int]]
  /// The names of their splits, which every disk takes as a folder's, none twice.
  let splitNames: [String]

  /// Finds the sites of a set.
  ///
  /// - Throws: `ZooError` of code `.badValue`: an attribute that the cases do not have, cases without it, a single site,
  ///   sites without a class.
  init(_ set: CaseSet, _ column: String) throws {
    let values = set.cases.map { $0.attributes[column] }
    let known = Set(set.cases.flatMap(\.attributes.keys)).sorted()
    guard values.contains(where: { $0 != nil }) else {
      throw ZooError(
        .badValue,
        "no case has a \"\(column)\" to divide by; "
          + (known.isEmpty
            ? "these data have no such attributes" : "there are: \(known.joined(separator: ", "))"),
        at: Place(key: "folds.column"))
    }
    if let first = values.firstIndex(of: nil) {
      throw ZooError(
        .badValue,
        "\(values.count { $0 == nil }) of the \(values.count) cases have no \"\(column)\", such as"
          + " \"\(set.cases[first].id)\"", at: set.cases[first].source,
        advice:
          "write where they are from, or take them out of the table: unknown ones may be of the tested site"
      )
    }
    let found = Set(values.compactMap { $0 }).sorted()
    guard found.count >= 2 else {
      throw ZooError(
        .badValue,
        "all \(values.count) cases are of the \(column) \"\(found[0])\"; expected two or more",
        at: Place(key: "folds.column"))
    }
    names = found
    members = found.map { name in values.indices.filter { values[$0] == name } }
    splitNames = Sites.splitNames(found, column)
    try checkLabels(set, column)
  }

  /// Letters, digits and a few signs stay; names that a disk may take for one another get a number.
  static func splitNames(_ names: [String], _ column: String) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
      let plain = "\(column) \(name)".unicodeScalars.prefix(60).map { scalar in
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-_ +".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
      }
      var text = String(plain)
      while text.hasSuffix(" ") { text.removeLast() }
      if text.hasPrefix(" ") { text = "_" + text.dropFirst() }
      // No site is taken for a seed of another.
      if SplitName.parts(text).seed > 1 { text += "_" }
      var unique = text
      while let count = seen[unique.lowercased()] {
        seen[unique.lowercased()] = count + 1
        unique = "\(text) +\(count + 1)"
      }
      seen[unique.lowercased()] = 1
      return unique
    }
  }

  /// Sees that each site can be scored.
  private func checkLabels(_ set: CaseSet, _ column: String) throws {
    let matrix = set.labelMatrix
    let width = matrix.names.count
    var lacks: [String] = []
    for (name, cases) in zip(names, members) {
      for label in 0..<width {
        let known = cases.filter { matrix.isKnown[$0 * width + label] }
        let present = known.count { matrix.answers[$0 * width + label] }
        if present == 0 {
          lacks.append("\"\(name)\" (\(cases.count) cases) has no \"\(matrix.names[label])\"")
        } else if !matrix.isExclusive, present == known.count {
          lacks.append(
            "\"\(name)\" (\(cases.count) cases) has no case without \"\(matrix.names[label])\"")
        }
      }
    }
    guard !lacks.isEmpty else { return }
    let more = lacks.count > 8 ? "; and \(lacks.count - 8) more" : ""
    throw ZooError(
      .badValue,
      "what can't be tested alone: \(lacks.prefix(8).joined(separator: "; "))\(more)",
      at: Place(key: "folds.column"),
      advice:
        "give small ones a common value in the column \"\(column)\", or take their cases out of the table"
    )
  }
}
