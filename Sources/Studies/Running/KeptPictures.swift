import Basics
import Datasets
import Downloads
import Foundation

/// `pictures.json` of a run: by what its picture files are known again without being read, and what was
/// noted of the data when all of them were.
///
/// A file whose stamp is the same has the bytes whose SHA-256 is in `data-digest.csv`; any other is hashed.
/// So a run that is gone on with decodes those pictures alone that cells which are still missing read.
struct KeptPictures: Sendable, Equatable {
  static let fileName = "pictures.json"

  /// The stamp of each case's file by the case's id; none where it had changed just before.
  var stamps: [String: String]
  /// What was said of each case that was left out since its picture can't be used, and the file's stamp.
  var leftOut: [String: (message: String, stamp: String)]
  /// The id of the first case of the group of nearly equal pictures, by the case's id.
  var near: [String: String] = [:]
  /// What was noted while tables and pictures were read.
  var notes: [String]

  /// What is known of a set whose pictures were read.
  ///
  /// `all` are its cases before any were left out for their pictures, `paths` the stamps of their files from
  /// before they were read.
  init(_ set: CaseSet, of all: [Case], stamps paths: [String: String], notes: [String]) {
    self.notes = notes
    func stamps(_ cases: [Case]) -> [String: String] {
      var found: [String: String] = [:]
      for item in cases { found[item.id] = item.imagePath.flatMap { paths[$0] } }
      return found
    }
    self.stamps = stamps(set.cases)
    for item in set.cases { near[item.id] = item.picture?.near }
    let others = stamps(all)
    leftOut = [:]
    for item in set.leftOut where item.reason == .unreadableImage {
      if let stamp = others[item.id] { leftOut[item.id] = (item.message, stamp) }
    }
  }

  static func == (one: KeptPictures, other: KeptPictures) -> Bool {
    one.json.text() == other.json.text()
  }

  /// Reads the file of a run; nil where its version wrote none, or it can't be understood: then all
  /// pictures are read again.
  static func read(folder: String) -> KeptPictures? {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try? KeptPictures(JSONValue.parse(contentsOf: path))
  }

  private init(_ value: JSONValue) throws {
    var root = try value.object()
    _ = try root.required("schema").integer(in: 1...1)
    stamps = try root.required("files").texts()
    let messages = try root.required("leftOut").texts()
    let bad = try root.required("leftOutFiles").texts()
    leftOut = [:]
    for (id, message) in messages { leftOut[id] = (message, bad[id] ?? "") }
    notes = try root.strings("notes") ?? []
    near = try root.value("near")?.texts() ?? [:]
    try root.finish()
  }

  private var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("schema", 1), ("files", JSONValue(texts: stamps)),
      ("leftOut", JSONValue(texts: leftOut.mapValues(\.message))),
      ("leftOutFiles", JSONValue(texts: leftOut.mapValues(\.stamp))), ("notes", notes.json),
    ]
    if !near.isEmpty { members.append(("near", JSONValue(texts: near))) }
    return JSONValue(.object(members))
  }

  /// Writes the file into a run's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/\(KeptPictures.fileName)")
  }

  /// A set whose pictures are known again.
  struct Known {
    var set: CaseSet
    /// How many files were hashed, since their stamps are others.
    var hashed: Int
    /// The stamps of today, by path.
    var stamps: [String: String]
  }

  /// The set with the digests of its pictures, none of them decoded: those of the run's own `digest` where a
  /// file's stamp is the same, else computed anew.
  ///
  /// Nil where the set is not the run's: then all pictures are read, and what differs is told as ever.
  ///
  /// - Throws: `Interrupted`.
  func known(_ set: CaseSet, _ digest: DataDigest) throws -> Known? {
    let rows = Dictionary(digest.rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var stamps: [String: String] = [:]
    for path in set.cases.compactMap(\.imagePath) { stamps[path] = FileStamp.of(path) }
    var (kept, again): ([Case], [LeftOut]) = ([], [])
    for item in set.cases {
      if rows[item.id] != nil {
        kept.append(item)
      } else if let path = item.imagePath, let bad = leftOut[item.id], stamps[path] == bad.stamp {
        again.append(
          LeftOut(
            id: item.id, reason: .unreadableImage, message: bad.message, place: item.source))
      } else {
        return nil
      }
    }
    let others = kept.filter { item in
      item.imagePath.map { stamps[$0] == nil || stamps[$0] != self.stamps[item.id] } ?? false
    }.compactMap(\.imagePath)
    let digests: [String?]
    do { digests = try PictureDigests.files(others) } catch is ZooError { return nil }
    let computed = Dictionary(zip(others, digests), uniquingKeysWith: { first, _ in first })
    for index in kept.indices {
      guard let path = kept[index].imagePath, let row = rows[kept[index].id] else { continue }
      let file = computed[path].flatMap { $0 } ?? row.image
      kept[index].picture = CasePicture(
        file: file, shared: row.picture.isEmpty ? nil : row.picture, near: near[kept[index].id])
    }
    var result = set.with(cases: kept, leftOut: set.leftOut + again)
    result.notes = set.notes
    return Known(set: result, hashed: Set(others).count, stamps: stamps)
  }
}
