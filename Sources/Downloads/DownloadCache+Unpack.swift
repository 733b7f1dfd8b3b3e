import Basics
import Foundation

extension DownloadCache {
  /// The path of an unpacked file that is at hand, else nil.
  ///
  /// Files get their names whole, so one that is there is complete; a size that is known must fit.
  package func path(for packed: PackedFile) -> String? {
    let path = "\(folder)/\(packed.fileName)"
    var information = stat()
    guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
      packed.size.map({ $0 == Int(information.st_size) }) ?? (information.st_size > 0)
    else { return nil }
    return path
  }

  /// The path of a file out of a zip that was fetched, unpacked unless it is there.
  ///
  /// The zip's hash is computed if it never was, or if the zip was touched since. The file is
  /// written piece by piece and gets its name at the end; of several processes that want it one
  /// unpacks and the others wait. The zip may be removed afterwards.
  ///
  /// - Returns: nil when neither the file nor its zip is at hand.
  /// - Throws: `ZooError` of code `.wrongContent` when the zip is another than the published one,
  ///   `.badFormat` when it does not hold the file, `.system` when the disk is too small or can't be
  ///   written; `Interrupted` when a signal asks to stop.
  package func unpack(_ packed: PackedFile, progress reporter: ProgressReporter) throws -> String? {
    if let path = path(for: packed) { return path }
    let cached = CachedFile(packed.archive, in: folder)
    let progress = ByteProgress(reporter)
    let state = try cached.check(verify: false, progress: progress) { try Interruption.check() }
    switch state {
    case .absent: return nil
    case .wrong(let reason):
      throw ZooError(
        .wrongContent, reason, at: Place(path: cached.path),
        advice: "It is not what was published: remove it, and fetch it again.")
    case .unverified, .verified: break
    }
    var hasWaited = false
    let lock = try makeLock(packed.fileName) {
      if !hasWaited { progress.line("\(packed.fileName): another process unpacks it; waiting") }
      hasWaited = true
      try Interruption.check()
    }
    let path = try path(for: packed) ?? write(packed, from: cached.path, progress)
    _ = consume lock
    return path
  }

  private func write(_ packed: PackedFile, from zip: String, _ progress: ByteProgress) throws
    -> String
  {
    removeRemains(of: packed.fileName)
    let member = try ZipMember(packed.member, of: zip)
    if let size = packed.size, size != member.size {
      throw ZooError(
        .badFormat, "\"\(packed.member)\" has \(member.size) bytes there; expected \(size)",
        at: Place(path: zip))
    }
    let path = "\(folder)/\(packed.fileName)"
    try requireSpace(member.size, for: path)
    progress.begin("unpacking \(packed.fileName)", total: member.size)
    defer { progress.end() }
    try AtomicFile.write(to: path) { descriptor in
      try member.forEachPiece { bytes in
        try Interruption.check()
        try AtomicFile.writeAll(bytes, to: descriptor, path: path)
        progress.add(bytes.count)
      }
    }
    return path
  }

  /// A process that was killed while unpacking leaves gigabytes under another name; whoever holds
  /// the lock knows that nobody writes to it any more.
  private func removeRemains(of fileName: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix("\(fileName).") && TemporaryName.writer(of: name) != nil
    {
      unlink("\(folder)/\(name)")
    }
  }

  private func requireSpace(_ size: Int, for path: String) throws {
    var information = statvfs()
    guard statvfs(folder, &information) == 0 else { return }
    let free = Double(information.f_bavail) * Double(information.f_frsize)
    guard free < Double(size) else { return }
    throw ZooError(
      .system, "unpacking takes \(byteText(size)); the disk has \(byteText(Int(free))) free",
      at: Place(path: path), advice: "Make room, or set XDG_CACHE_HOME to a folder on another disk."
    )
  }
}
