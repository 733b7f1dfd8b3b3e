import Basics

/// Holds the cases of a reader against the rules; every reader ends here.
struct CaseChecker {
  let rules: CaseRules
  /// The file or folder the set was read from.
  let origin: String
  private let labelSource: String
  /// What is left out without being a breach.
  private(set) var leftOut: [LeftOut] = []
  private var problems: [LeftOut] = []
  private var kept: [Case] = []
  private var firstPlace: [String: Place] = [:]
  private var labelCounts: [String: Int] = [:]
  /// Folders that were looked for, and the one of their parents that is not there.
  private var missingFolders: [String: String?] = [:]

  /// How many labels an error lists.
  private static let listed = 10

  /// A checker for what was read from `origin`; `labelSource` is what holds the labels, in a sentence.
  init(rules: CaseRules, origin: String, labelSource: String = "the data") {
    self.rules = rules
    self.origin = origin
    self.labelSource = labelSource
  }

  /// Notes a case that the reader itself leaves out by the rules of its data set.
  mutating func leaveOut(_ item: LeftOut) { leftOut.append(item) }

  /// Notes a case that can't be used.
  mutating func refuse(_ item: LeftOut) {
    problems.append(item)
    if rules.skipsBad { leftOut.append(item) }
  }

  /// Takes a case, or notes the first rule it breaks.
  mutating func add(_ item: Case) {
    if let first = firstPlace[item.id] {
      let earlier = samePath(first, item.source) ? first.lineText : first.description
      refuse(item, .duplicateID, "the id \"\(item.id)\" occurs twice, first at \(earlier)")
      return
    }
    firstPlace[item.id] = item.source
    guard checkLabel(item), checkImage(item), checkText(item), checkEither(item) else { return }
    kept.append(item)
  }

  /// The set, if no rule was broken or bad cases are to be skipped.
  ///
  /// - Throws: `ZooError` of code `.badValue` that counts the problems by their kinds and gives examples.
  ///
  /// `labels` are those that the reader found, where the rules name none.
  func finish(
    name: String, description: String, terms: String, labels: [String]? = nil,
    notes: [String] = []
  ) throws -> CaseSet {
    if !rules.skipsBad, !problems.isEmpty { throw refusal() }
    guard !kept.isEmpty else {
      throw ZooError(
        .badValue, "no case is left of \(leftOut.count) read; expected at least one",
        at: Place(path: origin), advice: leftOut.first.map { "\($0.place): \($0.message)" })
    }
    if rules.labels == nil { try checkClassCount() }
    var set = CaseSet(
      name: name, description: description, terms: terms, cases: kept,
      labels: rules.labels ?? labels,
      isMultiLabel: rules.labelling == .together, leftOut: leftOut)
    set.notes = notes
    return set
  }

  private func refusal() -> ZooError {
    let isAll = kept.isEmpty
    return BadCases(problems).error(
      at: Place(path: origin),
      advice: labelAdvice
        ?? (isAll ? "correct them" : "correct them, or leave them out with --skip-bad"))
  }

  /// What to write where all unknown labels are known ones in another case.
  private var labelAdvice: String? {
    guard let labels = rules.labels, problems.contains(where: { $0.reason == .unknownLabel })
    else { return nil }
    let found = labelCounts.keys.filter { !labels.contains($0) }.sorted()
    let spellings = labels.map { label in
      found.filter { $0.lowercased() == label.lowercased() }
    }
    guard !found.isEmpty, spellings.reduce(0, { $0 + $1.count }) == found.count else { return nil }
    let holds = labelCounts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
    let isClean = zip(labels, spellings).allSatisfy { labelCounts[$0] == nil && $1.count <= 1 }
    let advice =
      isClean
      ? "write \"labels\" as they are there: ["
        + zip(labels, spellings).map { "\"\($1.first ?? $0)\"" }.joined(separator: ", ") + "]"
      : "write them alike"
    return
      "\(labelSource) holds \(holds), \"labels\" asks for \(labels.joined(separator: ", ")): \(advice)"
  }

  private mutating func refuse(_ item: Case, _ reason: LeftOut.Reason, _ message: String) {
    refuse(LeftOut(id: item.id, reason: reason, message: message, place: item.source))
  }

  private mutating func checkLabel(_ item: Case) -> Bool {
    if rules.labelling == .together { return true }
    guard let label = item.label, !label.isEmpty else {
      refuse(item, .unknownLabel, "case \"\(item.id)\" has no label")
      return false
    }
    labelCounts[label, default: 0] += 1
    guard let labels = rules.labels, !labels.contains(label) else { return true }
    refuse(
      item, .unknownLabel,
      "unknown label \"\(label)\"; " + suggestion(for: label, among: labels))
    return false
  }

  private mutating func checkImage(_ item: Case) -> Bool {
    guard rules.image != .optional else { return true }
    guard !item.images.isEmpty, !item.images.contains(where: { $0.path.isEmpty }) else {
      if rules.image == .allowed { return true }
      let message = "case \"\(item.id)\" has no image"
      if rules.image == .required {
        refuse(item, .noImage, message)
      } else {
        leaveOut(LeftOut(id: item.id, reason: .noImage, message: message, place: item.source))
      }
      return false
    }
    guard let path = item.images.first(where: { !isFile($0.path) })?.path else { return true }
    if let folder = missingFolder(of: path) {
      refuse(item, .missingFolder, "no image folder \(folder)")
      return false
    }
    refuse(item, .missingImage, "no image file \(path) of case \"\(item.id)\"")
    return false
  }

  /// The outermost folder of a path that is not there.
  private mutating func missingFolder(of path: String) -> String? {
    guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return nil }
    let folder = String(path[..<end])
    if let known = missingFolders[folder] { return known }
    let missing = isFolder(folder) ? nil : missingFolder(of: folder) ?? folder
    missingFolders[folder] = .some(missing)
    return missing
  }

  private mutating func checkText(_ item: Case) -> Bool {
    guard rules.text != .optional, rules.text != .allowed, isBlank(item.text ?? "") else {
      return true
    }
    let message = "the text of case \"\(item.id)\" is empty"
    if rules.text == .required {
      refuse(item, .emptyText, message)
    } else {
      leaveOut(LeftOut(id: item.id, reason: .emptyText, message: message, place: item.source))
    }
    return false
  }

  private mutating func checkEither(_ item: Case) -> Bool {
    guard rules.image == .allowed, rules.text == .allowed, item.images.isEmpty,
      isBlank(item.text ?? "")
    else { return true }
    refuse(item, .noImage, "case \"\(item.id)\" has neither an image nor a text")
    return false
  }

  private func checkClassCount() throws {
    var counts: [String: Int] = [:]
    for item in kept { counts[item.label ?? "", default: 0] += 1 }
    let isEnough = rules.labelling == .classes ? counts.count >= 2 : counts.count == 2
    guard rules.labelling != .together, !isEnough else { return }
    let distinct = Set(counts.keys.map { $0.lowercased() }).count
    let found = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(Self.listed).map { "\"\($0.key)\" (\($0.value))" }.joined(separator: ", ")
    let more = counts.count > Self.listed ? ", …" : ""
    throw ZooError(
      .badValue,
      "\(counts.count) \(counts.count == 1 ? "label" : "labels") found: \(found)\(more); "
        + (rules.labelling == .classes ? "expected two or more" : "expected exactly two"),
      at: Place(path: origin),
      advice: distinct == 2 && counts.count > 2
        ? "some differ in case only: write them alike"
        : counts.count > 2
          ? "set \"task\": \"multi-class\" to tell all of them apart; or name two in \"labels\", and leave"
            + " the others out with --skip-bad"
          : "name the labels to be told apart")
  }

  private func samePath(_ a: Place, _ b: Place) -> Bool { a.path == b.path && a.line != nil }
}

extension Place {
  fileprivate var lineText: String { line.map { "line \($0)" } ?? description }
}
