import Basics

/// Where the images that a table names lie; counts the names that are not written as paths are here.
struct ImagePaths {
  /// The folder that names are relative to.
  let root: String
  private var backslashes = 0
  private var trimmed = 0

  init(root: String) { self.root = root }

  /// The path of a name as it was written, where such a file is there; else what the name without the
  /// white space around it, or with slashes for backslashes, finds.
  mutating func path(_ name: String) -> String {
    let direct = joinPath(root, name)
    let tidy = tidied(name)
    let hasBackslash = tidy.utf8.contains(UInt8(ascii: "\\"))
    guard hasBackslash || tidy.utf8.count != name.utf8.count, !isFile(direct) else { return direct }
    let trimmedPath = joinPath(root, tidy)
    if isFile(trimmedPath) {
      trimmed += 1
      return trimmedPath
    }
    let slashed = joinPath(root, tidy.replacing("\\", with: "/"))
    guard hasBackslash, isFile(slashed) else { return direct }
    backslashes += 1
    return slashed
  }

  /// What was changed, in sentences.
  func notes(of table: CSVTable) -> [String] {
    var notes: [String] = []
    if backslashes > 0 {
      notes.append(
        "\(backslashes) paths of images are written with backslashes, read as slashes: the files are"
          + " there")
    }
    if trimmed > 0 {
      notes.append("\(trimmed) paths of images have white space around them, which was dropped")
    }
    return notes.map { "\(table.path): \($0)" }
  }
}
