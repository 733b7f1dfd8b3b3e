import Basics
import Datasets
import Evaluation
import Foundation
import Registry
import Training
import Tuning

extension StudyRun {
  /// The specification with the settings that a search chose.
  package static let tunedName = "tuned.json"

  /// Searches for the settings of one combination on one split, those of its encoders first.
  ///
  /// It leaves the cells of a comparison, and `tuned.json`, the study of this combination with the chosen settings.
  ///
  /// - Parameters:
  ///   - name: the combination.
  ///   - split: the split's name; nil for the first.
  ///   - resumes: whether a run that is there is gone on with.
  ///   - skipsBad: whether cases that can't be used are left out.
  /// - Throws: `ZooError`, or `Interrupted` with finished trials kept.
  /// - Returns: the lines to print.
  package func tune(_ name: String, split: String?, resumes: Bool, skipsBad: Bool) throws
    -> [String]
  {
    guard let tuning = study.tuning else {
      throw ZooError(
        .usage, "the study has no \"tuning\"", at: study.source.place,
        advice: "add \"tuning\": {\"trials\": 20}, or give --trials 20")
    }
    let combinations = study.combinations
    guard let combination = combinations.first(where: { $0.name == name }) else {
      throw ZooError(
        .usage, "the study has no combination \"\(name)\"", at: study.source.place,
        advice: "expected one of: \(combinations.map(\.name).joined(separator: ", "))")
    }
    return try OutputPlace.locked(folder) {
      let begun = try begun(resumes: resumes, skipsBad: skipsBad)
      return try begun.place.running {
        try note(begun, skipsBad: skipsBad)
        guard let chosen = begun.splits.first(where: { split == nil || $0.name == split }) else {
          throw ZooError(
            .usage, "the study has no split \"\(split ?? "")\"", at: study.source.place,
            advice: "expected one of: \(begun.splits.map(\.name).joined(separator: ", "))")
        }
        let cells = try cells(begun.cases, begun.splits, begun.place)
        let parts = combination.recipe.parts
        let wanted = combinations.filter { parts.contains($0.name) } + [combination]
        let files = try cells.run(
          wanted.map { StudyCells.Item(combination: $0, split: chosen) }, known: begun.finished
        ).files
        try writeTuned(zip(wanted, files).map { ($0, $1.tuning?.settings ?? [:]) })
        return zip(wanted, files).flatMap { lines($0, $1, tuning.metric ?? cells.runner.metric) }
          + [
            "on \(chosen.name), whose test subset took no part; zoo compare \(folder)/\(Self.tunedName)"
              + " --data \(study.folder.isEmpty ? "." : study.folder) --output DIR scores the settings on"
              + " all splits"
          ]
      }
    }
  }

  /// What a search chose, a line a setting.
  private func lines(_ combination: Combination, _ file: CellFile, _ metric: ScoreMetric)
    -> [String]
  {
    guard let tuning = file.tuning else { return [] }
    let first = tuning.trials.first?.value
    let settings = tuning.settings
    return [
      "\(combination.name): trial \(tuning.chosen) of \(tuning.trials.count), \(metric.title)"
        + " \(NumberText.metric(tuning.value)) where its own settings give \(NumberText.metric(first))"
    ]
      + settings.keys.sorted().map { key in
        let own = tuning.own[key].map { " (own: \($0.text(pretty: false)))" } ?? ""
        return "  \(key): \((settings[key] ?? nil).text(pretty: false))\(own)"
      }
  }

  /// Writes the study of some combinations with settings in place of their own.
  private func writeTuned(_ chosen: [(Combination, [String: JSONValue])]) throws {
    guard case .object(let members) = study.source.content else { return }
    let sides = ["image", "text", "fusion"]
    var branches: [String: JSONValue] = [:]
    for (combination, settings) in chosen {
      let side = TunedSide(combination: combination)
      let tuned = try side.combination(with: settings, registry: session.registry)
      branches[side.name] = TunedSide(combination: tuned).json
    }
    let kept = members.filter { !(sides + ["tuning"]).contains($0.key) }
    let new = sides.compactMap { side in branches[side].map { (key: side, value: $0) } }
    try AtomicFile.write(
      JSONValue(.object(kept + new)).text() + "\n", to: "\(folder)/\(Self.tunedName)")
  }
}

extension StudySpecification {
  /// The same with so many trials for each search.
  ///
  /// - Throws: `ZooError` with the key.
  package func withTrials(_ count: Int, registry: EncoderRegistry) throws -> StudySpecification {
    try StudySpecification(source.withTrials(count), folder: folder, registry: registry)
  }
}
