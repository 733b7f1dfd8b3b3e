import Basics
import Datasets
import Evaluation
import Foundation
import Studies
import Training

extension ExternalData {
  /// How data sets are read.
  package struct Reading: Sendable {
    /// What paths in a study are relative to; nil: the study's folder.
    package var dataFolder: String?
    /// Of a table: what image paths are relative to; nil: its folder.
    package var imageFolder: String?
    /// Of a table: what columns are called.
    package var columns = CSVColumns()
    package var table = TableOptions()
    /// The data's own words for the models' labels, in their order; empty where they are the same.
    package var labels: [String] = []
    /// Attributes whose groups are told apart.
    package var groups: [String] = []
    package var skipsBad = false

    package init() {}
  }

  /// Reads several, each with a name of its own.
  ///
  /// - Throws: as of one.
  package static func all(_ paths: [String], for models: [EvaluatedModel], _ reading: Reading)
    throws
    -> [ExternalData]
  {
    var seen: [String: Int] = [:]
    return try paths.map { path in
      var set = try ExternalData(path: path, for: models, reading)
      let count = seen[set.name, default: 0] + 1
      seen[set.name] = count
      if count > 1 { set.name += " (\(count))" }
      return set
    }
  }

  /// Reads a study's data, or a table.
  ///
  /// - Parameters:
  ///   - path: a specification (`.json`), or a table.
  ///   - models: those that are asked; they share task and labels.
  ///   - reading: how.
  /// - Throws: `ZooError` with file and line.
  package init(path: String, for models: [EvaluatedModel], _ reading: Reading) throws {
    let model = models[0].model
    let words = reading.labels.isEmpty ? model.labels : reading.labels
    guard words.count == model.labels.count else {
      throw ZooError(
        .usage,
        "--labels names \(words.count); the model has \(model.labels.count): "
          + model.labels.joined(separator: ", "))
    }
    guard Set(words).count == words.count else {
      throw ZooError(
        .usage, "--labels names a word twice", advice: "name one for each label of the model")
    }
    let needs = (
      images: models.contains { $0.model.image != nil },
      texts: models.contains { $0.model.text != nil }
    )
    let isStudy = path.lowercased().hasSuffix(".json")
    var (set, options, isSynthetic, notes) =
      isStudy
      ? try Self.study(path, needs, model.task, reading)
      : try Self.table(path, models, words, reading)
    if !reading.labels.isEmpty {
      set = set.renamed(Dictionary(zip(words, model.labels)) { first, _ in first })
      notes.append(
        "\(path): labels are read as the model's: "
          + zip(words, model.labels).map { "\($0) as \($1)" }.joined(separator: ", "))
    }
    notes += try set.checkLabels(wanted: model.labels, by: "the model", at: Place(path: path))
    options.missing = options.missing ?? reading.table.missing
    let name = Self.name(of: path)
    try self.init(
      name: name, path: path, set: set, groups: reading.groups, options: options,
      isSynthetic: isSynthetic, notes: notes)
  }

  /// One of a study's external data sets.
  ///
  /// - Throws: `ZooError` for groups that its table does not have.
  package init(_ item: ExternalSpecification, _ set: CaseSet) throws {
    try self.init(
      name: item.name, path: item.data.resolvedPath, set: set, groups: item.groups,
      options: item.data.table, isSynthetic: item.data.isSynthetic, notes: [])
  }

  /// A file's name without its ending; of names that say nothing, its folder's.
  private static func name(of path: String) -> String {
    let own = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    let folder = ((path as NSString).deletingLastPathComponent as NSString).lastPathComponent
    let saysNothing = ["cases", "study", "data", "table"].contains(own.lowercased())
    return saysNothing && !["", ".", "..", "/"].contains(folder) ? folder : own
  }

  private typealias Found = (
    set: CaseSet, options: TableOptions, isSynthetic: Bool, notes: [String]
  )

  private static func study(
    _ path: String, _ needs: (images: Bool, texts: Bool), _ task: TaskKind, _ reading: Reading
  ) throws -> Found {
    let source = FormerNames.translated(try JSONValue.parse(contentsOf: path))
    let folder = reading.dataFolder ?? (path as NSString).deletingLastPathComponent
    var root = try source.value.object()
    let data = try DataSpecification(root.required("data"), folder: folder)
    guard (data.labels.task == .multiLabel) == (task == .multiLabel) else {
      throw ZooError(
        .badValue,
        "the model's task is \(task.rawValue), that of these data \(data.labels.task.rawValue)",
        at: data.place, advice: "set \"task\" in their \"data\" to \"\(task.rawValue)\"")
    }
    let set = try data.load(
      needsImages: needs.images, needsTexts: needs.texts, skipsBad: reading.skipsBad)
    return (set, data.table, data.isSynthetic, source.notes + data.notes)
  }

  private static func table(
    _ path: String, _ models: [EvaluatedModel], _ words: [String], _ reading: Reading
  ) throws -> Found {
    let header = try CSVTable(path: path, dialect: reading.table.dialect).columns
    // The model that reads most decides which columns there must be.
    let widest = models.max { Self.sides($0) < Self.sides($1) } ?? models[0]
    let model = widest.model
    let chosen = try CaseColumns(
      given: reading.columns, study: CaseColumns.ofStudy(above: widest.folder), header: header,
      model: model, wantsLabel: true, path: path)
    let notes = chosen.note.map { [$0] } ?? []
    var columns = chosen.columns
    if model.task == .multiLabel, columns.labelColumns.isEmpty, columns.labelSeparator == nil,
      words.allSatisfy(header.contains)
    {
      columns.label = nil
      columns.labelColumns = words.map { .init(label: $0, column: $0) }
    }
    guard columns.label != nil || !columns.labelColumns.isEmpty else {
      throw ZooError(
        .badValue,
        "no column is known to hold labels; there are: " + header.joined(separator: ", "),
        at: Place(path: path, line: 1),
        advice: model.task == .multiLabel
          ? "name each label's column as the label, or give the column that lists them: --label-column COLUMN"
            + " --label-separator SIGN" : "name it: --label-column COLUMN")
    }
    let side: CaseRules.Demand = model.acceptsMissingModality ? .allowed : .required
    let rules = CaseRules(
      image: model.image == nil ? .optional : side, text: model.text == nil ? .optional : side,
      labels: words, labelling: labelling(model.task), skipsBad: reading.skipsBad)
    let set = try CaseSet.csv(
      path: path, columns: columns, imageRoot: reading.imageFolder, rules: rules,
      options: reading.table)
    let isSynthetic = DataSpecification.isSample(table: path, imageRoot: reading.imageFolder)
    return (set, reading.table, isSynthetic, notes)
  }

  private static func labelling(_ task: TaskKind) -> CaseRules.Labelling {
    switch task {
    case .binary: .twoClasses
    case .multiClass: .classes
    case .multiLabel: .together
    }
  }

  private static func sides(_ model: EvaluatedModel) -> Int {
    (model.model.image == nil ? 0 : 1) + (model.model.text == nil ? 0 : 1)
  }
}
