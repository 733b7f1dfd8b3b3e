import Basics
import Foundation

/// Files whose hash is published nowhere: beside `NAME` lies `.NAME.pinned`, the SHA-256 of what came first.
extension DownloadCache {
  private func pinPath(_ file: RemoteFile) -> String { "\(folder)/.\(file.fileName).pinned" }

  /// The file with the hash that was noted when it came first; as it is where none was.
  func pinned(_ file: RemoteFile) throws -> RemoteFile {
    guard file.hash == .firstDownload,
      let line = try? readLines(pinPath(file)).first
    else { return file }
    return try RemoteFile(
      url: file.url, size: file.size, hash: .sha256(line), fileName: file.fileName)
  }

  /// Notes the hash of a file that came for the first time.
  func pin(_ file: RemoteFile, _ progress: ProgressReporter) throws {
    guard file.hash == .firstDownload else { return }
    let cached = CachedFile(file, in: folder)
    let digest = try cached.knownDigest() ?? sha256(ofFile: cached.path)
    try AtomicFile.write(digest + "\n", to: pinPath(file))
    progress.note(
      "no hash of \(file.fileName) is published: what came has the SHA-256 \(digest), and what comes later must have"
        + " it. To take another file remove \(pinPath(file))")
  }
}
