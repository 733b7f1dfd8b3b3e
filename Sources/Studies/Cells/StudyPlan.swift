import Basics
import EncoderKit
import Evaluation
import Foundation
import Registry

/// `plan.json` of a run: what another process needs besides `study.json` to make its cells as the command meant that
/// began it.
package struct StudyPlan: Sendable, Equatable {
  /// The folder that the study's data paths are relative to, itself relative to the working folder, as paths of weights
  /// are.
  package var dataFolder: String
  package var workingFolder: String
  /// Whether cases that can't be used are left out.
  package var skipsBad: Bool
  /// Whether rules over untouched encoders take the place of training, and what else is probed for.
  package var probes: Bool
  package var shortcuts: [String]
  /// As `KernelChoice` reads them.
  package var kernels: String
  package var precision: String
  /// Of each process.
  package var threads: Int
  /// Whether numbers are the same on every machine and with any number of threads.
  package var isReproducible = false
  /// Whether the scores of each epoch are written for TensorBoard.
  package var writesEvents = false
  /// What the report says made it.
  package var command: String
  /// What combinations are compared and chosen by; nil in plans of versions that did not write it.
  package var metric: ScoreMetric?
  /// The combinations that validation does not choose from, since their heads learn from it.
  package var fittedOnValidation: [String] = []
  /// Every cell, those of one encoder before those that start from them.
  package var cells: [Cell] = []

  /// A cell, and the combinations of the same split whose models it starts from.
  package struct Cell: Sendable, Equatable {
    package let split: String
    package let combination: String
    package let needs: [String]

    /// What commands call it.
    package var name: String { "\(split)/\(combination)" }
  }

  package static let fileName = "plan.json"

  /// The plan of a study that begins now, in the working folder.
  init(_ study: StudySpecification, skipsBad: Bool, _ kernels: any Kernels, command: String) {
    workingFolder = FileManager.default.currentDirectoryPath
    dataFolder = study.folder
    self.skipsBad = skipsBad
    (probes, shortcuts) = (study.probes, study.shortcuts)
    (self.kernels, precision) = KernelChoice.names(of: kernels)
    threads = Compute.threads
    isReproducible = Compute.isReproducible
    self.command = command
  }

  /// Reads the plan of a run.
  ///
  /// - Throws: `ZooError` of code `.notFound` where the folder holds none, or with file and line.
  package init(run folder: String) throws {
    let path = "\(folder)/\(Self.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { throw StudyPlan.missing(folder) }
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...1)
    dataFolder = try root.string("dataFolder")
    workingFolder = try root.string("workingFolder")
    skipsBad = try root.required("skipBad").boolean()
    probes = try root.required("probes").boolean()
    shortcuts = try root.strings("shortcuts") ?? []
    kernels = try root.string("kernels")
    precision = try root.string("precision")
    threads = try root.required("threads").integer(in: 1...1024)
    command = try root.string("command")
    isReproducible = try root.boolean("reproducible", default: false)
    writesEvents = try root.boolean("tensorBoard", default: false)
    metric = try root.optionalString("metric").flatMap(ScoreMetric.init(rawValue:))
    fittedOnValidation = try root.strings("fittedOnValidation") ?? []
    cells = try root.required("cells").array().map { value in
      var cell = try value.object()
      let (split, combination) = (try cell.string("split"), try cell.string("combination"))
      let needs = try cell.strings("needs") ?? []
      try cell.finish()
      return Cell(split: split, combination: combination, needs: needs)
    }
    try root.finish()
  }

  /// The error for a folder without a plan.
  static func missing(_ folder: String) -> ZooError {
    let isRun = FileManager.default.fileExists(atPath: "\(folder)/study.json")
    return ZooError(
      .notFound,
      isRun ? "the run was begun by a version that wrote no plan" : "holds no planned comparison",
      at: Place(path: folder),
      advice: isRun
        ? "zoo compare with --resume goes on with it, and writes one"
        : "begin one: zoo compare STUDY.json --output \(folder) --plan")
  }

  /// The cells of a choice, in the order in which they are made; a named one with those that it starts from.
  ///
  /// - Throws: `ZooError` of code `.usage` for a name or number that is no cell's.
  func wanted(_ choice: CellRun.Choice, in folder: String) throws -> [Cell] {
    guard case .one(let name) = choice else { return cells }
    let byNumber = Int(name).flatMap { cells.indices.contains($0 - 1) ? cells[$0 - 1] : nil }
    guard let cell = cells.first(where: { $0.name == name }) ?? byNumber else {
      throw ZooError(
        .usage,
        "the run has no cell \"\(name)\"; expected a name, or a number from 1 to \(cells.count)",
        at: Place(path: folder),
        advice: nearestName(to: name, among: cells.map(\.name)).map { "did you mean \"\($0)\"?" }
          ?? "zoo cell \(folder) --list names all")
    }
    return cells.filter { $0.split == cell.split && cell.needs.contains($0.combination) } + [cell]
  }

  var json: JSONValue {
    [
      "schema": 1, "command": command.json, "dataFolder": dataFolder.json,
      "workingFolder": workingFolder.json, "skipBad": skipsBad.json, "probes": probes.json,
      "shortcuts": shortcuts.json, "kernels": kernels.json,
      "precision": precision.json, "threads": threads.json,
      "reproducible": isReproducible.json,
      "tensorBoard": writesEvents.json, "metric": (metric?.rawValue).json,
      "fittedOnValidation": fittedOnValidation.json,
      "cells": JSONValue(
        .array(
          cells.map { cell in
            [
              "split": cell.split.json, "combination": cell.combination.json,
              "needs": cell.needs.json,
            ]
          })),
    ]
  }

  /// Writes the plan into a run's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/\(Self.fileName)")
  }

  /// The study that was planned in a folder.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package func study(run folder: String, registry: EncoderRegistry) throws -> StudySpecification {
    let study = try StudySpecification(
      path: "\(folder)/study.json", registry: registry, dataFolder: dataFolder)
    return probes ? try study.probing(shortcuts: shortcuts) : study
  }
}
