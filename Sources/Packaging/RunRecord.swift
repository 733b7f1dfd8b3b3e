import Basics
import Evaluation
import Foundation
import Registry
import Studies
import Training

/// What a training, a pre-training or a cell of a comparison has left behind.
struct RunRecord {
  /// The folder with `model.json`.
  let model: String
  let note: DataNote
  let specification: String
  /// The split that the model was trained on.
  let split: (name: String, counts: [Int])
  let logits: [LogitsFile.Row]
  /// Where they were read.
  let logitsFolder: String
  /// Its combination's results over all splits of a comparison; empty for a single training.
  let results: [ResultRow]
  /// Test cases over training cases, the mean over the splits.
  let testToTrainingRatio: Double
  /// The list of the training images' hashes, where there is one.
  let trainedOn: String?

  /// Finds the pieces from the folder of a model, or of a cell.
  ///
  /// - Throws: `ZooError` of code `.notFound` that tells what is missing.
  init(_ path: String) throws {
    let files = FileManager.default
    func exists(_ path: String) -> Bool { files.fileExists(atPath: path) }
    let given = URL(fileURLWithPath: path).standardizedFileURL.path
    let candidates = [given, "\(given)/model"]
    guard let found = candidates.first(where: { exists("\($0)/model.json") }) else {
      if let comparison = ComparisonFolder(path) { throw comparison.refusal }
      let near = nearestPath(to: path).map { "did you mean \"\($0)\"? " } ?? ""
      throw ZooError(
        .notFound, "holds no finished model", at: Place(path: path),
        advice: near
          + "name the folder that zoo train, zoo pretrain or a cell of zoo compare has left")
    }
    model = found
    var root = URL(fileURLWithPath: found)
    for _ in 0..<5 where !exists(root.appendingPathComponent(DataNote.fileName).path) {
      root.deleteLastPathComponent()
    }
    guard exists(root.appendingPathComponent(DataNote.fileName).path) else {
      throw ZooError(
        .notFound, "no \(DataNote.fileName) is there, nor above it: nothing is known of the data",
        at: Place(path: path), advice: "train it again with this version of the program")
    }
    note = try DataNote(folder: root.path)
    let parts = found.dropFirst(root.path.count).split(separator: "/").map(String.init)
    if parts.count == 4, parts[0] == "cells" {
      let split = note.splits.first { $0.name == parts[1] }
      guard let split else {
        throw ZooError(
          .notFound, "the run has no split \"\(parts[1])\"", at: Place(path: root.path))
      }
      self.split = split
      specification = root.appendingPathComponent("study.json").path
      let cell = parentFolder(of: found)
      try FileDigests.check(folder: cell)
      logits = try LogitsFile.read(folder: cell)
      logitsFolder = cell
      let table = root.appendingPathComponent("results.csv").path
      // A long name's folder is called by a part of it.
      var scores = try JSONValue.parse(contentsOf: "\(cell)/scores.json").object()
      let name = try scores.string("combination")
      results =
        try exists(table)
        ? SeedAverage.rows(ResultsFile.read(table)).filter { $0.combination == name } : []
    } else {
      guard let split = note.splits.first else {
        throw ZooError(.badFormat, "the run has no split", at: Place(path: root.path))
      }
      self.split = split
      specification = root.appendingPathComponent("specification.json").path
      try FileDigests.check(
        folder: found,
        advice: "bring the file back from a copy, or train the model again into another --output")
      logits = try LogitsFile.read(folder: found)
      logitsFolder = found
      results = []
    }
    testToTrainingRatio =
      note.splits.reduce(0.0) { $0 + Double($1.counts[2]) / Double(max(1, $1.counts[0])) }
      / Double(max(1, note.splits.count))
    let list = "\(found)/trained-on.txt"
    trainedOn = exists(list) ? list : nil
  }
}
