import Basics
import Datasets
import Foundation
import Training

/// Which cells of a comparison are finished and hold.
///
/// A finished cell is held against its digests. One that is damaged, or is of another run or place, is
/// made anew: with the same kernels and threads it comes out the same, so what was made from it stays
/// good.
struct FinishedCells {
  /// The run's folder.
  let folder: String
  /// The SHA-256 of what all cells depend on.
  let inputs: [String: String]
  let progress: ProgressReporter

  static let scoresName = "scores.json"
  private static let weightsName = "model/model.safetensors"

  /// A cell's folder.
  func place(_ split: Split, _ name: String) throws -> String {
    try FolderName.cell(name, split: split.name, in: folder)
  }

  /// The finished ones of some cells, by `key`; nothing is said of the others.
  func all(_ combinations: [Combination], _ splits: [Split]) throws -> [String: CellFile] {
    var files: [String: CellFile] = [:]
    for split in splits {
      for one in combinations {
        files[FinishedCells.key(one, split)] = try file(one, split, tells: false)
      }
    }
    return files
  }

  /// What `all` names a cell.
  static func key(_ combination: Combination, _ split: Split) -> String {
    key(combination.name, split.name)
  }

  /// The same by names.
  static func key(_ combination: String, _ split: String) -> String { "\(split)\n\(combination)" }

  /// The scores of a finished cell; nil where there are none, or none that hold, which is noted.
  func file(_ combination: Combination, _ split: Split, tells: Bool = true) throws -> CellFile? {
    let place = try place(split, combination.name)
    let scores = "\(place)/\(Self.scoresName)"
    guard FileManager.default.fileExists(atPath: scores) else { return nil }
    func anew(_ fault: String) -> CellFile? {
      if tells {
        progress.note(
          "the finished cell \(split.name) \(combination.name) was made anew: \(fault)")
      }
      return nil
    }
    do {
      if let digests = try FileDigests.read(folder: place) {
        let fault =
          try digests.foreignInput(inputs(of: combination, split)) ?? digests.damage(in: place)
        if let fault { return anew(fault) }
      } else {
        progress.note(
          "cells of this run were finished by a version that kept no digests of them; they are taken"
            + " as they are")
      }
      let file = try CellFile.read(scores)
      guard file.combination == combination.name, file.split == split.name else {
        return anew("\(Self.scoresName) is of the cell \(file.split) \(file.combination)")
      }
      return file
    } catch let error as ZooError {
      return anew(error.message)
    }
  }

  /// Whether a cell of a run has scores, good or bad.
  static func isThere(_ combination: String, split: String, in run: String) throws -> Bool {
    let place = try FolderName.cell(combination, split: split, in: run)
    return FileManager.default.fileExists(atPath: "\(place)/\(scoresName)")
  }

  /// What a cell is made from: the run's files, and the weights of the parts of a multimodal one.
  func inputs(of combination: Combination, _ split: Split) throws -> [String: String] {
    var all = inputs
    for name in combination.recipe.parts {
      let part = try place(split, name)
      all["part \(name)"] =
        try FileDigests.read(folder: part)?.files[Self.weightsName]
        ?? FileDigests(of: [Self.weightsName], in: part, inputs: [:]).files[Self.weightsName]
    }
    return all
  }
}
