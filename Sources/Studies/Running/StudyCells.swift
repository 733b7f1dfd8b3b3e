import Basics
import Datasets
import Evaluation
import Foundation
import Training

/// The cells of a comparison in their folders: those that are finished are read, others are run.
///
/// A finished cell is held against its digests. One that is damaged, or is of another run or place, is
/// made anew: with the same kernels and threads it comes out the same, so what was made from it stays
/// good.
struct StudyCells {
  /// The run's folder.
  let folder: String
  let runner: CellRunner
  /// The SHA-256 of what all cells depend on.
  let inputs: [String: String]

  private var progress: ProgressReporter { runner.context.session.progress }
  private static let scoresName = "scores.json"
  private static let weightsName = "model/model.safetensors"

  /// The scores of every combination on every split, with the time that is left told after each cell.
  ///
  /// - Throws: `ZooError`, or `Interrupted`, which says how many cells are kept.
  func all(_ combinations: [Combination], _ splits: [Split]) throws -> [CellFile] {
    let work = splits.flatMap { split in combinations.map { (combination: $0, split: split) } }
    var (files, seconds): ([CellFile], [String: [Double]]) = ([], [:])
    var kept = 0
    for (index, item) in work.enumerated() {
      if let file = try finished(item.combination, item.split) {
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
          "\(index) of the \(work.count) cells are kept in \(folder); the same command with --resume"
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
    return ", about \(ReportNumbers.duration(left)) left"
  }

  /// Runs a cell; `told` is given its seconds and says how far the work is.
  private func cell(
    _ combination: Combination, _ split: Split, told: (Double) -> String
  ) throws -> CellFile {
    try Interruption.check()
    let start = ContinuousClock.now
    let outcome = try runner.run(combination.recipe, split) { name in
      try checkedPart(self.place(split, name))
    }
    let place = try place(split, combination.name)
    try AtomicFile.makeFolder(place)
    var names: [String] = []
    if let model = outcome.model {
      try LogitsFile.write(outcome.logits, to: place)
      names = [LogitsFile.fileName] + (try model.write(to: "\(place)/model")).map { "model/\($0)" }
    }
    let file = CellFile(
      combination: combination.name, split: split.name,
      parameterCount: outcome.parameterCount,
      seconds: (ContinuousClock.now - start) / .seconds(1), results: outcome.results,
      epochs: outcome.epochs)
    let text = file.text
    var digests = try FileDigests(
      of: names, in: place, inputs: inputs(of: combination, split))
    digests.files[Self.scoresName] = try sha256(of: text)
    try digests.write(to: place)
    try AtomicFile.write(text, to: "\(place)/\(Self.scoresName)")
    let test = outcome.accuracy(.test)
    progress.line(
      String(
        format: "%@ %@: test accuracy %.3f (%.0f s); %@", split.name, combination.name,
        test ?? .nan, file.seconds, told(file.seconds)))
    return file
  }

  private func place(_ split: Split, _ name: String) throws -> String {
    try FolderName.cell(name, split: split.name, in: folder)
  }

  /// The scores of a finished cell; nil where there are none, or none that hold.
  private func finished(_ combination: Combination, _ split: Split) throws -> CellFile? {
    let place = try place(split, combination.name)
    let scores = "\(place)/\(Self.scoresName)"
    guard FileManager.default.fileExists(atPath: scores) else { return nil }
    do {
      if let digests = try FileDigests.read(folder: place) {
        let fault =
          try digests.foreignInput(inputs(of: combination, split)) ?? digests.damage(in: place)
        if let fault { return anew(combination, split, fault) }
      } else {
        progress.note(
          "cells of this run were finished by a version that kept no digests of them; they are taken"
            + " as they are")
      }
      let file = try CellFile.read(scores)
      guard file.combination == combination.name, file.split == split.name else {
        return anew(
          combination, split,
          "\(Self.scoresName) is of the cell \(file.split) \(file.combination)")
      }
      return file
    } catch let error as ZooError {
      return anew(combination, split, error.message)
    }
  }

  private func anew(_ combination: Combination, _ split: Split, _ fault: String) -> CellFile? {
    progress.note(
      "the finished cell \(split.name) \(combination.name) was made anew: \(fault)")
    return nil
  }

  /// What a cell is made from: the run's files, and the weights of the parts of a multimodal one.
  private func inputs(of combination: Combination, _ split: Split) throws -> [String: String] {
    var all = inputs
    for name in combination.recipe.parts {
      let part = try place(split, name)
      all["part \(name)"] =
        try FileDigests.read(folder: part)?.files[Self.weightsName]
        ?? FileDigests(of: [Self.weightsName], in: part, inputs: [:]).files[Self.weightsName]
    }
    return all
  }

  /// The model folder of a part, seen to be what its cell left.
  private func checkedPart(_ place: String) throws -> String {
    try FileDigests.check(folder: place)
    return "\(place)/model"
  }
}
