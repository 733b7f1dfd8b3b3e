import Basics
import Datasets
import Evaluation

/// What a study asks about its cases, and how its data tell the answers.
package struct LabelSpecification: Sendable, Equatable {
  package let task: TaskKind
  /// The classes or labels in their order; nil where the data tell.
  package private(set) var names: [String]?
  /// What an uncertain answer (−1) to a label becomes.
  package let uncertain: UncertainPolicy
  /// Whether labels of the data that are not named are left out and counted, rather than refused.
  package let ignoresOthers: Bool
  private let place: Place

  /// Reads `task`, `labels`, `uncertain` and `otherLabels` of a study's `data`; `task` is what holds where none
  /// is named.
  ///
  /// - Throws: `ZooError` with file, line and key: a label that is named twice, a key that another task has.
  init(_ object: inout JSONObject, task given: TaskKind = .binary) throws {
    place = object.place
    task = try object.choice("task", default: given)
    let list = object.value("labels")
    names = try list?.array().map { try $0.string() }
    for key in ["uncertain", "otherLabels"] {
      guard let value = object.value(key), task != .multiLabel else { continue }
      throw ZooError(
        .badValue, "\"\(key)\" is about labels that a case may have together", at: value.place,
        advice: "leave it out, or set \"task\": \"multi-label\"")
    }
    uncertain = try object.choice("uncertain", default: UncertainPolicy.masked)
    ignoresOthers =
      try object.choice("otherLabels", among: ["refused", "ignored"], default: "refused")
      == "ignored"
    var seen: Set<String> = []
    for name in names ?? [] where !seen.insert(name).inserted {
      throw ZooError(
        .badValue, "two labels are called \"\(name)\"", at: list?.place ?? place,
        advice: "name each label once")
    }
  }

  /// Takes the names from the columns, or from what a format is known to hold, and sees that their number
  /// fits the task.
  ///
  /// - Throws: `ZooError` with file, line and key.
  mutating func settle(format: DataSpecification.Format, columns: CSVColumns?) throws {
    // The order in which the classes' columns are named is that of the classes.
    let marks = columns?.labelColumns.map(\.label) ?? []
    if task == .binary, names == nil, marks.count > 2 {
      throw ZooError(
        .badValue, "\"columns\" names \(marks.count) classes; a binary study tells two apart",
        at: place,
        advice:
          "name two in \"labels\", the negative class first; or set \"task\" to \"multi-class\","
          + " or to \"multi-label\" where a case may have several")
    }
    if names == nil, !marks.isEmpty { names = marks }
    if task == .multiLabel, !marks.isEmpty, let names, Set(names) != Set(marks) {
      throw ZooError(
        .badValue,
        "\"labels\" names \(names.joined(separator: ", ")), and \"columns\" "
          + marks.joined(separator: ", "), at: place, advice: "leave \"labels\" out of \"data\"")
    }
    if names == nil, format == .chestXray14, task == .multiLabel { names = ChestXray14.findings }
    if names == nil, task != .binary, format != .csv {
      throw ZooError(
        .badValue, "\"labels\" is missing; expected the labels to be told apart", at: place,
        advice: format == .chestXray14
          ? "such as [\"No Finding\", \"Effusion\", \"Mass\"]"
          : "such as [\"normal\", \"Cardiomegaly\", \"Opacity\"]: headings of the MeSH column")
    }
    guard let names, !task.allows(labelCount: names.count) else { return }
    throw ZooError(
      .badValue,
      "labels: found \(names.count); expected "
        + (task == .binary
          ? "two, the negative class first"
          : "\(task.leastLabels) or more for a \(task.rawValue) task"),
      at: place,
      advice: task == .binary && names.count > 2
        ? "set \"task\" to \"multi-class\", or to \"multi-label\" where a case may have several"
        : nil)
  }
}

extension CaseRules {
  /// The rules for cases that are labelled as a study says.
  init(image: Demand, text: Demand, skipsBad: Bool, by labels: LabelSpecification) {
    let labelling: Labelling =
      switch labels.task {
      case .binary: .twoClasses
      case .multiClass: .classes
      case .multiLabel: .together
      }
    self.init(
      image: image, text: text, labels: labels.names, labelling: labelling, skipsBad: skipsBad)
    uncertain = labels.uncertain
    ignoresOtherLabels = labels.ignoresOthers
  }
}
