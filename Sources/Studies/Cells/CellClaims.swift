import Basics
import Foundation

/// Who works on which cell of a run, among any number of processes on any number of machines that share its folder.
///
/// Of each cell `claims/CELL.1`, `.2`, … are the claims on it in their order, and the last one counts. A claim is made by
/// a link to a whole file, which fails where the name is taken, on NFS, too: of several who want the same number one gets
/// it. It ends with `.free` beside it, or when its holder is gone: a process that ran on this machine and does not any
/// more, or one whose file was not touched for as long as the lease. Both times of that comparison are the file system's,
/// so clocks of machines may differ. Nothing is taken away while anybody works, so that no number is given twice.
package struct CellClaims: Sendable {
  /// The run's folder.
  private let folder: String
  /// Seconds after which a claim that nobody touched is given up.
  private let lease: Double

  /// The folder of the claims in a run's.
  package static let folderName = "claims"
  /// Seconds of a lease where nothing else is asked for: some heartbeats may be missed.
  package static let usualLease = 120.0

  package init(run folder: String, lease: Double = CellClaims.usualLease) {
    (self.folder, self.lease) = ("\(folder)/\(CellClaims.folderName)", lease)
  }

  /// What the claims on a cell are called.
  static func name(_ combination: String, split: String) throws -> String {
    try "\(split).\(FolderName.ofCombination(combination))"
  }

  /// Claims a cell, whose name is a folder's; nil while somebody else has it.
  ///
  /// - Throws: `ZooError` of code `.system` where the folder can't be written to.
  package func claim(_ cell: String) throws -> CellClaim? {
    try AtomicFile.makeFolder(folder)
    let last = try last(cell)
    if last.number > 0, try isHeld(cell, last) { return nil }
    return try made(cell, number: last.number + 1)
  }

  /// Who works on a cell; nil where nobody does.
  ///
  /// - Throws: `ZooError` of code `.system`.
  func holder(of cell: String) throws -> ProcessIdentity? {
    let last = try last(cell)
    guard last.number > 0, try isHeld(cell, last) else { return nil }
    return last.owner
  }

  /// Whether every claim that was made was given back.
  var areAllFree: Bool {
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    return names.allSatisfy {
      $0.hasSuffix(CellClaim.freed) || names.contains($0 + CellClaim.freed)
    }
  }

  /// Takes away all claims of a run that is finished.
  func removeAll() { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ cell: String, _ number: Int) -> String { "\(folder)/\(cell).\(number)" }

  /// The last claim on a cell, whoever has it; number 0 where there is none.
  private func last(_ cell: String) throws -> (number: Int, owner: ProcessIdentity?) {
    var found = (number: 0, owner: ProcessIdentity?.none)
    while true {
      let path = path(cell, found.number + 1)
      guard FileManager.default.fileExists(atPath: path) else { return found }
      // One that can't be read is somebody's until its lease has ended.
      found = (found.number + 1, try? ProcessIdentity(JSONValue.parse(contentsOf: path)))
    }
  }

  private func isHeld(_ cell: String, _ last: (number: Int, owner: ProcessIdentity?)) throws -> Bool
  {
    let path = path(cell, last.number)
    if FileManager.default.fileExists(atPath: path + CellClaim.freed) { return false }
    if last.owner?.isGone == true { return false }
    return try age(of: path) < lease
  }

  /// Seconds since a file was touched, by the clock of the file system that it lies on.
  private func age(of path: String) throws -> Double {
    let probe = TemporaryName.beside("\(folder)/now")
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError("can't be written", probe) }
    defer {
      close(descriptor)
      unlink(probe)
    }
    guard CellClaim.touch(probe), let now = CellClaims.touched(probe) else {
      throw systemError("can't be touched", probe)
    }
    // One that is gone was freed meanwhile, or the run was finished.
    guard let then = CellClaims.touched(path) else { return .infinity }
    return now - then
  }

  /// When a file was touched.
  ///
  /// It is opened for that: NFS asks the server then, and does not answer from memory.
  private static func touched(_ path: String) -> Double? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
  }

  /// Makes a claim of a number; nil where somebody was quicker.
  private func made(_ cell: String, number: Int) throws -> CellClaim? {
    let target = path(cell, number)
    let text = ProcessIdentity.current.json.text(pretty: false) + "\n"
    let temporary = TemporaryName.beside(target)
    try AtomicFile.write(text, to: temporary)
    defer { unlink(temporary) }
    if link(temporary, target) != 0 {
      let reason = errno
      // An answer that was lost on the way to an NFS server: the link may have been made all the same.
      var status = stat()
      guard stat(temporary, &status) == 0, status.st_nlink == 2 else {
        if reason == EEXIST { return nil }
        errno = reason
        throw systemError("can't be claimed", target)
      }
    }
    return CellClaim(path: target, next: path(cell, number + 1), lease: lease)
  }
}
