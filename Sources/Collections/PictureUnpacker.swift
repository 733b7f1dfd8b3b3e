import Basics
import Datasets
import Foundation

/// Takes the pictures out of an archive into one folder.
///
/// Only regular files whose names end in `.png` are taken, under their last names: nothing that an archive says can
/// lead out of the folder. Each is written whole or not at all.
struct PictureUnpacker {
  /// What came out of an archive.
  struct Outcome: Equatable {
    /// Pictures that were written.
    var written = 0
    /// Pictures that were there already.
    var present = 0
    /// Files that are no pictures, though their names say so.
    var damaged: [String] = []
  }

  let folder: String

  /// No picture of a collection comes near: 64 MB for one, 1 TB for all of an archive.
  private static let limits = ArchiveReader.Limits(
    entries: 1_000_000, entryBytes: 64 << 20, totalBytes: 1 << 40)
  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Unpacks; a picture that is there with the same bytes is left as it is.
  ///
  /// - Throws: `ZooError` for an archive that is damaged or holds two pictures of one name, and for a folder that is a
  ///   link to somebody's own pictures; `Interrupted`.
  func unpack(_ archive: String, progress: ProgressReporter) throws -> Outcome {
    var status = stat()
    if lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      throw ZooError(
        .conflict, "leads to another folder, where nothing is written", at: Place(path: folder),
        advice: "remove the link, or choose another --output")
    }
    try AtomicFile.makeFolder(folder)
    var outcome = Outcome()
    var seen: Set<String> = []
    progress.begin("unpacking \(lastName(of: archive))", total: nil)
    defer { progress.end() }
    try ArchiveReader.forEachFile(
      in: archive, limits: Self.limits, where: PictureUnpacker.isPicture
    ) { path, data in
      try Interruption.check()
      let name = lastName(of: path)
      guard seen.insert(name).inserted else {
        throw ZooError(
          .badFormat, "two pictures are called \(name)", at: Place(path: archive),
          advice: "fetch the archive again; it is not what was published")
      }
      guard data.starts(with: Self.signature) else {
        outcome.damaged.append(name)
        return
      }
      let target = "\(folder)/\(name)"
      if (try? readFile(target)) == data {
        outcome.present += 1
      } else {
        try AtomicFile.write(data, to: target)
        outcome.written += 1
      }
      progress.advance()
    }
    return outcome
  }

  private static func isPicture(_ path: String) -> Bool {
    let name = lastName(of: path)
    return name.hasSuffix(".png") && !name.hasPrefix(".") && name.utf8.count <= 200
      && !name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
  }
}
