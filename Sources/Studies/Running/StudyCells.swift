import Basics
import Datasets
import Evaluation
import Foundation
import Training

/// The cells of a comparison in their folders: those that are finished are read, others are run.
struct StudyCells {
  let finished: FinishedCells
  let runner: CellRunner

  private var progress: ProgressReporter { runner.context.session.progress }

  /// The scores of every combination on every split, with the time that is left told after each cell.
  ///
  /// `known` are cells that were seen to be finished, by their keys.
  ///
  /// - Throws: `ZooError`, or `Interrupted`, which says how many cells are kept.
  func all(
    _ combinations: [Combination], _ splits: [Split], known: [String: CellFile] = [:]
  ) throws -> [CellFile] {
    let work = splits.flatMap { split in combinations.map { (combination: $0, split: split) } }
    var (files, seconds): ([CellFile], [String: [Double]]) = ([], [:])
    var kept = 0
    for (index, item) in work.enumerated() {
      let key = FinishedCells.key(item.combination, item.split)
      if let file = try known[key] ?? finished.file(item.combination, item.split) {
        for note in file.notes { progress.note(note) }
        files.append(file)
        kept += 1
        continue
      }
      if kept > 0, kept == index {
        progress.line("\(kept) of the \(work.count) cells are finished already")
      }
      do {
        let file = try cell(item.combination, item.split) { own in
          seconds[item.combination.name, default: []].append(own)
          let rest = work[(index + 1)...].map(\.combination.name)
          return "cell \(index + 1) of \(work.count)\(StudyCells.timeLeft(rest, seconds))"
        }
        files.append(file)
      } catch is Interrupted {
        throw Interrupted(
          "\(index) of the \(work.count) cells are kept in \(finished.folder); the same command with --resume"
            + " goes on")
      }
    }
    return files
  }

  /// Such as ", 3 min 20 s left", from what cells of each combination took; empty at the end.
  static func timeLeft(_ rest: [String], _ seconds: [String: [Double]]) -> String {
    let everything = seconds.values.flatMap { $0 }
    guard !rest.isEmpty, let usual = mean(everything) else { return "" }
    let left = rest.reduce(0) { $0 + (mean(seconds[$1] ?? []) ?? usual) }
    return ", about \(NumberText.duration(left)) left"
  }

  /// Runs a cell; `told` is given its seconds and says how far the work is.
  private func cell(
    _ combination: Combination, _ split: Split, told: (Double) -> String
  ) throws -> CellFile {
    try Interruption.check()
    let start = ContinuousClock.now
    let (outcome, notes) = try progress.keepingNotes {
      try runner.run(combination.recipe, split) { try checkedPart(finished.place(split, $0)) }
    }
    let place = try finished.place(split, combination.name)
    try AtomicFile.makeFolder(place)
    var names: [String] = []
    if let model = outcome.model {
      try LogitsFile.write(outcome.logits, to: place)
      names = [LogitsFile.fileName] + (try model.write(to: "\(place)/model")).map { "model/\($0)" }
    }
    let file = CellFile(
      combination: combination.name, split: split.name,
      parameterCount: outcome.parameterCount, multiplyAdds: outcome.multiplyAdds,
      seconds: (ContinuousClock.now - start) / .seconds(1), results: outcome.results,
      epochs: outcome.epochs, notes: notes)
    let text = file.text
    var digests = try FileDigests(
      of: names, in: place, inputs: finished.inputs(of: combination, split))
    digests.files[FinishedCells.scoresName] = try sha256(of: text)
    try digests.write(to: place)
    try AtomicFile.write(text, to: "\(place)/\(FinishedCells.scoresName)")
    let metric = runner.metric
    let test = outcome.value(metric, .test)
    progress.line(
      String(
        format: "%@ %@: test %@ %.3f (%.0f s); %@", split.name, combination.name, metric.title,
        test ?? .nan, file.seconds, told(file.seconds)))
    return file
  }

  /// The model folder of a part, seen to be what its cell left.
  private func checkedPart(_ place: String) throws -> String {
    try FileDigests.check(folder: place)
    return "\(place)/model"
  }
}
