import Basics
import Evaluation

/// What one finished cell leaves in the run folder: its scores, beside its model.
///
/// Written last and whole, so a cell that has one is complete. `digests.json` beside it holds the
/// SHA-256 of everything in the cell and of what it was made from; cells of older versions have none.
struct CellFile: Sendable {
  let combination: String
  let split: String
  let parameterCount: Int
  /// Multiply-adds of the answer to one case; nil where it is not known, and in cells of older versions.
  var multiplyAdds: Double?
  let seconds: Double
  let results: [ResultRow]
  let epochs: [EpochRow]
  /// What was noted while it ran: a run that is gone on with says it again.
  let notes: [ReportedNote]
  /// What was searched for and chosen; nil without a search.
  var tuning: CellTuning?

  /// The file as it is written.
  var text: String {
    var value: JSONValue = [
      "schema": 2, "combination": combination.json,
      "split": split.json, "parameters": parameterCount.json,
      "multiplyAdds": multiplyAdds.json, "seconds": seconds.json,
      "results": JSONValue(
        .array(
          results.map { row in
            [
              row.subset.rawValue.json, row.metric.rawValue.json,
              row.value.json,
            ]
          })),
      "epochs": JSONValue(
        .array(
          epochs.map { row in
            [
              row.epoch.json, row.subset.rawValue.json,
              row.metric.rawValue.json, row.value.json,
            ]
          })),
      "notes": JSONValue(.array(notes.map(\.json))),
    ]
    if let tuning, case .object(let members) = value.content {
      value = JSONValue(.object(members + [("tuning", tuning.json)]))
    }
    return value.text() + "\n"
  }

  static func read(_ path: String) throws -> CellFile {
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...2)
    let combination = try root.string("combination")
    let split = try root.string("split")
    let parameters = try root.required("parameters").integer()
    let work = try root.value("multiplyAdds")?.number()
    let seconds = try root.required("seconds").number()
    let results = try root.required("results").array().map { value in
      let row = try fields(value, count: 3)
      return try ResultRow(
        keys: [combination, split, row[0].string(), row[1].string()], value: optional(row[2]),
        at: value.place)
    }
    let epochs = try root.required("epochs").array().map { value in
      let row = try fields(value, count: 4)
      return try EpochRow(
        keys: [combination, split, "\(row[0].integer())", row[1].string(), row[2].string()],
        value: optional(row[3]), at: value.place)
    }
    // Cells of older versions kept none.
    let notes = try root.value("notes")?.array().map { try ReportedNote($0) } ?? []
    let tuning = try root.value("tuning").map { try CellTuning($0) }
    try root.finish()
    return CellFile(
      combination: combination, split: split, parameterCount: parameters,
      multiplyAdds: work, seconds: seconds, results: results, epochs: epochs, notes: notes,
      tuning: tuning)
  }

  private static func fields(_ value: JSONValue, count: Int) throws -> [JSONValue] {
    let row = try value.array()
    guard row.count == count else {
      throw ZooError(
        .badFormat, "found \(row.count) values; expected \(count)", at: value.place)
    }
    return row
  }

  private static func optional(_ value: JSONValue) throws -> Double? {
    if case .null = value.content { return nil }
    return try value.number()
  }
}
