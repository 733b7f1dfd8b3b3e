import Basics
import Datasets
import Foundation

extension BoxTable {
  /// Which image of the table each of some files is, by the files' paths; files that it does not name
  /// are left out.
  ///
  /// A file and a name are one where their last parts are the same: the file's name, and as many folders
  /// before it as are needed to tell apart the files, and the names, that end alike. So CheXpert's
  /// `patient00001/study1/view1_frontal.jpg` is found though every file of it is called so.
  ///
  /// - Throws: `ZooError` that names a name of the table that could be several files, or a file that
  ///   could be several names.
  package func names(of paths: [String]) throws -> [String: String] {
    let named = Dictionary(grouping: boxes.keys.sorted().map(Tail.init)) { $0.parts.last ?? "" }
    let files = Dictionary(grouping: Set(paths).sorted().map(Tail.init)) { $0.parts.last ?? "" }
    var found: [String: String] = [:]
    for (file, alike) in files {
      guard let candidates = named[file] else { continue }
      let count = max(Tail.telling(candidates), Tail.telling(alike))
      let whole = Dictionary(
        candidates.filter { $0.parts.count >= count }.map { ($0.parts.suffix(count), $0.path) },
        uniquingKeysWith: { first, _ in first })
      let short = candidates.filter { $0.parts.count < count }
      for one in alike {
        var fitting =
          one.parts.count >= count ? [whole[one.parts.suffix(count)]].compactMap(\.self) : []
        fitting += (one.parts.count >= count ? short : candidates).filter { $0.ends(like: one) }
          .map(\.path)
        guard fitting.count < 2 else {
          throw ambiguous(
            "\"\(one.path)\" could be \"\(fitting[0])\" or \"\(fitting[1])\"", fitting[1])
        }
        found[one.path] = fitting.first
      }
    }
    var seen: [String: String] = [:]
    for (file, name) in found.sorted(by: { $0.key < $1.key }) {
      if let other = seen.updateValue(file, forKey: name) {
        throw ambiguous("\"\(name)\" could be \(other) or \(file)", name)
      }
    }
    return found
  }

  private func ambiguous(_ what: String, _ name: String) -> ZooError {
    ZooError(
      .badValue, what, at: boxes[name]?.first?.source ?? Place(path: path),
      advice: "name each image in the table with the folders that tell it from others")
  }

  /// What an image of the table is called in results: its file name, or the table's whole name where
  /// others are called alike.
  package func shortName(_ name: String) -> String {
    let file = Tail(name).parts.last ?? name
    return boxes.keys.count { Tail($0).parts.last == file } > 1 ? name : file
  }

  /// The images of a folder that the table names, as cases; their ids are the file names, or the table's
  /// names where files are called alike.
  ///
  /// They are looked for in the folder, as the table names them, without their first folders one after
  /// the other, and in ChestX-ray14's `images/` and `images_001/images/` to `images_012/images/`.
  ///
  /// - Throws: `ZooError` where the folder is none or holds none of them.
  package func cases(in folder: String) throws -> [Case] {
    let files = try ChestXray14.imageFiles(below: folder)
    let tails = boxes.keys.sorted().map(Tail.init)
    let counts = Dictionary(tails.map { ($0.parts.last ?? "", 1) }, uniquingKeysWith: +)
    let cases = tails.compactMap { tail -> Case? in
      let file = tail.parts.last ?? ""
      let isAlone = counts[file] == 1
      // A file name that several images share finds none of them.
      let least = isAlone ? 1 : 2
      let ways =
        [joinPath(folder, tail.path)]
        + (least...max(least, tail.parts.count)).reversed().map {
          joinPath(folder, tail.parts.suffix($0).joined(separator: "/"))
        }
      let path =
        ways.first { FileManager.default.fileExists(atPath: $0) } ?? (isAlone ? files[file] : nil)
      let source = boxes[tail.path]?.first?.source ?? Place(path: self.path)
      return path.map { Case(id: isAlone ? file : tail.path, imagePath: $0, source: source) }
    }
    guard !cases.isEmpty else {
      throw ZooError(
        .notFound, "holds none of the \(boxes.count) images of \(path)", at: Place(path: folder))
    }
    return cases.sorted { $0.id < $1.id }
  }
}

/// A path cut into its parts.
private struct Tail {
  let path: String
  let parts: [String]

  init(_ path: String) {
    self.path = path
    parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init)
      .filter { $0 != "." }
  }

  /// Whether the shorter of both is the end of the longer.
  func ends(like other: Tail) -> Bool {
    let count = min(parts.count, other.parts.count)
    return parts.suffix(count) == other.parts.suffix(count)
  }

  /// How many last parts tell some paths apart.
  static func telling(_ paths: [Tail]) -> Int {
    let most = paths.map(\.parts.count).max() ?? 1
    return (1...max(1, most)).first { count in
      Set(paths.map { $0.parts.suffix(count) }).count == paths.count
    } ?? most
  }
}
