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

  /// The stamp of each case's file, of several parted by `|`, by the case's id; none where one had changed just
  /// before.
  var stamps: [String: String]
  /// What was said of each case that was left out since its picture can't be used, and the file's stamp.
  var leftOut: [String: (message: String, stamp: String)]
  /// The id of the first case of the group of nearly equal pictures, by the case's id; of further pictures of a case
  /// by its id, a tab and their number.
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
      for item in cases { found[item.id] = KeptPictures.stamp(of: item) { paths[$0] } }
      return found
    }
    self.stamps = stamps(set.cases)
    for item in set.cases {
      for (place, image) in item.images.enumerated() {
        near[KeptPictures.name(item.id, place)] = image.picture?.near
      }
    }
    let others = stamps(all)
    leftOut = [:]
    for item in set.leftOut where item.reason == .unreadableImage {
      if let stamp = others[item.id] { leftOut[item.id] = (item.message, stamp) }
    }
  }

  /// The stamps of all pictures of a case; nil where it has none, or one is not known.
  static func stamp(of item: Case, _ stamp: (String) -> String?) -> String? {
    let stamps = item.images.map { stamp($0.path) }
    guard !stamps.isEmpty, !stamps.contains(nil) else { return nil }
    return stamps.compactMap(\.self).joined(separator: "|")
  }

  /// What a picture of a case is called.
  private static func name(_ id: String, _ place: Int) -> String {
    place == 0 ? id : "\(id)\t\(place)"
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
    for path in set.picturePaths.compactMap(\.self) { stamps[path] = FileStamp.of(path) }
    func stamp(_ item: Case) -> String? { KeptPictures.stamp(of: item) { stamps[$0] } }
    var (kept, again): ([Case], [LeftOut]) = ([], [])
    for item in set.cases {
      if rows[item.id] != nil {
        kept.append(item)
      } else if let now = stamp(item), let bad = leftOut[item.id], now == bad.stamp {
        again.append(
          LeftOut(
            id: item.id, reason: .unreadableImage, message: bad.message, place: item.source))
      } else {
        return nil
      }
    }
    let others = kept.filter { item in
      let now = stamp(item)
      return now == nil || now != self.stamps[item.id]
    }.flatMap { $0.images.map(\.path) }
    let digests: [String?]
    do { digests = try PictureDigests.files(others) } catch is ZooError { return nil }
    let computed = Dictionary(zip(others, digests), uniquingKeysWith: { first, _ in first })
    for index in kept.indices {
      let item = kept[index]
      guard !item.images.isEmpty, let row = rows[item.id] else { continue }
      let before = row.pictures
      // Another number of pictures: all are read again, and the difference is told as ever.
      guard before.count == item.images.count else { return nil }
      for (place, image) in item.images.enumerated() {
        kept[index].images[place].picture = CasePicture(
          file: computed[image.path].flatMap { $0 } ?? before[place].file,
          shared: before[place].shared, near: near[KeptPictures.name(item.id, place)])
      }
    }
    var result = set.with(cases: kept, leftOut: set.leftOut + again)
    result.notes = set.notes
    return Known(set: result, hashed: Set(others).count, stamps: stamps)
  }
}
