import Basics
import Datasets

/// What pre-trainings of schema 1 wrote otherwise than studies: `labels` and `lists` beside `data`, and the columns
/// of labels as `findings`.
struct FormerPretraining {
  /// `data` as a study writes it.
  let data: JSONValue
  let folds: JSONObject?
  /// A line for each former key.
  let notes: [String]

  /// Takes `data`, `labels`, `lists` and `folds` from the members of a specification.
  ///
  /// - Throws: `ZooError` with file, line and key: a key in both forms, a label that has no column.
  init(_ root: inout JSONObject) throws {
    var notes: [String] = []
    func note(_ value: JSONValue, _ former: String, _ today: String) {
      notes.append(
        "\(value.place): \"\(former)\" is called \"\(today)\" now; the old name is still read")
    }
    var data = try Members(root.required("data"))
    if let labels = root.value("labels") {
      guard data["labels"] == nil else {
        throw ZooError(
          .badValue, "\"labels\" stands here and in \"data\"", at: labels.place,
          advice: "leave this one out")
      }
      note(labels, "labels", "data.labels")
      data["labels"] = labels
    }
    if let value = data["columns"], let findings = try Members(value)["findings"] {
      note(findings, "findings", "labels")
      var columns = try Members(value)
      columns["findings"] = nil
      columns["labels"] = try FormerPretraining.chosen(data["labels"], of: findings)
      data["columns"] = columns.value
      // It chose among the columns, which now are those alone.
      data["labels"] = nil
    }
    self.data = data.value
    let (lists, folds) = (root.value("lists"), try root.object("folds"))
    if let lists {
      guard folds == nil else {
        throw ZooError(
          .badValue, "\"lists\" and \"folds\": either divides the cases", at: lists.place,
          advice: "leave one of them out")
      }
      note(lists, "lists", "folds")
      var kind = try Members(lists)
      kind["kind"] = "lists"
      self.folds = try kind.value.object()
    } else {
      self.folds = folds
    }
    self.notes = notes
  }

  /// The findings that are asked for, each of which has a column.
  private static func chosen(_ labels: JSONValue?, of findings: JSONValue) throws -> JSONValue {
    let known = try findings.array().map { try $0.string() }
    for value in try labels?.array() ?? [] {
      let name = try value.string()
      guard !known.contains(name) else { continue }
      throw ZooError(
        .badValue, "unknown finding \"\(name)\"; " + suggestion(for: name, among: known),
        at: value.place)
    }
    return labels ?? findings
  }

  /// The members of an object, to be changed.
  private struct Members {
    private(set) var value: JSONValue
    private var members: [(key: String, value: JSONValue)]

    init(_ value: JSONValue) throws {
      self.value = value
      members = try value.object().members
    }

    subscript(key: String) -> JSONValue? {
      get { members.first { $0.key == key }?.value }
      set {
        members.removeAll { $0.key == key }
        if let newValue { members.append((key, newValue)) }
        value.content = .object(members)
      }
    }
  }
}
