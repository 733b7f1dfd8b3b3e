import Basics
import Evaluation
import Foundation
import Registry
import Studies
import Training

/// The models that are meant by folders, names of bundles, and folders of runs.
package struct ModelSearch {
  let registry: EncoderRegistry
  /// Of a run: whose models; empty for all combinations.
  let combinations: [String]
  /// Of a run: of which split; nil for the first.
  let split: String?
  let bits: Int?
  let rule: ThresholdRule

  package init(
    _ registry: EncoderRegistry, combinations: [String] = [], split: String? = nil,
    bits: Int? = nil,
    rule: ThresholdRule = .youden
  ) {
    self.registry = registry
    self.combinations = combinations
    self.split = split
    self.bits = bits
    self.rule = rule
  }

  /// The models, each with a name of its own, and what a person must hear of the choice.
  ///
  /// - Throws: `ZooError` for what is no model, a run without the combination or split asked for, and models of
  ///   different tasks or labels.
  package func models(_ names: [String]) throws -> (models: [EvaluatedModel], notes: [String]) {
    var (found, notes): ([(name: String, run: String?, folder: String)], [String]) = ([], [])
    for name in names {
      if !ModelFolders.isModel(name), let run = ComparisonFolder(name) {
        let chosen = try cells(of: run, &notes)
        found += chosen
      } else {
        let folder = try ModelFolders(registry.catalogue).folder(name)
        if let reason = folder.revocation {
          notes.append("\(name) was revoked by its publisher: \(reason)")
        }
        found.append((shortName(name), nil, folder.path))
      }
    }
    let called = distinct(found)
    let models = try zip(called, found).map { name, item in
      try EvaluatedModel(
        name: name, folder: item.folder, registry: registry, bits: bits, rule: rule)
    }
    try checkAlike(models)
    return (models, notes)
  }

  private func cells(of run: ComparisonFolder, _ notes: inout [String]) throws -> [(
    name: String, run: String?, folder: String
  )] {
    guard let first = run.splits.first else { throw run.refusal }
    let split = split ?? first
    guard run.splits.contains(split) else {
      throw ZooError(
        .usage, "the run has no split \"\(split)\"; " + suggestion(for: split, among: run.splits),
        at: Place(path: run.path))
    }
    let folder = "\(run.path)/cells/\(split)"
    let all = try folderEntries(folder).filter { ModelFolders.isModel("\(folder)/\($0)/model") }
      .sorted(by: naturalOrder)
    let wanted =
      combinations.isEmpty
      ? all
      : try combinations.map { name in
        let place = try FolderName.ofCombination(name)
        guard let own = [name, place].first(where: all.contains) else {
          throw ZooError(
            .usage, "the run has no model of \"\(name)\"; " + suggestion(for: name, among: all),
            at: Place(path: folder))
        }
        return own
      }
    if run.splits.count > 1 {
      notes.append(
        "\(run.path): the models of split \(split) are evaluated, one of its \(run.splits.count) splits"
      )
    }
    return wanted.map { ($0, run.path, "\(folder)/\($0)/model") }
  }

  /// A model's folder as people call it: without a last part that says `model`.
  private func shortName(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    let name = parts.last == "model" && parts.count > 1 ? parts[parts.count - 2] : parts.last
    return name.map(String.init) ?? path
  }

  /// Names that are all different: equal ones get their run's name, or a number.
  private func distinct(_ found: [(name: String, run: String?, folder: String)]) -> [String] {
    let counts = Dictionary(grouping: found, by: \.name).mapValues(\.count)
    var seen: [String: Int] = [:]
    return found.map { item in
      var name = item.name
      if counts[name, default: 0] > 1, let run = item.run { name = "\(shortName(run))/\(name)" }
      let count = seen[name, default: 0] + 1
      seen[name] = count
      return count == 1 ? name : "\(name) (\(count))"
    }
  }

  private func checkAlike(_ models: [EvaluatedModel]) throws {
    guard let first = models.first else { return }
    for other in models
    where other.model.task != first.model.task || other.model.labels != first.model.labels {
      throw ZooError(
        .usage,
        "\(first.name) and \(other.name) are asked other questions: "
          + "\(first.model.task.rawValue) of \(first.model.labels.joined(separator: ", ")), and "
          + "\(other.model.task.rawValue) of \(other.model.labels.joined(separator: ", "))",
        advice: "evaluate them apart")
    }
  }
}
