import Basics
import Datasets
import Registry
import Training

/// A pre-training: an image encoder on many findings at once.
package struct PretrainingSpecification: Sendable {
  package let name: String
  package let seed: UInt64
  package let image: ImageBranch
  /// The findings asked for, in the order of the outputs.
  package let labels: [String]
  package let folds: FoldPlan
  /// Rate of dropout on the features.
  package let featureDropout: Float
  /// The file as it was read.
  package let source: JSONValue
  private let data: Table
  private let lists: (training: String, test: String)?
  private let folder: String

  private struct Table {
    let path: String
    let imageRoot: String?
    /// Nil for ChestX-ray14's table.
    let own: (columns: FindingColumns, uncertain: UncertainPolicy)?
    let options: TableOptions
    let place: Place
    /// Whether the specification says that a program made the data.
    let isDeclaredSynthetic: Bool
    let origin: DataOrigin
  }

  /// Reads a specification file; with `dataFolder`, its data paths are relative to that folder.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package init(path: String, registry: EncoderRegistry, dataFolder: String? = nil) throws {
    var root: JSONObject
    (source, root, folder, formerNames) = try StudySpecification.opened(
      path, dataFolder: dataFolder)
    name = try root.string("name")
    seed = UInt64(try root.integer("seed", in: 0...Int.max, default: 1))
    data = try Self.table(root.required("data"))
    let chosen = root.value("labels")
    labels = try Self.labels(chosen, data)
    lists = try root.object("lists").map { object in
      var object = object
      let lists = (try object.string("training"), try object.string("test"))
      try object.finish()
      return lists
    }
    let plan = try root.object("folds")
    guard lists == nil || plan == nil else {
      throw ZooError(
        .badValue, "\"lists\" and \"folds\": either divides the cases", at: source.place,
        advice: "leave one of them out")
    }
    folds = try StudySpecification.folds(plan, seed: seed)
    if case .groupOut = folds.kind {
      throw ZooError(
        .badValue, "\"group-out\" is for studies; a pre-training has one split", at: source.place,
        advice: "take \"k-fold\" or \"splits\", or \"lists\"")
    }
    let branch = try root.required("image")
    image = try ImageBranch(branch, registry: registry, defaults: TrainingSettings())
    guard image.members == 1 else {
      throw ZooError(.badValue, "pre-training has one member", at: branch.place)
    }
    featureDropout = Float(try root.number("featureDropout", in: 0...0.95, default: 0))
    try root.finish()
  }

  private static func table(_ value: JSONValue) throws -> Table {
    var object = try value.object()
    let format = try object.choice("format", among: ["chestx-ray14", "csv"])
    let path = try object.string("path")
    let imageRoot = try object.optionalString("imageRoot")
    let policy = try object.choice("uncertain", default: UncertainPolicy.masked)
    let isSynthetic = try object.boolean("synthetic", default: false)
    let options = try TableOptions(&object)
    let origin = try DataOrigin(&object, format: format)
    var columns: FindingColumns?
    if var named = try object.object("columns") {
      columns = FindingColumns(
        id: try named.optionalString("id"), image: try named.string("image"),
        patient: try named.optionalString("patient"),
        findings: try named.strings("findings") ?? [])
      try named.finish()
    }
    try object.finish()
    if format == "chestx-ray14" {
      return Table(
        path: path, imageRoot: imageRoot, own: nil, options: options, place: value.place,
        isDeclaredSynthetic: isSynthetic, origin: origin)
    }
    guard let columns, !columns.findings.isEmpty else {
      throw ZooError(
        .badValue, "\"columns\" is missing; expected {\"image\": …, \"findings\": [ … ]}",
        at: value.place)
    }
    return Table(
      path: path, imageRoot: imageRoot,
      own: (columns, policy), options: options,
      place: value.place, isDeclaredSynthetic: isSynthetic, origin: origin)
  }

  private static func labels(_ chosen: JSONValue?, _ data: Table) throws -> [String] {
    let known = data.own?.columns.findings ?? ChestXray14.findings
    guard let chosen else { return known }
    let names = try chosen.array().map { value in
      let name = try value.string()
      guard known.contains(name) else {
        throw ZooError(
          .badValue, "unknown finding \"\(name)\"; " + suggestion(for: name, among: known),
          at: value.place)
      }
      return name
    }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ZooError(.badValue, "expected one or more findings, each once", at: chosen.place)
    }
    return names
  }

  /// The cases, checked.
  ///
  /// - Throws: `ZooError` that counts the cases that can't be used by kind, with examples.
  package func load(skipsBad: Bool) throws -> CaseSet {
    let (path, imageRoot) = (
      joinPath(folder, data.path), data.imageRoot.map { joinPath(folder, $0) }
    )
    guard let own = data.own else {
      return try CaseSet.chestXray14(
        table: path, imageRoot: imageRoot,
        rules: CaseRules(
          image: .required, labels: [ChestXray14.normal, ChestXray14.abnormal],
          skipsBad: skipsBad), options: data.options)
    }
    return try CaseSet.findings(
      path: path, columns: own.columns, uncertain: own.uncertain, imageRoot: imageRoot,
      options: data.options, skipsBad: skipsBad)
  }

  /// The table of the cases.
  var tablePath: String { joinPath(folder, data.path) }

  /// How the cases are divided, for a reader.
  var foldsSentence: String {
    lists == nil ? folds.sentence : "divided by the official lists, validation with seed \(seed)"
  }

  /// Whether a program made the data: the specification says so, or they lie in a phantom sample.
  package var isSynthetic: Bool { data.isDeclaredSynthetic || isSample }

  private var isSample: Bool {
    DataSpecification.isSample(
      table: tablePath, imageRoot: data.imageRoot.map { joinPath(folder, $0) })
  }

  /// Which published collection the cases are of, and whether starting weights may have seen them.
  var origin: DataOrigin { data.origin }

  /// A line for each key that the file calls by a former name.
  let formerNames: [String]

  /// What is to be said of where the data lie.
  var dataNotes: [String] {
    !data.isDeclaredSynthetic && isSample ? [DataSpecification.sampleNote] : []
  }

  /// What a person should know of the groups and of the split.
  func notes(on set: CaseSet, splits: [Split]) -> [String] {
    folds.notes(on: set, splits: splits, isGiven: lists != nil)
  }

  /// The split to train on: that of the lists, or the first of the folds; `byImage` keeps equal
  /// pictures together, as far as lists do not part them.
  ///
  /// - Throws: `ZooError` when the lists or folds do not fit the cases.
  package func split(of set: CaseSet, byImage: Bool = true) throws -> Split {
    let folds = byImage ? folds : folds.withoutPictures
    if let lists {
      return try FoldPlan.official(
        set, training: ChestXray14.list(path: joinPath(folder, lists.training)),
        test: ChestXray14.list(path: joinPath(folder, lists.test)),
        groups: folds.withoutPictures.groups(of: set), kept: folds.groups(of: set),
        validationFraction: folds.validationFraction, seed: seed)
    }
    guard let split = try folds.splits(of: set).first else {
      throw ZooError(.badValue, "the folds make no split", at: data.place)
    }
    return split
  }
}
