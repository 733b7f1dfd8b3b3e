import Basics
import Foundation

/// How far a stopped prediction came: `OUTPUT.partial.json` beside the table that it left half-written.
struct PredictionState: Equatable {
  /// What the numbers depend on: program, kernels, model, cases, options.
  var identity: [(key: String, value: String)]
  /// Cases that were looked at.
  var done = 0
  /// Cases that were left out.
  var leftOut = 0
  /// Bytes of the table.
  var bytes = 0
  /// Bytes of the list of cases that were left out.
  var leftOutBytes = 0

  static func == (a: PredictionState, b: PredictionState) -> Bool { a.json == b.json }

  var json: JSONValue {
    [
      "schema": 1, "done": done.json, "leftOut": leftOut.json, "bytes": bytes.json,
      "leftOutBytes": leftOutBytes.json,
      "identity": JSONValue(.object(identity.map { (key: $0.key, value: $0.value.json) })),
    ]
  }

  func write(to path: String) throws { try AtomicFile.write(json.text() + "\n", to: path) }

  init(identity: [(key: String, value: String)]) { self.identity = identity }

  /// Reads a state; nil where there is none.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  init?(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...1)
    done = try root.required("done").integer(in: 0...Int.max)
    leftOut = try root.required("leftOut").integer(in: 0...Int.max)
    bytes = try root.required("bytes").integer(in: 0...Int.max)
    leftOutBytes = try root.required("leftOutBytes").integer(in: 0...Int.max)
    identity = try root.required("identity").object().members.map {
      (key: $0.key, value: try $0.value.string())
    }
    try root.finish()
  }

  /// Refuses to go on where something is otherwise than it was.
  ///
  /// - Throws: `ZooError` of code `.conflict` that names what differs.
  func check(_ now: [(key: String, value: String)], at path: String) throws {
    let before = Dictionary(identity.map { ($0.key, $0.value) }) { first, _ in first }
    let today = Dictionary(now.map { ($0.key, $0.value) }) { first, _ in first }
    let keys = now.map(\.key) + identity.map(\.key).filter { today[$0] == nil }
    let differences = keys.filter { before[$0] != today[$0] }.map { key in
      let (old, new) = (before[key] ?? "none", today[key] ?? "none")
      return old.count == 64 && new.count == 64
        ? "\(key) is another" : "\(key) (\(old) then, \(new) now)"
    }
    guard !differences.isEmpty else { return }
    throw ZooError(
      .conflict,
      "the prediction was begun otherwise: " + differences.joined(separator: "; "),
      at: Place(path: path), advice: "give the same, or choose another --output")
  }
}
