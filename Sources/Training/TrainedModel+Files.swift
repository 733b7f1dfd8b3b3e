import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import WeightFiles

extension TrainedModel {
  /// Writes `model.safetensors`, `model.json` and, for texts, `vocabulary.txt` or the files of the encoder's own
  /// tokenizer to a folder.
  ///
  /// What stayed of a published weight set is left out, unless `isWhole`, and the set is named by its hash
  /// (`BaseWeights`). The description is written last, so a folder that has one is complete. Same model, same bytes.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  /// - Returns: the names of the files, the description last.
  @discardableResult
  package func write(to folder: String, isWhole: Bool = false) throws -> [String] {
    try AtomicFile.makeFolder(folder)
    if let vocabulary {
      try AtomicFile.write(
        vocabulary.words.joined(separator: "\n") + "\n", to: "\(folder)/vocabulary.txt")
    }
    var written = vocabulary == nil ? [] : ["vocabulary.txt"]
    if let tokenizerFiles {
      let own = "\(folder)/\(ModelFiles.tokenizerFolder)"
      try AtomicFile.makeFolder(own)
      for name in tokenizerFiles.names {
        try AtomicFile.write(tokenizerFiles.bytes(name) ?? Data(), to: "\(own)/\(name)")
        written.append("\(ModelFiles.tokenizerFolder)/\(name)")
      }
    }
    let bases = try isWhole ? [] : BaseWeights.of(self)
    try writeTensors(without: bases, to: "\(folder)/model.safetensors")
    var members: [(key: String, value: JSONValue)] = [
      ("schema", 1), ("task", task.rawValue.json), ("labels", labels.json),
      thresholdMember, ("image", image?.json ?? nil), ("text", text?.json ?? nil),
      ("tokenizer", tokenizer.json), ("decoder", decoder.json), ("fusion", fusion?.json ?? nil),
      ("plugins", plugins.map(\.json).json),
    ]
    if !memberBiases.isEmpty {
      members.append(("memberBiases", memberBiases.map { $0.map(Double.init).json }.json))
    }
    if let calibration { members.append(("calibration", calibration.json)) }
    if !bases.isEmpty { members.append(("base", bases.map(\.json).json)) }
    let description = JSONValue(.object(members))
    try AtomicFile.write(description.text() + "\n", to: "\(folder)/model.json")
    return written + ["model.safetensors", "model.json"]
  }

  /// Writes the parameters, but for those that are still what the bases hold.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func writeTensors(without bases: [BaseWeights] = [], to path: String) throws {
    var held: [String: Tensor] = [:]
    for base in bases {
      held.merge(try base.tensors(image, text, preparation, registry)) { first, _ in first }
    }
    let written = classifier.store.parameters.filter { $0.value.values != held[$0.key]?.values }
    try TensorFile.write(
      written.map { parameter in
        let tensor = parameter.value.inFileOrder
        return (name: parameter.key, shape: tensor.shape, values: tensor.values)
      }, metadata: ["format": "pt"], to: path)
  }

  /// Reads a model that `write` wrote.
  ///
  /// `bits` are those of pictures of 16-bit samples, in place of what the model says. With `readsCases` a model whose features were computed elsewhere is refused, since it can't.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func read(
    from folder: String, registry: EncoderRegistry, bits: Int? = nil, readsCases: Bool = true
  ) throws -> TrainedModel {
    try ModelIntegrity.check(folder)
    var root = try FormerNames.translated(
      JSONValue.parse(contentsOf: "\(folder)/model.json")
    ).value.object()
    let schema = try root.required("schema")
    guard try schema.integer() == 1 else {
      throw ZooError(.unsupported, "unknown schema; this program reads schema 1", at: schema.place)
    }
    let labels = try root.strings("labels") ?? []
    let task = try root.choice("task", default: TaskKind.binary)
    guard task.allows(labelCount: labels.count) else {
      throw ZooError(
        .badValue, "found \(labels.count) labels for a \(task.rawValue) model",
        at: Place(path: "\(folder)/model.json"))
    }
    let threshold = try root.number("threshold", in: 0...1, default: 0.5)
    let thresholds = try root.value("thresholds").map { value in
      let values = try value.array().map { try $0.number(in: 0...1) }
      guard task == .multiLabel, values.count == labels.count else {
        throw ZooError(
          .badValue,
          "found \(values.count) thresholds; expected one for each label of a"
            + " multi-label model", at: value.place)
      }
      return values
    }
    let outputs = task.outputs(labels).count
    let calibration = try root.value("calibration").map {
      try ModelCalibration($0, task, outputs: outputs)
    }
    let biases = try root.value("memberBiases")?.array().map { member in
      try member.array().map { Float(try $0.number()) }
    }
    for part in try root.value("plugins")?.array() ?? [] {
      try ExternalComponent.demand(part, registry)
    }
    let settings = TrainingSettings()
    var image = try root.value("image").map {
      try ImageBranch($0, registry: registry, defaults: settings, isSaved: true)
    }
    if let bits { image?.pixels.bits = bits }
    let text = try root.value("text").map {
      try TextBranch($0, registry: registry, defaults: settings, isSaved: true)
    }
    let decoder = try DenseDecoder.Configuration(root.required("decoder"))
    let fusion = try root.value("fusion").map { try FusionSettings($0) }
    let tokenizer = try Tokenizer(root.required("tokenizer").object(), unspaced: .runs)
    let bases = try root.value("base")?.array().map { try BaseWeights($0) } ?? []
    try root.finish()

    let path = "\(folder)/model.safetensors"
    let file = try TensorFile.read(path: path)
    var saved: [String: Tensor] = [:]
    for entry in file.entries {
      let values = try file.floats(entry.name)
      // Every answer of such a model would be NaN, or silently wrong.
      guard values.allSatisfy(\.isFinite) else {
        throw ZooError(
          .notFinite,
          "\(values.count { !$0.isFinite }) of its \(values.count) numbers are NaN or infinite",
          at: Place(path: path, key: entry.name),
          advice: "the file is damaged, or its training diverged: fetch or train the model again")
      }
      saved[entry.name] = Tensor(values, shape: entry.shape).fromFileOrder
    }
    let preparation = try text.map { branch -> TextPreparation in
      let entry = try registry.textEncoder(branch.encoder, at: branch.place)
      guard entry.fileNames.isEmpty else {
        return try entry.preparation(
          files: EncoderFiles(
            folder: "\(folder)/\(ModelFiles.tokenizerFolder)", names: entry.fileNames),
          options: branch.options.object())
      }
      return try vocabulary(at: "\(folder)/vocabulary.txt", dimension: wordDimension(in: saved))
    }
    for base in bases {
      saved.merge(try base.tensors(image, text, preparation, registry)) { own, _ in own }
    }
    var model = try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: decoder, fusion: fusion,
      labels: labels, task: task, registry: registry,
      store: ParameterStore(saved: saved, origin: path))
    model.bases = bases
    if readsCases { try model.checkReadsCases(at: folder) }
    model.tokenizer = tokenizer
    model.threshold = threshold
    if let thresholds { model.thresholds = thresholds }
    model.calibration = calibration
    if let biases {
      guard biases.count == model.memberCount, biases.allSatisfy({ $0.count == outputs }) else {
        throw ZooError(
          .badValue,
          "expected \"memberBiases\" of \(model.memberCount) members with \(outputs) numbers each",
          at: Place(path: "\(folder)/model.json"))
      }
      model.memberBiases = biases
    }
    return model
  }

  /// What the description holds of the thresholds: one, a list of those that were chosen for each label, or
  /// none where the most probable class is chosen.
  package var thresholdMember: (key: String, value: JSONValue) {
    switch task {
    case .binary: ("threshold", threshold.json)
    case .multiClass: ("threshold", nil)
    case .multiLabel:
      thresholds.allSatisfy { $0 == 0.5 } ? ("threshold", 0.5) : ("thresholds", thresholds.json)
    }
  }

  private static func vocabulary(at path: String, dimension: Int?) throws -> TextPreparation {
    TextPreparation(
      vocabulary: try Vocabulary(words: try readLines(path), path: path), dimension: dimension ?? 1,
      vectors: nil)
  }
}
