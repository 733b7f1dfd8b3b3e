import Basics

/// A version of three whole numbers, such as `1.2.0`; once published it is final.
package struct BundleVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Major, minor and patch, each 0 to 999,999.
  package let numbers: [Int]

  /// Reads a version written as `MAJOR.MINOR.PATCH`, without leading zeros.
  ///
  /// - Throws: `ZooError` of code `.badValue` for anything else.
  package init(_ text: String, at place: Place? = nil) throws {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let found = parts.compactMap { part in
      Int(part).flatMap { (0...999_999).contains($0) && String($0) == part ? $0 : nil }
    }
    guard parts.count == 3, found.count == 3 else {
      throw ZooError(
        .badValue, "the version is \"\(text)\"; expected three whole numbers such as 1.0.0",
        at: place)
    }
    numbers = found
  }

  package var description: String { numbers.map(String.init).joined(separator: ".") }

  package static func < (a: BundleVersion, b: BundleVersion) -> Bool {
    a.numbers.lexicographicallyPrecedes(b.numbers)
  }
}
