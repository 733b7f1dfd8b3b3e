import Basics
import Datasets
import Downloads
import Foundation

/// Brings a published collection into a folder, and writes a table of its cases.
///
/// What is there is kept, what was cut goes on. The folder then holds `images`, the reports or tables, and `cases.csv`.
package struct CollectionFetch {
  let collection: PublishedCollection
  let output: String
  let progress: ProgressReporter
  /// A folder with archives, or with what was unpacked of them; nothing is downloaded then.
  package var source: String?
  /// Where archives lie under their names, in place of the publisher's addresses.
  package var mirror: String?
  /// A tree of Open-i's DICOM files, which tell the views.
  package var dicom: String?
  /// Whether archives that were downloaded stay once they are unpacked.
  package var keepsArchives = false
  package var policy = DownloadPolicy()

  package init(_ collection: PublishedCollection, output: String, progress: ProgressReporter) {
    self.collection = collection
    self.output = output
    self.progress = progress
  }

  private var images: String { "\(output)/images" }
  private var archives: String { "\(output)/archives" }

  /// Fetches, unpacks, and writes the table.
  ///
  /// - Throws: `ZooError` for what is missing, damaged or can't be downloaded; `Interrupted` with everything kept.
  /// - Returns: lines on what is there.
  package func run() throws -> [String] {
    try AtomicFile.makeFolder(output)
    var lines: [String] = []
    if let source {
      lines += try take(from: source)
    } else {
      for archive in collection.archives { lines += try fetch(archive) }
    }
    return try lines
      + CollectionTable(collection, in: output, dicom: dicom, progress: progress).write()
  }

  // MARK: From the publisher

  private func fetch(_ archive: PublishedCollection.Archive) throws -> [String] {
    let mark = "\(output)/.\(archive.fileName).unpacked"
    if archive.content == .pictures, let count = try? readLines(mark).first {
      return ["\(archive.fileName): its \(count) pictures were unpacked before"]
    }
    let url = mirror.map { "\($0.hasSuffix("/") ? String($0.dropLast()) : $0)/\(archive.fileName)" }
    let file = try RemoteFile(
      url: url ?? archive.url, size: nil, hash: .firstDownload, fileName: archive.fileName)
    guard archive.content == .pictures else {
      let path = try DownloadCache(folder: output).fetch(file, progress: progress, policy: policy)
      try opened(path) {
        try ArchiveReader.forEachFile(in: path, where: { _ in false }) { _, _ in }
      }
      return []
    }
    try requireSpace(archive.size)
    let path = try DownloadCache(folder: archives).fetch(file, progress: progress, policy: policy)
    let outcome = try opened(path) {
      let outcome = try PictureUnpacker(folder: images).unpack(path, progress: progress)
      try checkFound(outcome, in: path)
      return outcome
    }
    try AtomicFile.write("\(outcome.written + outcome.present)\n", to: mark)
    if !keepsArchives { unlink(path) }
    return [line(outcome, archive.fileName)]
  }

  /// Opens what was downloaded; what is no archive, such as a server's page, goes again with the hash that was noted,
  /// or the next download would have to be the same.
  private func opened<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ZooError where error.code == .badFormat {
      unlink(path)
      unlink("\(parentFolder(of: path))/.\(lastName(of: path)).pinned")
      throw ZooError(
        error.code, "what came is not the publisher's archive: \(error.message)", at: error.place,
        advice: "it was removed; run the same command again, or give the archives by --from")
    }
  }

  private func requireSpace(_ size: Int) throws {
    var information = statvfs()
    guard statvfs(output, &information) == 0 else { return }
    let free = Double(information.f_bavail) * Double(information.f_frsize)
    // The archive, and what comes out of it.
    guard free < 2 * Double(size) else { return }
    throw ZooError(
      .system,
      "an archive of about \(PublishedCollection.gigabytes(size)) and its pictures take twice that; the disk has \(PublishedCollection.gigabytes(Int(free))) free",
      at: Place(path: output), advice: "make room, or choose an --output on another disk")
  }

  private func checkFound(_ outcome: PictureUnpacker.Outcome, in path: String) throws {
    guard outcome.written + outcome.present == 0 else { return }
    throw ZooError(
      .badFormat, "no picture is in the archive", at: Place(path: path),
      advice: "is it the publisher's? Remove it, and fetch it again")
  }

  private func line(_ outcome: PictureUnpacker.Outcome, _ name: String) -> String {
    var line = "\(name): \(outcome.written) pictures unpacked, \(outcome.present) were there"
    if !outcome.damaged.isEmpty {
      line +=
        "; \(outcome.damaged.count) are no PNG and were left out (\(outcome.damaged.prefix(3).joined(separator: ", ")))"
    }
    return line
  }

  // MARK: From a folder

  /// Takes tables and reports over, unpacks archives, and links to pictures that are unpacked.
  private func take(from source: String) throws -> [String] {
    let names = try folderEntries(source)
    var lines: [String] = []
    for name in names where isTable(name) { try copy(joinPath(source, name), name) }
    if names.contains("ecgen-radiology") {
      try link(joinPath(source, "ecgen-radiology"), "ecgen-radiology")
    }
    var missing: [String] = []
    for archive in collection.archives {
      let path = joinPath(source, archive.fileName)
      let isThere = names.contains(archive.fileName)
      guard archive.content == .pictures else {
        if isThere { try copy(path, archive.fileName) }
        continue
      }
      guard isThere else {
        missing.append(archive.fileName)
        continue
      }
      let unpacked = try PictureUnpacker(folder: images).unpack(path, progress: progress)
      try checkFound(unpacked, in: path)
      lines.append(line(unpacked, archive.fileName))
    }
    guard missing.count == collection.archives.count(where: { $0.content == .pictures }) else {
      if !missing.isEmpty { lines.append("not there: \(missing.joined(separator: ", "))") }
      return lines
    }
    try link(try unpackedPictures(source, names), "images")
    return lines + ["images leads to the pictures in \(source)"]
  }

  /// The folder with the pictures of an unpacked collection.
  private func unpackedPictures(_ source: String, _ names: [String]) throws -> String {
    let candidates = ["images/images_normalized", "images_normalized", "NLMCXR_png", "images", ""]
    for candidate in candidates {
      let folder = candidate.isEmpty ? source : joinPath(source, candidate)
      let entries = (try? folderEntries(folder)) ?? []
      if entries.contains(where: { $0.hasSuffix(".png") }) { return folder }
    }
    // NIH's twelve folders are looked through where they are.
    if names.contains(where: { $0.hasPrefix("images_0") }) { return source }
    throw ZooError(
      .notFound, "neither archives nor pictures of \(collection.title) are there",
      at: Place(path: source),
      advice:
        "expected \(collection.archives.map(\.fileName).prefix(3).joined(separator: ", ")), or a folder of PNG files"
    )
  }

  private func isTable(_ name: String) -> Bool {
    collection.tables.contains(name)
      || (collection.name == "open-i"
        ? name.hasPrefix("indiana_") && name.hasSuffix(".csv")
        : name.hasPrefix("Data_Entry_2017") && name.hasSuffix(".csv"))
  }

  private func copy(_ path: String, _ name: String) throws {
    let target = "\(output)/\(name)"
    let data = try readFile(path)
    if let there = try? readFile(target), there == data { return }
    try AtomicFile.write(data, to: target)
  }

  private func link(_ path: String, _ name: String) throws {
    let target = "\(output)/\(name)"
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    if let there = try? FileManager.default.destinationOfSymbolicLink(atPath: target), there == full
    {
      return
    }
    // The collection is brought to where it is already.
    let own = URL(fileURLWithPath: target).standardizedFileURL.path
    if full == own || full.hasPrefix(own + "/") { return }
    guard symlink(full, target) == 0 else {
      let reason = String(cString: strerror(errno))
      throw ZooError(
        .conflict, "a link to \(full) can't be made: \(reason)", at: Place(path: target),
        advice: "choose an --output that is new")
    }
  }
}
