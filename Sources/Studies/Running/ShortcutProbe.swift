import Basics
import Datasets
import Evaluation
import Foundation
import Training

/// How well the features of untouched image encoders tell what is known of cases besides their labels.
///
/// Where features tell the hospital, the view or the sex, and these go together with the label, a model may answer by
/// them: Zech and others 2018, https://doi.org/10.1371/journal.pmed.1002683; DeGrave and others 2021,
/// https://doi.org/10.1038/s42256-021-00338-7.
struct ShortcutProbe {
  /// From this AUROC on an attribute counts as told.
  static let told = 0.7
  /// From this Cramér's V on an attribute counts as associated with a label.
  static let associated = 0.1
  /// More values than this are no groups.
  private static let mostValues = 20
  static let fileName = "shortcuts.csv"

  /// What one encoder's features tell of one attribute.
  struct Result {
    let encoder: String
    let attribute: String
    let cases: Int
    let values: Int
    /// The AUROC on the test subset of each split, macro of more than two values; nil where it is undefined.
    let areas: [(split: String, area: Double?)]
    /// The strongest association with a label, and that label.
    let association: (label: String, v: Double)

    /// Mean over the splits where it is defined; nil where it is nowhere.
    var mean: Double? {
      let known = areas.compactMap(\.area)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    /// Mean and spread.
    var line: String {
      let known = areas.compactMap(\.area)
      guard let mean else { return "\(encoder): \(attribute): undefined in every split" }
      let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let spread =
        known.count > 1
        ? String(format: " ± %.3f", (variance / Double(known.count - 1)).squareRoot()) : ""
      return String(
        format:
          "%@: its features tell %@ with an AUROC of %.3f%@ (%d values, %d cases); with \"%@\" it goes"
          + " together at Cramér's V %.2f", encoder, attribute, mean, spread, values, cases,
        association.label, association.v)
    }

    /// What a reader must know; nil where nothing speaks for a shortcut.
    var warning: String? {
      guard let mean, mean >= ShortcutProbe.told, association.v >= ShortcutProbe.associated else {
        return nil
      }
      return "\(line): a model may read \(attribute) instead of \"\(association.label)\"."
    }
  }

  let study: StudySpecification
  let cases: StudyCases
  let session: Session

  /// Probes every image encoder for every attribute of the study.
  ///
  /// - Throws: `ZooError` for an attribute that no case has, that is the same of all, or that has too many values;
  ///   `Interrupted`.
  func run(_ splits: [Split]) throws -> [Result] {
    let cache = FeatureCache(folder: .standard(session.kernels))
    return try Set(study.data.attributes).sorted().flatMap { attribute in
      let values = cases.set.cases.map { $0.attributes[attribute] }
      let names = Set(values.compactMap { $0 }).sorted()
      guard (2...Self.mostValues).contains(names.count) else {
        throw ZooError(
          .badValue,
          "\"\(attribute)\" has \(names.count) values; expected 2 to \(Self.mostValues) to probe for",
          at: study.data.place,
          advice: names.count < 2
            ? "leave it out" : "gather them in bands, in a column of their own")
      }
      let lacking = values.count { $0 == nil }
      if lacking > 0 {
        session.progress.note(
          "\(lacking) of the \(values.count) cases have no \"\(attribute)\" and are left out of its probe"
        )
      }
      let association = association(values)
      return try study.images.map { image in
        Result(
          encoder: image.name, attribute: attribute, cases: values.count - lacking,
          values: names.count, areas: try areas(image, values, names, splits, cache),
          association: association)
      }
    }
  }

  private func areas(
    _ image: ImageBranch, _ values: [String?], _ names: [String], _ splits: [Split],
    _ cache: FeatureCache
  ) throws -> [(split: String, area: Double?)] {
    var cases = cases
    let places = values.map { value in value.flatMap(names.firstIndex) }
    let kind: TaskKind = names.count == 2 ? .binary : .multiClass
    let targets: [Float] =
      kind == .binary
      ? places.map { Float($0 ?? 0) }
      : places.flatMap { place in names.indices.map { $0 == place ? 1 : 0 } }
    cases.task = ClassificationTask(
      kind, labels: names,
      targets: CaseTargets(targets, outputs: kind == .binary ? 1 : names.count))
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: cache)
    let recipe = ProbeRecipe(name: image.name, image: image, rule: .linear)
    return try splits.map { whole in
      let split = cases.usable(whole, [.image]).keeping { places[$0] != nil }
      // One value alone in what is fitted or scored, as where sites are tested, gives no area.
      let isDefined = [split.training, split.test].allSatisfy {
        Set($0.map { places[$0] }).count > 1
      }
      guard isDefined, !split.validation.isEmpty else { return (whole.name, nil) }
      let answers = try recipe.fit(split, context) { _ in
        preconditionFailure("a probe starts from no other model")
      }.answers(split.test)
      let scores = try cases.task.evaluation(split.test, answers)
      return (whole.name, scores[kind == .binary ? .auroc : .macroAUROC])
    }
  }

  /// The label that an attribute goes together with most.
  private func association(_ values: [String?]) -> (label: String, v: Double) {
    let matrix = cases.set.labelMatrix
    let width = matrix.names.count
    let known = values.indices.filter { values[$0] != nil }
    let found = (0..<width).map { label -> (label: String, v: Double) in
      let own = known.filter { matrix.isKnown[$0 * width + label] }
      return (
        matrix.names[label],
        CramersV.value(
          own.map { values[$0] ?? "" }, own.map { matrix.answers[$0 * width + label] ? "1" : "0" })
      )
    }
    // Of two classes the positive one names both.
    return found.reversed().max { $0.v < $1.v } ?? ("", 0)
  }

  /// `encoder,attribute,split,auroc,values,cases,label,cramersV`: a row a split.
  static func write(_ results: [Result], to folder: String) throws {
    var table = CSVWriter(columns: [
      "encoder", "attribute", "split", "auroc", "values", "cases", "label", "cramersV",
    ])
    for result in results {
      for (split, area) in result.areas {
        table.append([
          result.encoder, result.attribute, split, area.map { "\($0)" } ?? "", "\(result.values)",
          "\(result.cases)", result.association.label, "\(result.association.v)",
        ])
      }
    }
    try table.write(to: "\(folder)/\(fileName)")
  }
}
