import Basics

/// A file of a bundle as its manifest describes it.
package struct BundleFile: Sendable, Equatable {
  /// What a file is for.
  package enum Role: String, Sendable, CaseIterable {
    case weights
    /// `model.json`: preprocessing, labels, threshold, how the model is built.
    case model
    case vocabulary
    case card
    case licence
    case golden
    /// The specification it was trained by.
    case specification
    case results
    /// SHA-256 of the images it was trained on.
    case trainedOn = "trained-on"
    /// A script that loads it elsewhere.
    case loader
  }

  /// Relative, parts divided by `/`.
  package let path: String
  /// Bytes.
  package let size: Int
  /// 64 lower-case hexadecimal digits.
  package let sha256: String
  package let mediaType: String
  package let role: Role

  package init(path: String, size: Int, sha256: String, mediaType: String, role: Role) {
    self.path = path
    self.size = size
    self.sha256 = sha256
    self.mediaType = mediaType
    self.role = role
  }

  /// Most bytes a file may have: 64 GB.
  package static let maximumSize = 64_000_000_000

  init(_ value: JSONValue) throws {
    var object = try value.object()
    let name = try object.required("path")
    path = try name.string()
    try BundleFile.check(path: path, at: name.place)
    size = try object.required("size").integer(in: 0...BundleFile.maximumSize)
    sha256 = try checkedDigest(object.required("sha256"))
    mediaType = try object.string("mediaType")
    role = try object.choice("role")
    try object.finish()
  }

  var json: JSONValue {
    [
      "path": path.json, "size": size.json, "sha256": sha256.json, "mediaType": mediaType.json,
      "role": role.rawValue.json,
    ]
  }

  /// Refuses what could leave the folder, hide, or mean two things on some disk.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package static func check(path: String, at place: Place? = nil) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".")
        && part.utf8.allSatisfy {
          (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0)
            || [0x2d, 0x2e, 0x5f].contains($0)
        }
    }
    guard isPlain, (1...200).contains(path.utf8.count), parts.count <= 8 else {
      throw ZooError(
        .badValue,
        "the path \"\(path)\" is not allowed; expected letters, digits, '-', '_' and '.' in parts "
          + "divided by '/', none hidden, none leading upwards, 200 bytes at most", at: place)
    }
  }
}

/// The SHA-256 in a value.
///
/// - Throws: `ZooError` of code `.badValue` for anything but 64 lower-case hexadecimal digits.
func checkedDigest(_ value: JSONValue) throws -> String {
  let text = try value.string()
  guard text.utf8.count == 64,
    text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
  else {
    throw ZooError(
      .badValue, "the SHA-256 \"\(text)\" is not valid; expected 64 lower-case hexadecimal digits",
      at: value.place)
  }
  return text
}
