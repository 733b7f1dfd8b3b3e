import Basics
import Datasets
import Downloads
import Training

/// Sees that the pictures of external data can be read, before anything is trained.
enum ExternalPictures {
  /// What was found out about a picture's file.
  private struct Found: Sendable {
    let digest: String?
    let fault: ZooError?
  }

  /// The set with the SHA-256 of its pictures' files, and what they are known by; nil for a set without pictures.
  ///
  /// Each is decoded once for all branches that read it alike. Those that `folder` knows from an earlier check are not.
  ///
  /// - Throws: `ZooError` that names pictures that can't be used; with `skipsBad` their cases leave the set and are
  ///   listed in it; `Interrupted`.
  static func checked(
    _ set: CaseSet, _ branches: [ImageBranch], called name: String, in folder: String,
    skipsBad: Bool, progress: ProgressReporter
  ) throws -> (set: CaseSet, pictures: KeptPictures?) {
    let (paths, owners) = (set.picturePaths, set.pictureLayout.owners)
    guard !branches.isEmpty, paths.contains(where: { $0 != nil }) else { return (set, nil) }
    if let kept = KeptPictures.read(folder: folder), skipsBad || kept.leftOut.isEmpty,
      let digest = try DataDigest.read(folder: folder), let known = try kept.known(set, digest)
    {
      return (known.set, KeptPictures(known.set, of: set.cases, stamps: known.stamps, notes: []))
    }
    var stamps: [String: String] = [:]
    for path in paths.compactMap({ $0 }) { stamps[path] = FileStamp.of(path) }
    let readings = readings(branches)
    let isRead = isRead(set, branches)
    let found = try progress.mapped(
      Array(paths.enumerated()), stage: "checking \(paths.count) images of \(name)"
    ) { index, path in look(at: path, isRead[index] ? readings : []) }
    var bad: [Int: ZooError] = [:]
    for (index, item) in found.enumerated() where item.fault != nil {
      bad[owners[index]] = item.fault
    }
    var checked = set.with(
      pictures: found.map { item in item.digest.map { CasePicture(file: $0) } })
    checked.notes = set.notes
    if !bad.isEmpty { _ = try StudyLoader.leaveOut(bad, of: &checked, [:], skipsBad: skipsBad) }
    return (checked, KeptPictures(checked, of: set.cases, stamps: stamps, notes: []))
  }

  /// Whether some branch reads each picture of a set.
  private static func isRead(_ set: CaseSet, _ branches: [ImageBranch]) -> [Bool] {
    var isRead = [Bool](repeating: false, count: set.pictureLayout.count)
    for branch in branches {
      guard let choice = PictureChoice(branch, set) else {
        return [Bool](repeating: true, count: isRead.count)
      }
      for place in choice.used { isRead[place] = true }
    }
    return isRead
  }

  /// One preprocessing for each way in which branches decode files.
  private static func readings(_ branches: [ImageBranch]) -> [ImagePreprocessing] {
    var found: [ImagePreprocessing] = []
    for own in branches.map(\.preprocessing)
    where !found.contains(where: { $0.channels == own.channels && $0.dicom == own.dicom }) {
      found.append(own)
    }
    return found
  }

  private static func look(at path: String?, _ readings: [ImagePreprocessing]) -> Found {
    guard let path else { return Found(digest: nil, fault: nil) }
    do {
      for reading in readings { _ = try reading.read(path) }
      return Found(digest: try sha256(ofFile: path), fault: nil)
    } catch {
      return Found(
        digest: nil,
        fault: error as? ZooError
          ?? ZooError(.badFormat, errorSentence(error), at: Place(path: path)))
    }
  }
}
