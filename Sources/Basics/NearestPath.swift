import Foundation

/// The path beside one that is not there whose name is closest to its name (see `nearestName`); nil where
/// none is close enough to be meant, or where something is there.
///
/// Only what `isWanted` says of its path is looked at.
package func nearestPath(
  to path: String, where isWanted: (String) -> Bool = { _ in true }
) -> String? {
  let files = FileManager.default
  let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  let (folder, name) = (
    parentFolder(of: trimmed), lastName(of: trimmed)
  )
  guard !name.isEmpty, !files.fileExists(atPath: path),
    let names = try? files.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
  else { return nil }
  func whole(_ name: String) -> String {
    folder.isEmpty ? name : (folder as NSString).appendingPathComponent(name)
  }
  let candidates = names.filter { !$0.hasPrefix(".") && isWanted(whole($0)) }.sorted()
  return nearestName(to: name, among: candidates).map(whole)
}

/// The sentence that names the valid choices, or what lies beside a path that is not there and has
/// nearly its name.
package func suggestion(
  for name: String, among candidates: [String], orPathsWhere isWanted: (String) -> Bool
) -> String {
  let valid = (["a path that is there"] + candidates).joined(separator: ", ")
  let near =
    nearestName(to: name, among: candidates) ?? nearestPath(to: name, where: isWanted)
  return (near.map { "did you mean \"\($0)\"? " } ?? "") + "valid: \(valid)"
}
