import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Registry
import Tensors
import Training

/// Whether maps depend on what a model has learnt: how alike they stay while its layers are made random,
/// one after the other from the output backwards, and beside a model that learnt shuffled labels.
///
/// Adebayo et al. 2018, "Sanity checks for saliency maps", https://arxiv.org/abs/1810.03292: cascading
/// randomisation, and the data randomisation test. A layer becomes what it is before training, its
/// new random weights. A method whose maps stay alike shows the image's edges, not the model's reasons.
package struct SanityCheck: Sendable {
  /// What one method's maps keep once some layers are random.
  package struct Row: Sendable {
    package let method: String
    package let title: String
    /// The last layer that was made random; nil where none is yet.
    package let layer: String?
    /// Means over the cases where neither map is flat; nil where there is none.
    package let scores: Double?
    package let magnitudes: Double?
    package let signals: Double?
    /// The range of `scores` over the cases.
    package let range: ClosedRange<Double>?
    /// The cases in which a map is the same everywhere, so that there is nothing to compare.
    package let flat: Int
  }

  /// A model of the same specification that learnt shuffled labels.
  package struct Shuffled {
    package let model: TrainedModel
    /// Where it comes from, in a sentence.
    package let description: String

    package init(model: TrainedModel, description: String) {
      self.model = model
      self.description = description
    }
  }

  package let model: String
  package let description: String
  package let isSynthetic: Bool
  package let warnings: [String]
  package let settings: ExplanationSettings
  /// What is known of the model.
  package let record: ModelRecord
  package let seed: UInt64
  package let cases: Int
  /// Method by method; the layers in the order in which they were made random.
  package let rows: [Row]
  /// A row a method, beside the model of shuffled labels; none where there is no such model.
  package let shuffledRows: [Row]
  /// Where that model comes from.
  package let shuffledDescription: String?

  /// The first cases' model, which the check looks at, and their group.
  ///
  /// - Throws: `ZooError` where there is no case, or for a model without images.
  package static func subject(
    of selection: CaseSelection, registry: EncoderRegistry, bits: Int? = nil
  ) throws -> (group: CaseSelection.Group, model: TrainedModel) {
    guard let group = selection.groups.first(where: { !$0.cases.isEmpty }) else {
      throw ZooError(.badValue, "there is no case to look at")
    }
    let model = try TrainedModel.read(from: group.model, registry: registry, bits: bits)
    guard model.image != nil else {
      throw ZooError(
        .usage, "the model reads no images; maps need one that does",
        at: Place(path: group.model))
    }
    return (group, model)
  }

  /// Runs the check on some cases of one model.
  ///
  /// - Throws: `ZooError` for a model without images, a shuffled one of another shape, or a case that
  ///   can't be explained; `Interrupted`.
  package init(
    _ selection: CaseSelection, shuffled: Shuffled? = nil, finding: String?, cases count: Int,
    grain: LayerCascade.Grain, settings: ExplanationSettings, seed: UInt64,
    registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter
  ) throws {
    let (group, model) = try SanityCheck.subject(
      of: selection, registry: registry, bits: settings.bits)
    if let other = shuffled?.model {
      guard SanityCheck.shapes(of: model) == SanityCheck.shapes(of: other) else {
        throw ZooError(
          .badValue,
          "the model of shuffled labels has other layers; expected the same specification",
          at: Place(path: group.model))
      }
    }
    let cases = SanityCheck.spread(group.cases, count: count)
    var notes = TextNotes()
    notes.add(cases, readBy: model)
    let cascade = LayerCascade(of: model, grain: grain)
    let fresh = try model.fresh(
      registry: registry, random: RandomStream(seed: seed).derived("sanity"))
    let explainer = try Explainer(
      model, folder: group.model, finding: finding, kernels: kernels, settings: settings)
    record = try explainer.record()
    let looks = cascade.layers.count + (shuffled == nil ? 1 : 2)
    progress.begin("looking", total: cases.count * looks)
    defer { progress.end() }
    var pictures = PictureRemarks()
    func maps(_ explainer: Explainer, _ note: String) throws -> [[ImageExplanation]] {
      try cases.flatMap { item in
        try Interruption.check()
        progress.advance(note: note)
        let seen = try explainer.imageMaps(
          images: model.image?.reduced(item).images ?? [],
          text: model.text == nil ? nil : item.text)
        return seen.map { one in
          pictures.add(one.picture)
          return one.images
        }
      }
    }
    let original = try maps(explainer, "as trained")
    func compared(_ seen: [[ImageExplanation]], _ layer: String?) -> [Row] {
      original[0].indices.map { method in
        let found = zip(original, seen).map {
          MapSimilarity($0[method].map, $1[method].map, sensitivity: settings.sensitivity)
        }
        let scores = found.compactMap(\.scores)
        let range = scores.min().flatMap { low in scores.max().map { low...$0 } }
        return Row(
          method: original[0][method].method, title: original[0][method].title, layer: layer,
          scores: mean(scores), magnitudes: mean(found.compactMap(\.magnitudes)),
          signals: mean(found.compactMap(\.signals)), range: range,
          flat: found.count { $0.isFlat })
      }
    }
    shuffledRows =
      try shuffled.map { shuffled in
        let other = try Explainer(
          shuffled.model, folder: group.model, finding: finding, kernels: kernels,
          settings: settings)
        return compared(try maps(other, "of shuffled labels"), nil)
      } ?? []
    shuffledDescription = shuffled?.description
    var rows = compared(original, nil)
    for layer in cascade.layers {
      for key in layer.keys {
        guard let drawn = fresh.classifier.store.parameter(key)?.value else { continue }
        model.classifier.store.parameter(key)?.replace(drawn)
      }
      rows += compared(try maps(explainer, "random down to \(layer.name)"), layer.name)
    }
    let order = original[0].map(\.method)
    self.rows = order.flatMap { method in rows.filter { $0.method == method } }
    self.model = group.model
    description = selection.description
    isSynthetic = selection.isSynthetic
    warnings = selection.warnings + notes.told(to: progress) + pictures.notes
    self.settings = settings
    self.seed = seed
    self.cases = cases.count
  }

  private static func shapes(of model: TrainedModel) -> [String: [Int]] {
    Dictionary(
      model.classifier.store.parameters.map { ($0.key, $0.value.shape) },
      uniquingKeysWith: { first, _ in first })
  }

  /// So many cases, evenly spread over the list.
  static func spread(_ cases: [Case], count: Int) -> [Case] {
    guard cases.count > count else { return cases }
    return (0..<count).map { cases[$0 * cases.count / count] }
  }
}
