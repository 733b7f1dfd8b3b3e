import Basics

/// A published file: where it lies, what it is called in the cache, and how it is recognised.
///
/// ```swift
/// let file = try RemoteFile(
///   url: "https://download.pytorch.org/models/vgg16-397923af.pth", size: 553_433_881,
///   hash: .sha256Prefix("397923af"), fileName: "vgg16-397923af.pth")
/// ```
package struct RemoteFile: Sendable, Equatable {
  /// What is known of a file's SHA-256, in hexadecimal digits.
  package enum Hash: Sendable, Equatable {
    /// All 64 digits.
    case sha256(String)
    /// The first 8 or more digits, as in the names of torchvision's files.
    case sha256Prefix(String)
    /// Nothing; who asked for the file has to check it.
    case unknown
    /// None is published: the hash of what came first is noted, and holds from then on.
    case firstDownload
  }

  /// The address, absolute.
  package let url: String
  /// The number of bytes, where it is known.
  package let size: Int?
  /// What the whole file's hash must be; lower case.
  package let hash: Hash
  /// The file's name in the cache: a plain name without folders.
  package let fileName: String

  /// Most bytes a size may state: far above any file, far below what sums overflow at.
  static let maximumSize = 1_000_000_000_000_000

  /// A file by its address, with its hash checked for form.
  ///
  /// - Throws: `ZooError` of code `.badValue` that says which part is not valid.
  package init(url: String, size: Int?, hash: Hash, fileName: String) throws {
    guard !url.isEmpty, url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7f }) else {
      throw ZooError(
        .badValue, "the address \"\(url)\" is empty or holds blanks or characters beyond ASCII",
        advice: "Write such characters as %20 and the like.")
    }
    if let size, !(1...RemoteFile.maximumSize).contains(size) {
      throw ZooError(
        .badValue, "the size is \(size); expected 1 byte to \(byteText(RemoteFile.maximumSize))",
        at: Place(key: url))
    }
    guard RemoteFile.isPlainName(fileName) else {
      throw ZooError(
        .badValue,
        "the file name \"\(fileName)\" is no plain name; expected 1 to 200 bytes without '/', "
          + "control characters and a leading '.'", at: Place(key: url))
    }
    self.url = url
    self.size = size
    self.hash = try hash.checked(url: url)
    self.fileName = fileName
  }

  /// Room is left for the names of the files beside it (255 bytes at most).
  private static func isPlainName(_ name: String) -> Bool {
    (1...200).contains(name.utf8.count) && !name.hasPrefix(".")
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f && $0 != "/" }
  }
}

extension RemoteFile.Hash: CustomStringConvertible {
  /// The digits, and whether they are only the beginning.
  package var description: String {
    switch self {
    case .sha256(let digits): digits
    case .sha256Prefix(let digits): "\(digits)…"
    case .unknown, .firstDownload: "any"
    }
  }

  /// Whether a whole hash of 64 digits is the one meant.
  package func matches(_ digits: String) -> Bool {
    switch self {
    case .sha256(let expected): expected == digits
    case .sha256Prefix(let prefix): digits.hasPrefix(prefix)
    case .unknown, .firstDownload: true
    }
  }

  fileprivate func checked(url: String) throws -> RemoteFile.Hash {
    let (digits, range, expectation) =
      switch self {
      case .sha256(let digits): (digits.lowercased(), 64...64, "64 hexadecimal digits")
      case .sha256Prefix(let digits): (digits.lowercased(), 8...64, "8 to 64 hexadecimal digits")
      case .unknown, .firstDownload: ("", 0...0, "none")
      }
    guard range.contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else {
      throw ZooError(
        .badValue, "the SHA-256 \"\(digits)\" is not valid; expected \(expectation)",
        at: Place(key: url))
    }
    switch self {
    case .sha256: return .sha256(digits)
    case .sha256Prefix: return .sha256Prefix(digits)
    case .unknown: return .unknown
    case .firstDownload: return .firstDownload
    }
  }
}
