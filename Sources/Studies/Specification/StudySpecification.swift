import Basics
import Datasets
import Evaluation
import Fusion
import Registry
import Training

/// A study: which data, which folds, which encoders and heads, how they are trained.
///
/// Every image branch and every text branch is a combination of its own; every pair of them with
/// every head is a multimodal one.
package struct StudySpecification: Sendable {
  package var name: String
  package var data: DataSpecification
  package var folds: FoldPlan
  package var seed: UInt64
  /// How many times each split is trained, from another seed each.
  package var seeds: Int
  package var tokenizer: Tokenizer
  package var images: [ImageBranch]
  package var texts: [TextBranch]
  package var heads: [HeadBranch]
  /// What combinations are compared and chosen by; nil where the data decide.
  package var metric: ScoreMetric?
  /// How the validation subset fits the threshold that is shown beside 0.5.
  package var thresholdRule: ThresholdRule
  /// How calibrators are fitted on the validation subset; nil for none.
  package var calibration: ModelCalibration.Kind?
  /// Whether simple rules over the features of untouched image encoders take the place of training.
  package private(set) var probes = false
  /// Attributes that a command asks to probe for, beside those of the data.
  package private(set) var shortcuts: [String] = []
  /// How settings are searched for; nil takes those of the specification.
  package var tuning: TuningSpecification?
  /// Data that the models are evaluated on once they are trained.
  package var external: [ExternalSpecification]
  /// The file as it was read.
  package var source: JSONValue
  /// The folder that its data paths are relative to; empty for the working folder.
  package private(set) var folder: String
  /// A line for each key that the file calls by a former name.
  package private(set) var formerNames: [String] = []

  /// Reads a specification file; with `dataFolder`, its data paths are relative to that folder.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package init(path: String, registry: EncoderRegistry, dataFolder: String? = nil) throws {
    let (source, _, folder, notes) = try StudySpecification.opened(path, dataFolder: dataFolder)
    try self.init(source, folder: folder, registry: registry)
    formerNames = notes
  }

  /// Reads a specification; its data paths are relative to `folder`, the working directory where that is empty.
  ///
  /// - Throws: `ZooError` with the key, and with file and line where it came from one.
  package init(_ source: JSONValue, folder: String, registry: EncoderRegistry) throws {
    let (source, notes) = FormerNames.translated(source)
    (self.source, self.folder, formerNames) = (source, folder, notes)
    var root = try StudySpecification.root(source)
    name = try root.string("name")
    data = try DataSpecification(root.required("data"), folder: folder)
    seed = UInt64(try root.integer("seed", in: 0...Int.max, default: 1))
    seeds = try root.integer("seeds", in: 1...100, default: 1)
    folds = try StudySpecification.folds(root.object("folds"), seed: seed, folder: folder)
    if case .groupOut(let column) = folds.kind { data.attributes.append(column) }
    tokenizer = try Tokenizer(root.object("tokenizer"), unspaced: .characters)
    let defaults = try TrainingSettings(root.object("training"), defaults: TrainingSettings())
    images = try StudySpecification.list(root.value("image")).flatMap {
      try ImageBranch.branches($0, registry: registry, defaults: defaults)
    }
    for index in images.indices {
      let isDefault = images[index].views == nil
      try images[index].settleViews(data.views, several: data.haveSeveralPictures)
      if isDefault, data.haveSeveralPictures {
        data.notes.append(
          "\(images[index].name): the features of a case's pictures are joined by their mean, since \"views\""
            + " says nothing else")
      }
    }
    texts = try StudySpecification.list(root.value("text")).map {
      try TextBranch($0, registry: registry, defaults: defaults)
    }
    heads = try StudySpecification.list(root.value("fusion")).flatMap {
      try HeadBranch.branches($0, registry: registry)
    }
    let task = data.labels.task
    external = try ExternalSpecification.list(
      root.value("external"), folder: folder, task: task)
    metric = try root.value("metric").map { try StudySpecification.metric($0, of: task) }
    thresholdRule =
      ThresholdRule(
        fitted: try root.choice(
          "threshold", among: ThresholdRule.fitted.map(\.name), default: ThresholdRule.youden.name))
      ?? .youden
    calibration = try StudySpecification.calibration(&root, task)
    tuning = try root.value("tuning").map { try TuningSpecification($0, of: task) }
    try root.finish()
    if heads.isEmpty { heads = [try HeadBranch([:], registry: registry)] }
    guard !images.isEmpty || !texts.isEmpty else {
      throw ZooError(
        .badValue, "names no encoder; expected \"image\", \"text\" or both",
        at: Place(path: source.place.path))
    }
    if let branch = images.first(where: { $0.features != nil })?.place
      ?? texts.first(where: { $0.features != nil })?.place, !external.isEmpty
    {
      throw ZooError(
        .unsupported, "not built: external data for vectors that were computed elsewhere",
        at: branch, advice: "leave \"external\" out, or the branch")
    }
    try checkNames()
    try checkHeads(registry)
    try checkLosses()
    try tuning?.check(self, registry: registry)
  }

  /// Whether an encoder reads the cases' images: vectors that were computed elsewhere need none.
  package var readsImages: Bool { images.contains { $0.features == nil } }
  /// Whether an encoder reads the cases' texts.
  package var readsTexts: Bool { texts.contains { $0.features == nil } }

  /// The study of its image encoders alone, untouched, by simple rules over their features; these are also
  /// probed for the attributes of `shortcuts` and those of the data.
  ///
  /// - Throws: `ZooError` when it names no image encoder, or one that joins pictures by attention.
  package func probing(shortcuts: [String] = []) throws -> StudySpecification {
    guard !images.isEmpty else {
      throw ZooError(.badValue, "names no image encoder to probe", at: source.place)
    }
    if let views = images.lazy.compactMap(\.views).first(where: { $0.join == .attention }) {
      throw ZooError(
        .unsupported,
        "not built: \"join\": \"attention\" in a probe, which trains none over the pictures of a case",
        at: views.place, advice: "set \"join\" to \"mean\" or \"max\"")
    }
    var study = self
    study.probes = true
    if study.tuning != nil {
      study.tuning = nil
      study.data.notes.append(
        "\"tuning\" is passed over: a probe chooses its penalty on validation anyway")
    }
    study.texts = []
    study.shortcuts = shortcuts
    study.data.attributes += shortcuts
    return study
  }

  /// A specification file, and the folder its data paths are relative to: `dataFolder`, else
  /// its own.
  ///
  /// - Throws: `ZooError` with file and line.
  static func opened(_ path: String, dataFolder: String?) throws -> (
    source: JSONValue, root: JSONObject, folder: String, formerNames: [String]
  ) {
    let (source, notes) = FormerNames.translated(try JSONValue.parse(contentsOf: path))
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return (source, try root(source), dataFolder ?? parts.joined(separator: "/"), notes)
  }

  /// The members of a specification.
  private static func root(_ source: JSONValue) throws -> JSONObject {
    var root = try source.object()
    let schema = try root.required("schema")
    guard (1...2).contains(try schema.integer()) else {
      throw ZooError(
        .unsupported, "unknown schema; this program reads schemas 1 and 2", at: schema.place)
    }
    return root
  }

  private static func calibration(_ root: inout JSONObject, _ task: TaskKind) throws
    -> ModelCalibration.Kind?
  {
    let kinds = ModelCalibration.Kind.allCases.map(\.rawValue)
    let place = root.value("calibration")?.place
    let name = try root.choice("calibration", among: kinds + ["none"], default: kinds[0])
    guard task != .multiClass || ["temperature", "none"].contains(name) else {
      throw ZooError(
        .badValue,
        "\"\(name)\" is for one answer at a time; of several classes only a temperature is fitted",
        at: place, advice: "write \"temperature\" or \"none\"")
    }
    return ModelCalibration.Kind(rawValue: name)
  }

  static func metric(_ value: JSONValue, of task: TaskKind) throws -> ScoreMetric {
    let name = try value.string()
    let metrics = ScoreMetric.metrics(of: task)
    if let metric = ScoreMetric(rawValue: name), metrics.contains(metric) { return metric }
    let isOther = ScoreMetric(rawValue: name) != nil
    throw ZooError(
      .badValue,
      isOther
        ? "\"\(name)\" is no metric of a \(task.rawValue) task" : "no metric is called \"\(name)\"",
      at: value.place,
      advice: "expected one of: \(metrics.map(\.rawValue).joined(separator: ", "))")
  }

  /// What combinations of cases are compared and chosen by.
  func metric(for set: CaseSet) -> ScoreMetric {
    metric ?? .natural(data.labels.task, for: set.labelCounts)
  }

  /// The encoder sides, one value or a list of them.
  private static func list(_ value: JSONValue?) -> [JSONValue] {
    guard let value else { return [] }
    if case .array(let elements) = value.content { return elements }
    return [value]
  }

  static func folds(_ object: JSONObject?, seed: UInt64, folder: String) throws -> FoldPlan {
    var object = object
    let kind = try object?.choice(
      "kind", among: ["k-fold", "splits", "group-out", "lists"], default: "k-fold")
    let column = kind == "group-out" ? try object?.string("column") : nil
    var lists: [String]?
    if kind == "lists", let training = try object?.string("training"),
      let test = try object?.string("test")
    {
      lists = [training, test].map { joinPath(folder, $0) }
    }
    let own = try object?.integer("seed", in: 0...Int.max, default: Int(clamping: seed))
    let chosen: FoldPlan.Kind
    if let lists {
      chosen = .lists(training: lists[0], test: lists[1])
    } else if let column {
      // Neither sites nor lists are counted or chosen at random: `count`, `repeats` and `test` are refused below.
      chosen = .groupOut(column: column)
    } else {
      let count = try object?.integer("count", in: 1...1000, default: 5) ?? 5
      let repeats = try object?.integer("repeats", in: 1...1000, default: 1) ?? 1
      let test = try object?.number("test", in: 0.01...0.99, default: 0.2) ?? 0.2
      chosen =
        kind == "splits"
        ? .splits(count: count, testFraction: test) : .folds(count: count, repeats: repeats)
    }
    var plan = FoldPlan(kind: chosen, seed: UInt64(own ?? Int(clamping: seed)))
    plan.validationFraction = try object?.number("validation", in: 0.01...0.9, default: 0.1) ?? 0.1
    plan.groupsByPatient = try object?.boolean("groupByPatient", default: true) ?? true
    plan.groupsByText = try object?.boolean("groupByText", default: true) ?? true
    if let value = object?.value("groupByImage") {
      if case .string("near") = value.content { plan.groupsByNearImage = true }
      plan.groupsByImage = try plan.groupsByNearImage || value.boolean()
    }
    try object?.finish()
    return plan
  }

  /// Sees that every head fits every pair of encoders, and the data.
  private func checkHeads(_ registry: EncoderRegistry) throws {
    guard !images.isEmpty, !texts.isEmpty else { return }
    var seen: Set<String> = []
    for head in heads {
      guard seen.insert(head.name).inserted else {
        throw ZooError(
          .badValue, "two fusion heads are called \"\(head.name)\"", at: head.place,
          advice: "give each a \"name\" of its own")
      }
      guard head.learnsMissingModality || !data.keepsIncomplete else {
        throw ZooError(
          .badValue, "cases that lack an image or a text need a head that stands in for it",
          at: head.place, advice: "set \"missing\" to \"learned\"")
      }
      for image in images {
        for text in texts { try head.check(image, text, registry: registry) }
      }
    }
  }

  /// Refuses names whose folders would be one on a disk that does not tell upper case from lower case.
  ///
  /// It is asked of new runs; those that were begun stand on a disk that tells.
  ///
  /// - Throws: `ZooError` that names both.
  func checkFolders() throws {
    var seen: [String: String] = [:]
    for name in combinations.map(\.name) {
      guard let other = seen.updateValue(name, forKey: name.lowercased()) else { continue }
      throw ZooError(
        .badValue,
        "\"\(other)\" and \"\(name)\" differ in the case of their letters alone; on some disks their"
          + " folders would be one", at: Place(path: source.place.path),
        advice: "give one of them another \"name\"")
    }
  }

  /// Sees that the task can be trained with every loss, before data are read.
  private func checkLosses() throws {
    let trainings =
      images.map(\.training) + texts.map(\.training)
      + heads.flatMap { [$0.training, $0.fineTuning] }
    for training in trainings { try training.loss.check(data.labels.task) }
  }

  private func checkNames() throws {
    var seen: Set<String> = []
    let encoders = images.map { ($0.name, $0.place) } + texts.map { ($0.name, $0.place) }
    for (name, place) in encoders + heads.map({ ($0.name, $0.place) }) {
      let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_. ".contains($0) }
      guard isPlain, !name.isEmpty, !name.hasPrefix(".") else {
        throw ZooError(
          .badValue, "the name \"\(name)\" may hold letters, digits, '-', '_', '.' and spaces only",
          at: place)
      }
    }
    for (name, place) in encoders {
      guard seen.insert(name).inserted else {
        throw ZooError(
          .badValue, "two encoders are called \"\(name)\"", at: place,
          advice: "give each a \"name\" of its own")
      }
    }
  }
}
