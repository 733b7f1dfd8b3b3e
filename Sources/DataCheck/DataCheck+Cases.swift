import Basics
import Datasets

/// What is said of cases, labels, patients and subsets.
extension DataCheck {
  static func caseFindings(_ input: Input, _ tables: CaseTables) -> [DataFinding] {
    let set = input.set
    var found = input.errors.map { error in
      DataFinding(
        .study, .error,
        (error.place.map { "\($0): " } ?? "") + error.message, advice: error.advice)
    }
    if !set.leftOut.isEmpty {
      let examples = set.leftOut.prefix(3).map { "\($0.place): \($0.message)" }
      found.append(
        DataFinding(
          .unusable, .error,
          "\(count(set.leftOut.count, "case")) can't be used: \(BadCases(set.leftOut).counts). "
            + examples.joined(separator: "; ") + (set.leftOut.count > 3 ? "; …" : ""),
          advice: "repair them, or leave them out with --skip-bad",
          cases: set.leftOut.map(\.id)))
    }
    found += labelFindings(set) + missing(input, tables) + associations(tables)
    return found
  }

  private static func labelFindings(_ set: CaseSet) -> [DataFinding] {
    let matrix = set.labelMatrix
    let width = matrix.names.count
    var found: [DataFinding] = []
    let (positives, negatives) = (matrix.positives, matrix.negatives)
    for label in 0..<width {
      let isLeast = positives[label] <= negatives[label] || matrix.isExclusive
      let fewest = isLeast ? positives[label] : negatives[label]
      guard fewest < 30 else { continue }
      let rows = (0..<matrix.count).filter { row in
        matrix.isKnown[row * width + label] && matrix.answers[row * width + label] == isLeast
      }
      let what = isLeast ? "“\(matrix.names[label])”" : "no “\(matrix.names[label])”"
      found.append(
        DataFinding(
          .rareLabel, fewest < 10 ? .warning : .note,
          "\(what): \(count(fewest, "case")) of \(matrix.count)",
          advice: "its scores will be coarse; gather more, join it with another, or leave it out",
          cases: ids(set, rows)))
    }
    let unknown = matrix.unknown
    let names = (0..<width).filter { unknown[$0] > 0 }
    if !names.isEmpty {
      found.append(
        DataFinding(
          .missingValue, .note,
          "answers that are not known: "
            + names.map { "“\(matrix.names[$0])” \(unknown[$0])" }.joined(separator: ", ")
            + "; they take part in no loss and no score"))
    }
    return found
  }

  private static func missing(_ input: Input, _ tables: CaseTables) -> [DataFinding] {
    let set = input.set
    func note(_ what: String, _ rows: [Int], _ severity: DataFinding.Severity, _ advice: String?)
      -> DataFinding?
    {
      rows.isEmpty
        ? nil
        : DataFinding(
          .missingValue, severity, "\(count(rows.count, "case")) of \(set.cases.count) \(what)",
          advice: advice, cases: ids(set, rows))
    }
    func rows(_ isMissing: (Case) -> Bool) -> [Int] {
      set.cases.indices.filter { isMissing(set.cases[$0]) }
    }
    let withoutPatient = rows { $0.group == nil }
    let patients =
      withoutPatient.count == set.cases.count
      ? DataFinding(
        .missingValue, .warning, "no case names its patient",
        advice:
          "name the column in \"patient\": pictures of one patient else come into training and test"
      )
      : note(
        "have no patient", withoutPatient, .warning,
        "each counts as a patient of its own; fill the column in")
    let attributes = input.attributes.compactMap { name in
      note("have no \(name)", rows { $0.attributes[name] == nil }, .note, nil)
    }
    let layout = set.pictureLayout
    let views = Set(set.pictures.compactMap { $0?.view }).sorted()
    let lacking = views.compactMap { name in
      note(
        "have no \(name) picture", rows { item in !item.images.contains { $0.view == name } },
        .note, "in a study that names its views a learned vector stands for it")
    }
    return [
      patients,
      input.words.isEmpty
        ? nil
        : note(
          "have no word of text", set.cases.indices.filter { input.words[$0].isEmpty }, .warning,
          nil),
      input.sketches.isEmpty
        ? nil
        : note(
          "have no picture",
          set.cases.indices.filter { layout[$0].allSatisfy { input.sketches[$0] == nil } },
          .warning, nil),
    ].compactMap { $0 } + attributes + lacking
  }

  private static func associations(_ tables: CaseTables) -> [DataFinding] {
    let passedOver = tables.passedOver.map { name in
      DataFinding(
        .attribute, .note,
        "“\(name)” has more than \(CaseTables.mostValues) values: it is not tabulated, nor compared with labels"
      )
    }
    return passedOver
      + tables.associations.filter { $0.v >= 0.5 }.map { found in
        DataFinding(
          .attribute, .warning,
          "“\(found.attribute)” and “\(found.label)” go together: Cramér's V "
            + NumberText.fixed(found.v, digits: 2),
          advice:
            "a model may learn \(found.attribute) instead; look at its subgroups with \"zoo evaluate --groups\","
            + " or test each with \"group-out\" folds")
      }
  }

  /// What stands in training and in test of a split, whatever the folds keep together.
  static func crossings(_ input: Input) -> [DataFinding] {
    let set = input.set
    let kinds: [(name: String, link: GroupLink)] = [
      ("patient", .patient), ("report text", .text), ("picture", .picture),
    ]
    return kinds.compactMap { name, link in
      guard !input.splits.isEmpty else { return nil }
      let keys = link.keys(of: set.cases)
      var crossing: Set<Int> = []
      for split in input.splits {
        let seen = Set((split.training + split.validation).flatMap { keys[$0] })
        crossing.formUnion(split.test.filter { keys[$0].contains(where: seen.contains) })
      }
      guard !crossing.isEmpty else { return nil }
      return DataFinding(
        .crossing, .warning,
        "\(count(crossing.count, "case")) \(crossing.count == 1 ? "is" : "are") tested while a case with the same"
          + " \(name) is trained on",
        advice: "let folds keep them together: their scores are optimistic",
        cases: ids(set, crossing.sorted()))
    }
  }

  /// Pictures and texts that cases share though their labels or patients differ.
  static func duplicates(_ set: CaseSet) -> [DataFinding] {
    let pictures = groups(set, by: .picture)
    let texts = groups(set, by: .text)
    func finding(
      _ kind: DataFinding.Kind, _ severity: DataFinding.Severity, _ what: String, _ groups: [[Int]],
      _ advice: String?
    ) -> DataFinding? {
      guard !groups.isEmpty else { return nil }
      let cases = groups.flatMap { $0 }
      let examples = groups.prefix(3).map { group in
        group.prefix(3).map { "\(set.cases[$0].id) (\(shown(set.cases[$0])))" }
          .joined(separator: " and ")
      }
      return DataFinding(
        kind, severity,
        "\(count(cases.count, "case")) share \(what) (\(count(groups.count, "group"))): "
          + examples.joined(separator: "; ") + (groups.count > 3 ? "; …" : ""),
        advice: advice, cases: ids(set, cases))
    }
    let conflicting = pictures.filter { Set($0.map { set.cases[$0].answer }).count > 1 }
    let foreign = pictures.filter { group in
      !conflicting.contains(group) && Set(group.compactMap { set.cases[$0].group }).count > 1
    }
    let plain = pictures.filter { !conflicting.contains($0) && !foreign.contains($0) }
    return [
      finding(
        .duplicatePicture, .error, "a picture under different labels", conflicting,
        "one of the labels is wrong, or the picture belongs to one of the cases alone"),
      finding(
        .duplicatePicture, .warning, "a picture with another patient", foreign,
        "is it one patient with two numbers, or a wrong file?"),
      finding(.duplicatePicture, .note, "a picture", plain, nil),
      finding(
        .duplicateText, .note, "a report text under different labels",
        texts.filter { Set($0.map { set.cases[$0].answer }).count > 1 },
        "texts alone can't tell these apart"),
    ].compactMap { $0 }
  }

  private static func shown(_ item: Case) -> String {
    item.findings.isEmpty ? item.label ?? "none" : item.findings.joined(separator: ", ")
  }

  /// "1 case", "3 cases".
  static func count(_ number: Int, _ what: String) -> String {
    "\(number) \(what)\(number == 1 ? "" : "s")"
  }
}
