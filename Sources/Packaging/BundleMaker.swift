import Basics
import Bundles
import Datasets
import Downloads
import EncoderKit
import Evaluation
import Exchange
import Foundation
import Registry
import Studies
import Training

/// Makes a bundle from what a run has left behind: the same run, the same bytes.
package struct BundleMaker {
  package let settings: BundleSettings
  package let registry: EncoderRegistry
  package let kernels: any Kernels

  package init(settings: BundleSettings, registry: EncoderRegistry, kernels: any Kernels) {
    self.settings = settings
    self.registry = registry
    self.kernels = kernels
  }

  /// Writes the bundle of a run to a new folder, whole or not at all.
  ///
  /// - Throws: `ZooError` for a run that is not whole, terms that nobody has given, or a folder that is
  ///   there already; `Interrupted`.
  package func make(from run: String, to output: String) throws -> BundleFolder {
    guard !FileManager.default.fileExists(atPath: output) else {
      throw ZooError(
        .conflict, "is there already", at: Place(path: output), advice: "choose another --output")
    }
    try OutputPlace.checkWritable(output)
    let record = try RunRecord(run)
    var model = try TrainedModel.read(from: record.model, registry: registry)
    let point = try OperatingPoint(settings.threshold, model, record)
    model.thresholds = point.thresholds
    let licences = try licences(model, record)
    try StagedFolder.write(to: output) { try fill($0, model, record, point, licences) }
    return try BundleFolder(output)
  }

  private func fill(
    _ folder: String, _ model: TrainedModel, _ record: RunRecord, _ point: OperatingPoint,
    _ licences: BundleLicences
  ) throws {
    if settings.isWhole, !model.bases.isEmpty {
      try model.writeTensors(to: "\(folder)/model.safetensors")
    } else {
      try CopiedFile.copy("\(record.model)/model.safetensors", to: "\(folder)/model.safetensors")
    }
    for name in ModelFiles.names(in: record.model)
    where name != "model.json" && name != "model.safetensors" {
      try AtomicFile.makeFolder(parentFolder(of: "\(folder)/\(name)"))
      try CopiedFile.copy("\(record.model)/\(name)", to: "\(folder)/\(name)")
    }
    if settings.includesTrainedOn, let list = record.trainedOn {
      try CopiedFile.copy(list, to: "\(folder)/trained-on.txt")
    }
    try writeDescription(model, from: record.model, to: folder)
    let specification = try JSONValue.parse(contentsOf: record.specification).withoutFolders
    try AtomicFile.write(specification.text() + "\n", to: "\(folder)/specification.json")
    try Interruption.check()
    try GoldenCases.write(for: model, in: folder, registry: registry, kernels: kernels)
    let script = try pythonScript(model)
    if let script {
      try AtomicFile.write(script, to: "\(folder)/\(PythonLoader.fileName)")
    }
    var manifest = try manifest(model, record, point, licences, in: folder)
    let text = LicenceText(licences)
    try AtomicFile.write(text.text, to: "\(folder)/LICENCES.md")
    try AtomicFile.write(
      ModelCard(
        manifest, hasScript: script != nil, language: try language(model, specification),
        views: model.image?.views
      )
      .text,
      to: "\(folder)/README.md")
    manifest.files = try BundleListing.files(of: folder)
    let data = manifest.data
    // Read back, so that nothing is written that installing would refuse.
    let parsed = try BundleManifest.parse(data, path: "\(folder)/\(BundleManifest.fileName)")
    precondition(parsed == manifest, "a manifest that reads back otherwise")
    try AtomicFile.write(data, to: "\(folder)/\(BundleManifest.fileName)")
  }

  /// The language of the texts: as it is given, as the study says, or as the script leaves no doubt; nil for
  /// a model without texts, and where it is not known.
  private func language(_ model: TrainedModel, _ specification: JSONValue) throws -> String? {
    guard model.text != nil else { return nil }
    if let given = settings.language { return given }
    var root = try specification.object()
    var data = try root.object("data")
    if let said = try data?.optionalString("language") { return said }
    // Open-i's reports are from Indiana.
    if try data?.string("format").hasPrefix("open-i") ?? false { return "en" }
    return model.vocabulary.flatMap(TextLanguage.certain)
  }

  /// The script for PyTorch; nil where it can't express the model, which an ONNX file may.
  private func pythonScript(_ model: TrainedModel) throws -> String? {
    // The script reads the bundle's own weights alone.
    guard model.bases.isEmpty || settings.isWhole else { return nil }
    do {
      return try PythonLoader(model, registry: registry, kernels: kernels).text
    } catch let error as ZooError where error.code == .unsupported {
      return nil
    }
  }

  /// `model.json` with the operating thresholds, and without folders of this machine.
  private func writeDescription(_ model: TrainedModel, from source: String, to folder: String)
    throws
  {
    let value = try JSONValue.parse(contentsOf: "\(source)/model.json")
    guard case .object(let members) = value.content else {
      throw ZooError(.badFormat, "expected an object", at: value.place)
    }
    var written = members.filter {
      $0.key != "threshold" && $0.key != "thresholds" && !(settings.isWhole && $0.key == "base")
    }
    written.append(model.thresholdMember)
    try AtomicFile.write(
      JSONValue(.object(written)).withoutFolders.text() + "\n", to: "\(folder)/model.json")
  }

  /// The licences; those of the data and of what the training started from must be known.
  private func licences(_ model: TrainedModel, _ record: RunRecord) throws -> BundleLicences {
    let isUsers = record.note.terms == "the user's own data"
    let data = settings.dataTerms ?? (isUsers ? nil : record.note.terms)
    let sets = origins(model).compactMap { name in
      registry.catalogue.weightSets.first { $0.name == name }
    }
    let known = sets.map { "\($0.name): weights \($0.licences.weights); data \($0.licences.data)" }
    var lacks: [(what: String, advice: String)] = []
    if data == nil {
      lacks.append(
        (
          "the terms of the data are not known: \(record.note.name)",
          "--data-terms, such as \"private; the model may be shared by consent of …\""
        ))
    }
    if settings.originTerms == nil, known.count < origins(model).count {
      lacks.append(
        (
          "the terms of what it started from are not known: "
            + origins(model).joined(separator: ", "), "--origin-terms, in words"
        ))
    }
    guard let data, lacks.isEmpty else {
      throw ZooError(
        .usage, lacks.map(\.what).joined(separator: "; "),
        advice: "add " + lacks.map(\.advice).joined(separator: "; and "))
    }
    let origin = settings.originTerms ?? (known.isEmpty ? nil : known.joined(separator: "; "))
    return BundleLicences(
      code: settings.codeLicence, weights: settings.licence, data: data, origin: origin)
  }

  /// What must be fetched besides, where the bundle does not hold all weights.
  private func baseSentences(_ model: TrainedModel) -> [String] {
    guard !settings.isWhole else { return [] }
    return model.bases.map {
      "It does not hold the weights that stayed as they were published: it needs the weight set \($0.name) (zoo"
        + " weights fetch \($0.name)), whose file has the SHA-256 \($0.sha256)."
    }
  }

  /// The weights and word vectors that the training started from.
  private func origins(_ model: TrainedModel, withPrefix: Bool = false) -> [String] {
    [
      withPrefix ? model.image?.origin : model.image?.weights, model.text?.vectors,
      model.text?.weightsName(registry),
    ].compactMap { name in
      name.map { $0.hasPrefix("/") ? lastName(of: $0) : $0 }
    }
  }

  private func manifest(
    _ model: TrainedModel, _ record: RunRecord, _ point: OperatingPoint,
    _ licences: BundleLicences, in folder: String
  ) throws -> BundleManifest {
    let created = try settings.created ?? RunTime.written("\(record.model)/model.json")
    let training = BundleTraining(
      dataSet: record.note.name, description: record.note.description,
      isSynthetic: record.note.isSynthetic, revision: record.note.revision,
      split: record.split.name, folds: record.note.folds, cases: record.split.counts,
      seed: record.note.seed, configuration: try sha256(ofFile: "\(folder)/specification.json"),
      startedFrom: origins(model, withPrefix: true),
      collections: record.note.collections)
    let output = BundleOutput(
      task: model.task.rawValue, labels: model.labels,
      threshold: model.threshold, thresholds: model.chosenThresholds, thresholdRule: point.rule,
      calibration: model.calibration?.sentence)
    let words = CardWords(
      architecture: model.architecture, output: output, training: training,
      unfitted: point.unfitted)
    return BundleManifest(
      id: settings.id, version: settings.version, created: created,
      summary: settings.summary ?? words.summary, program: programVersion,
      plugins: model.plugins(registry.catalogue), architecture: model.architecture,
      preprocessing: model.preprocessing, output: output, training: training,
      metrics: try RunMetrics(
        record: record, task: model.task, labels: model.labels, thresholds: model.thresholds
      ).all(),
      intendedUse: settings.intendedUse ?? words.intendedUse,
      limitations: words.limitations + baseSentences(model)
        + [record.note.originSentence].compactMap { $0 }
        + record.note.seenSentences(of: [model.image?.name, model.text?.name].compactMap { $0 })
        + settings.limitations, licences: licences, files: [])
  }
}

extension JSONValue {
  /// This value with each text that is an absolute path cut to its last part: folders of the machine
  /// are nobody's business.
  var withoutFolders: JSONValue {
    switch content {
    case .string(let text) where text.hasPrefix("/"):
      JSONValue(.string(lastName(of: text)), at: place)
    case .array(let elements): JSONValue(.array(elements.map(\.withoutFolders)), at: place)
    case .object(let members):
      JSONValue(
        .object(members.map { (key: $0.key, value: $0.value.withoutFolders) }), at: place)
    default: self
    }
  }
}

/// When a run's file was written.
private enum RunTime {
  static func written(_ path: String) throws -> Timestamp {
    if let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Int.init) {
      return Timestamp(seconds: epoch)
    }
    var information = stat()
    guard stat(path, &information) == 0 else { throw systemError("can't be looked at", path) }
    return Timestamp(seconds: information.st_mtim.tv_sec)
  }
}
