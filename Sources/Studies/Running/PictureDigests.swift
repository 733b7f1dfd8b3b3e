import Basics
import DICOM
import Datasets
import Downloads
import Foundation
import Images
import Ranks
import Training

/// Finds out which picture files are which, and which cases show the same picture.
package enum PictureDigests {
  /// The set with the SHA-256 of every picture's file, and what cases share that show one picture.
  ///
  /// Only pictures that may be equal are decoded for that: those whose files are equal, and those whose
  /// `fingerprints` (of the pictures as an encoder is given them, nil where none read them) are. Of several ranks each
  /// reads a part of the files.
  ///
  /// - Throws: `ZooError` that names a file that can't be read; `Interrupted`.
  static func added(to set: CaseSet, fingerprints: [Int?], sharedBy ranks: RankGroup? = nil) throws
    -> CaseSet
  {
    let paths = set.picturePaths
    let digests = try files(paths, sharedBy: ranks)
    let candidates = candidates(digests, fingerprints)
    // Equal files are decoded once.
    var examples: [String: String] = [:]
    for index in candidates {
      if let digest = digests[index], let path = paths[index] { examples[digest] = path }
    }
    let chosen = examples.sorted { $0.key < $1.key }
    let shown = Dictionary(
      uniqueKeysWithValues: zip(
        chosen.map(\.key),
        try texts(of: chosen.map(\.value), sharedBy: ranks) { try pixelDigest(of: $0) ?? "" }))
    // Two pictures of one case share nothing with others.
    var cases: [String: Set<Int>] = [:]
    let keys = digests.map { digest in
      digest.flatMap { shown[$0] }.flatMap { $0.isEmpty ? nil : $0 }
    }
    for (owner, key) in zip(set.pictureLayout.owners, keys) {
      if let key { cases[key, default: []].insert(owner) }
    }
    return set.with(
      pictures: zip(digests, keys).map { digest, key in
        digest.map { file in
          CasePicture(file: file, shared: key.flatMap { (cases[$0]?.count ?? 0) > 1 ? $0 : nil })
        }
      })
  }

  /// The set with the SHA-256 of every picture's file, as far as the run that left `digest` in a folder knows
  /// the files again from there; what cases share is not looked at.
  ///
  /// - Throws: `ZooError` that names a file that can't be read; `Interrupted`.
  package static func hashed(_ set: CaseSet, knownBy digest: DataDigest, in folder: String) throws
    -> CaseSet
  {
    let stamps = KeptPictures.read(folder: folder)?.stamps ?? [:]
    let rows = Dictionary(digest.rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let known = set.cases.flatMap { item -> [String?] in
      let all = [String?](repeating: nil, count: max(1, item.images.count))
      guard let row = rows[item.id], let kept = stamps[item.id],
        kept == KeptPictures.stamp(of: item, { FileStamp.of($0) })
      else { return all }
      let files = row.pictures.map(\.file)
      return files.count == all.count ? files : all
    }
    let others = zip(set.picturePaths, known).map { $1 == nil ? $0 : nil }
    return set.with(
      pictures: zip(known, try files(others)).map { known, computed in
        (known ?? computed).map { CasePicture(file: $0) }
      })
  }

  /// The SHA-256 of each file, of each path once.
  static func files(_ paths: [String?], sharedBy ranks: RankGroup? = nil) throws -> [String?] {
    let named = Set(paths.compactMap { $0 }).sorted()
    let digests = Dictionary(
      uniqueKeysWithValues: zip(
        named, try texts(of: named, sharedBy: ranks) { try sha256(ofFile: $0) }))
    return paths.map { $0.flatMap { digests[$0] } }
  }

  /// What `work` makes of each file on all cores, and of several ranks each of its part.
  private static func texts(
    of files: [String], sharedBy ranks: RankGroup?, _ work: @Sendable (String) throws -> String
  ) throws -> [String] {
    guard let ranks else { return try mappedInParallel(files, work) }
    return try ranks.rows(files, groupsOf: 1) { files in
      try mappedInParallel(files, work).map { Array($0.utf8) }
    }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The cases whose file or fingerprint another case has, too.
  private static func candidates(_ digests: [String?], _ fingerprints: [Int?]) -> [Int] {
    var (byFile, byPicture): ([String: Int], [Int: Int]) = ([:], [:])
    for (digest, fingerprint) in zip(digests, fingerprints) {
      guard let digest else { continue }
      byFile[digest, default: 0] += 1
      if let fingerprint { byPicture[fingerprint, default: 0] += 1 }
    }
    return digests.indices.filter { index in
      guard let digest = digests[index] else { return false }
      let alike = fingerprints[index].flatMap { byPicture[$0] } ?? 0
      return (byFile[digest] ?? 0) > 1 || alike > 1
    }
  }

  /// The first 16 digits of a SHA-256 of a picture's size and pixels; nil where all pixels are alike.
  ///
  /// A colour file that holds greys alone is the grey picture. Of a DICOM file of several frames it is the
  /// first, by the file's window.
  private static func pixelDigest(of path: String) throws -> String? {
    var image = try PixelImage.load(path: path, dicom: DICOMReading(frame: .number(1)))
    if image.channels == 3 {
      let grey = image.converted(channels: 1)
      if grey.converted(channels: 3) == image { image = grey }
    }
    let hash = try SHA256Stream()
    let shape = [image.height, image.width, image.channels]
    try shape.withUnsafeBytes { try hash.update($0) }
    let isFlat = try image.pixels.withUnsafeBytes { bytes in
      try hash.update(bytes)
      let pixel = bytes.count / (image.height * image.width)
      guard let start = bytes.baseAddress else { return true }
      return memcmp(start, start + pixel, bytes.count - pixel) == 0
    }
    return isFlat ? nil : String(try hash.finish().prefix(16))
  }
}
