import Basics
import Datasets
import Downloads
import Foundation

/// `data.json` of a run: which data it was given and how they were divided, without any case of them.
///
/// It is what a published model may tell of its data.
package struct DataNote: Sendable, Equatable {
  package var name: String
  package var description: String
  /// Under which terms the data come.
  package var terms: String
  /// Whether a program made them.
  package var isSynthetic: Bool
  /// SHA-256 of the table; nil where the data are many files.
  package var revision: String?
  /// How the cases were divided, in a sentence.
  package var folds: String
  package var seed: Int
  /// The weights it started from that were trained on data a program made, by name.
  package var syntheticOrigins: [String]
  /// The published collections that the cases are of; nil in notes of versions that did not look.
  package var collections: [String]?
  /// What starting weights have seen of the cases, by branch; it was allowed.
  package var seen: [(branch: String, sentence: String)]
  /// For each split its name and the cases in its training, validation and test subset.
  package var splits: [(name: String, counts: [Int])]

  package static let fileName = "data.json"

  init(
    _ set: CaseSet, table: String, isSynthetic: Bool, syntheticOrigins: [String],
    seen cases: SeenCases, folds: String, seed: UInt64, splits: [Split]
  ) throws {
    collections = cases.collections
    seen = cases.findings.map { ($0.branch, $0.sentence) }
    self.syntheticOrigins = syntheticOrigins
    name = set.name
    description = set.description
    terms =
      isSynthetic ? "synthetic: drawn and written by a program, of nobody; no terms" : set.terms
    self.isSynthetic = isSynthetic
    var isFolder: ObjCBool = false
    let isFile =
      FileManager.default.fileExists(atPath: table, isDirectory: &isFolder) && !isFolder.boolValue
    revision = isFile ? try sha256(ofFile: table) : nil
    self.folds = folds
    self.seed = Int(clamping: seed)
    self.splits = splits.map { split in
      (split.name, Split.Subset.allCases.map { split[$0].count })
    }
  }

  package static func == (a: DataNote, b: DataNote) -> Bool { a.json == b.json }

  private var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("schema", 1), ("name", name.json),
      ("description", description.json), ("terms", terms.json), ("synthetic", isSynthetic.json),
      ("revision", revision.json), ("folds", folds.json), ("seed", seed.json),
      (
        "splits",
        JSONValue(
          .array(
            splits.map { split in
              [
                "name": split.name.json, "cases": split.counts.json,
              ]
            }))
      ),
    ]
    if !syntheticOrigins.isEmpty {
      let names = syntheticOrigins.map { $0.json }
      members.append(("syntheticOrigins", JSONValue(.array(names))))
    }
    if let collections { members.append(("collections", collections.json)) }
    if !seen.isEmpty {
      let entries = seen.map { one -> JSONValue in
        ["branch": one.branch.json, "sentence": one.sentence.json]
      }
      members.append(("seen", JSONValue(.array(entries))))
    }
    return JSONValue(.object(members))
  }

  /// Writes the note into a run's folder.
  func write(to folder: String) throws {
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/\(DataNote.fileName)")
  }

  /// Reads the note of a run's folder.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(folder: String) throws {
    var root = try JSONValue.parse(contentsOf: "\(folder)/\(DataNote.fileName)").object()
    _ = try root.required("schema").integer(in: 1...1)
    name = try root.string("name")
    description = try root.string("description")
    terms = try root.string("terms")
    isSynthetic = try root.required("synthetic").boolean()
    revision = try root.optionalString("revision")
    folds = try root.string("folds")
    seed = try root.required("seed").integer(in: 0...Int.max)
    syntheticOrigins = try root.strings("syntheticOrigins") ?? []
    collections = try root.strings("collections")
    seen =
      try root.value("seen")?.array().map { value in
        var object = try value.object()
        let entry = (try object.string("branch"), try object.string("sentence"))
        try object.finish()
        return entry
      } ?? []
    splits = try root.required("splits").array().map { value in
      var object = try value.object()
      let split = (
        name: try object.string("name"), counts: try object.integers("cases", in: 0...Int.max) ?? []
      )
      try object.finish()
      guard split.counts.count == Split.Subset.allCases.count else {
        throw ZooError(
          .badFormat, "found \(split.counts.count) counts; expected 3", at: value.place)
      }
      return split
    }
    try root.finish()
  }
}

extension FoldPlan {
  /// The same of splits that are trained from several seeds.
  func sentence(seeds: Int) -> String {
    seeds == 1 ? sentence : "\(sentence); each split trained from \(seeds) seeds"
  }

  /// How cases are divided, for a reader.
  var sentence: String {
    let groups = [
      groupsByPatient ? "patients" : nil, groupsByText ? "equal report texts" : nil,
      groupsByNearImage
        ? "equal and nearly equal pictures" : groupsByImage ? "equal pictures" : nil,
    ].compactMap { $0 }
    let listed =
      groups.count > 2
      ? "\(groups.dropLast().joined(separator: ", ")) and \(groups[groups.count - 1])"
      : groups.joined(separator: " and ")
    let together = groups.isEmpty ? "" : ", \(listed) kept together"
    switch kind {
    case .lists:
      return
        "divided by the lists\(together) in validation, which is stratified by label, seed \(seed)"
    case .groupOut(let column):
      return "each \(column) once tested\(together), validation stratified by label, seed \(seed)"
    case .folds(let count, let repeats):
      let times = repeats == 1 ? "" : ", \(repeats) times"
      return "\(count) folds\(times), stratified by label\(together), seed \(seed)"
    case .splits(let count, let fraction):
      return
        "\(count) splits with \(Int((fraction * 100).rounded())) % to test, stratified by label"
        + "\(together), seed \(seed)"
    }
  }
}
