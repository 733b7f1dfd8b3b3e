import Basics
import Foundation
import Tuning

/// What the search of one cell tried and chose, as its scores file holds it.
struct CellTuning: Sendable, Equatable {
  /// The number of the chosen trial; 1 is the specification's own settings.
  let chosen: Int
  /// The specification's own settings of the space.
  let own: [String: JSONValue]
  let trials: [Trial]

  /// The chosen settings by their dotted keys.
  var settings: [String: JSONValue] {
    chosen == 1 ? own : trials.first { $0.number == chosen }?.settings ?? [:]
  }

  /// The value that the choice was made by.
  var value: Double? { trials.first { $0.number == chosen }?.value }

  var json: JSONValue {
    [
      "chosen": chosen.json,
      "own": JSONValue(.object(own.keys.sorted().map { ($0, own[$0] ?? nil) })),
      "trials": JSONValue(.array(trials.map(\.json))),
    ]
  }

  init(chosen: Int, own: [String: JSONValue], trials: [Trial]) {
    (self.chosen, self.own, self.trials) = (chosen, own, trials)
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `ZooError` with the place.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    chosen = try object.required("chosen").integer(in: 1...Int.max)
    own = Dictionary(
      uniqueKeysWithValues: try object.required("own").object().members.map { ($0.key, $0.value) })
    trials = try object.required("trials").array().map { value in
      var members = try value.object()
      let trial = try Trial(&members)
      try members.finish()
      return trial
    }
    try object.finish()
  }
}

/// The settings that a search chose for a cell of a finished run.
package enum ChosenSettings {
  /// By their dotted keys; empty where nothing was searched for, or the cell is not there.
  ///
  /// - Throws: `ZooError` for a cell that can't be read.
  package static func of(_ combination: String, split: String, run: String) throws -> [(
    key: String, value: String
  )] {
    let cell = try FolderName.cell(combination, split: split, in: run)
    let path = "\(cell)/\(FinishedCells.scoresName)"
    guard FileManager.default.fileExists(atPath: path), let tuning = try CellFile.read(path).tuning
    else { return [] }
    return tuning.settings.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.text(pretty: false))
    }
  }
}
