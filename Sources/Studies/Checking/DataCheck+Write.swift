import Basics
import DataCheck

extension DataCheck {
  package static let pageName = "check.html"

  /// Refuses a folder that holds anything but what a stopped check leaves.
  ///
  /// - Throws: `ZooError` of code `.conflict`, or of what is in the way.
  package static func checkPlace(_ folder: String) throws {
    try OutputPlace.checkWritable(folder)
    let isFinished = try (OutputPlace.entries(of: folder) ?? []).contains(fileName)
    try OutputPlace.check(folder, allowing: isFinished ? [] : [pageName])
  }

  /// Writes the page and the figures into a new folder.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String, title: String) throws {
    try OutputPlace.locked(folder) {
      try DataCheck.checkPlace(folder)
      try AtomicFile.makeFolder(folder)
      try AtomicFile.write(
        DataCheckPage(self, title: title).html, to: "\(folder)/\(DataCheck.pageName)")
      // Last: a folder that has it is complete.
      try AtomicFile.write(json.text() + "\n", to: "\(folder)/\(DataCheck.fileName)")
    }
  }

  /// The findings in lines, errors first.
  package var lines: [String] {
    findings.flatMap { finding in
      ["\(finding.severity.rawValue): \(finding.message)"]
        + (finding.advice.map { ["  \($0)"] } ?? [])
    }
  }
}
