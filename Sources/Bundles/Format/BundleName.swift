import Basics

/// What a person calls a bundle: `NAME`, or `NAME@VERSION` for one of its versions.
package struct BundleName: Sendable, Equatable, CustomStringConvertible {
  /// Lower-case letters, digits and hyphens.
  package let id: String
  /// Nil for the newest.
  package let version: BundleVersion?

  /// Reads a name; whether such a bundle exists is another question.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package init(_ text: String, at place: Place? = nil) throws {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    id = String(parts[0])
    try BundleName.check(id, at: place)
    version = parts.count > 1 ? try BundleVersion(String(parts[1]), at: place) : nil
  }

  package var description: String { version.map { "\(id)@\($0)" } ?? id }

  /// Refuses what is no name: it becomes a folder's name on every kind of disk.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package static func check(_ id: String, at place: Place? = nil) throws {
    guard isName(id) else {
      throw ZooError(
        .badValue,
        "the name is \"\(id)\"; expected 2 to 64 lower-case letters, digits and single hyphens, a "
          + "letter first", at: place)
    }
  }

  private static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (2...64).contains(bytes.count), let first = bytes.first, let last = bytes.last,
      (0x61...0x7a).contains(first), last != 0x2d, !text.contains("--")
    else { return false }
    return bytes.allSatisfy {
      (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
    }
  }
}
