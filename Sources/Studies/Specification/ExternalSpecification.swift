import Basics
import Datasets
import Evaluation

/// A data set that a study's models are evaluated on once they are trained, such as a second hospital's.
package struct ExternalSpecification: Sendable {
  /// Unlike that of any other of the study, also in upper and lower case.
  package let name: String
  package let data: DataSpecification
  /// Attributes whose groups are told apart.
  package let groups: [String]
  /// The data's own words for the study's labels, in their order; empty where they are the same.
  private let words: [String]
  private let place: Place

  /// Reads one of the list `external`; paths in it are relative to `folder`, `task` is the study's.
  ///
  /// - Throws: `ZooError` with the key, for data that ask another kind of question, too.
  init(_ value: JSONValue, folder: String, task: TaskKind) throws {
    var object = try value.object()
    place = value.place
    name = try object.string("name")
    data = try DataSpecification(object.required("data"), folder: folder, task: task)
    groups = try object.strings("groups") ?? []
    words = try object.strings("labels") ?? []
    guard Set(words).count == words.count else {
      throw ZooError(
        .badValue, "a word stands twice in \"labels\"", at: place,
        advice: "name one for each label of the study")
    }
    try object.finish()
    guard data.labels.task == task else {
      throw ZooError(
        .badValue,
        "the study's task is \(task.rawValue), that of these data \(data.labels.task.rawValue)",
        at: data.place)
    }
  }

  /// Reads the list `external` of a study.
  ///
  /// - Throws: `ZooError` with the key; where two are called alike.
  static func list(_ value: JSONValue?, folder: String, task: TaskKind) throws
    -> [ExternalSpecification]
  {
    var seen: Set<String> = []
    return try (value?.array() ?? []).map {
      let item = try ExternalSpecification($0, folder: folder, task: task)
      guard !item.name.isEmpty, seen.insert(item.name.lowercased()).inserted else {
        throw ZooError(
          .badValue,
          item.name.isEmpty
            ? "an external data set without a name"
            : "two external data sets are called \"\(item.name)\"", at: item.place,
          advice: "give each a \"name\" of its own")
      }
      return item
    }
  }

  /// Where a run's folder holds what its models say of these data, relative to it.
  ///
  /// - Throws: `ZooError` for a name that can be no folder's.
  package func folder() throws -> String { "external/\(try FolderName.ofID(name))" }

  /// The cases, under the study's words for their labels.
  ///
  /// - Parameters:
  ///   - labels: the study's.
  ///   - needs: what its models read.
  ///   - skipsBad: whether cases that can't be used are left out.
  /// - Returns: the cases, in their order.
  /// - Throws: `ZooError` for data that can't be read, and the first label that is none of the study's.
  package func load(
    labels: [String], needs: (images: Bool, texts: Bool), skipsBad: Bool
  ) throws -> CaseSet {
    guard words.isEmpty || words.count == labels.count else {
      throw ZooError(
        .badValue,
        "\"labels\" names \(words.count); the study has \(labels.count): \(labels.joined(separator: ", "))",
        at: place)
    }
    var set = try data.load(
      needsImages: needs.images, needsTexts: needs.texts, skipsBad: skipsBad)
    if !words.isEmpty {
      set = set.renamed(Dictionary(zip(words, labels)) { first, _ in first })
    }
    let unknown = set.cases.first { item in
      !set.isMultiLabel && !(item.label.map(labels.contains) ?? false)
    }
    if let unknown {
      throw ZooError(
        .badValue,
        "the label \"\(unknown.label ?? "")\" is none of the study's (\(labels.joined(separator: ", ")))",
        at: unknown.source,
        advice:
          "say in \"labels\" of \"\(name)\" which words of the data stand for them, in their order")
    }
    set.notes += try set.checkLabels(wanted: labels, by: "the study", at: data.place)
    return set
  }

  /// A sentence on the words that are read as the study's labels; nil where they are the same.
  package func note(_ labels: [String]) -> String? {
    guard !words.isEmpty else { return nil }
    return "\(name): labels are read as the study's: "
      + zip(words, labels).map { "\($0) as \($1)" }.joined(separator: ", ")
  }
}
