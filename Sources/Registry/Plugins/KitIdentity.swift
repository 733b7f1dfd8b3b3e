import Basics
import Downloads
import EncoderKit
import Foundation

/// What a plugin and the program that opens it must have in common.
///
/// Swift's modules on Linux promise no stable layout, so a plugin fits one build of the kit alone.
/// The fingerprint is a SHA-256 over the kit's compiled modules: they hold every declaration and all
/// code that is copied into a plugin, and change with either.
package struct KitIdentity: Sendable, Equatable {
  /// The version of the protocols, `encoderKitVersion`.
  package let version: Int
  /// The compiler, such as `Swift version 6.3.1 (swift-6.3.1-RELEASE)`.
  package let compiler: String
  /// The processor and system, such as `x86_64-linux`.
  package let platform: String
  /// A SHA-256 over the kit's modules.
  package let fingerprint: String

  #if arch(x86_64)
    private static let processor = "x86_64"
  #elseif arch(arm64)
    private static let processor = "aarch64"
  #else
    private static let processor = "unknown"
  #endif

  /// The identity of a kit.
  ///
  /// - Throws: `ZooError` that names a module that can't be read.
  package init(of kit: KitFolder) throws {
    version = encoderKitVersion
    platform = "\(Self.processor)-linux"
    let stream = try SHA256Stream()
    for name in KitFolder.moduleNames {
      let digest = try sha256(ofFile: "\(kit.modules)/\(name).swiftmodule")
      try Array("\(name) \(digest)\n".utf8).withUnsafeBytes { try stream.update($0) }
    }
    fingerprint = try stream.finish()
    compiler = try Self.compiler(ofModule: "\(kit.modules)/EncoderKit.swiftmodule")
  }

  /// Reads an identity that `json` wrote.
  ///
  /// - Throws: `ZooError` for a missing key or one of the wrong type.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    version = try object.required("version").integer()
    compiler = try object.string("compiler")
    platform = try object.string("platform")
    fingerprint = try object.string("fingerprint")
    try object.finish()
  }

  /// The identity as JSON.
  package var json: JSONValue {
    [
      "version": version.json, "compiler": compiler.json,
      "platform": platform.json, "fingerprint": fingerprint.json,
    ]
  }

  /// Why a plugin of this identity does not fit a program of another; nil where it does.
  package func mismatch(with program: KitIdentity) -> String? {
    if version != program.version {
      return
        "was built for version \(version) of the kit; this program has version \(program.version)"
    }
    if compiler != program.compiler {
      return "was compiled by \(compiler); this program was by \(program.compiler)"
    }
    if platform != program.platform {
      return "was built for \(platform); this program runs on \(program.platform)"
    }
    if fingerprint != program.fingerprint {
      return "was built against another build of the kit"
    }
    return nil
  }

  /// The compiler's name as a module holds it in plain text.
  private static func compiler(ofModule path: String) throws -> String {
    let data = try readFile(path)
    guard let start = data.range(of: Data("Swift version ".utf8))?.lowerBound,
      let end = data[start...].firstIndex(where: { $0 < 0x20 || $0 > 0x7E })
    else {
      throw ZooError(.badFormat, "names no compiler; is it a Swift module?", at: Place(path: path))
    }
    return String(decoding: data[start..<end], as: UTF8.self)
  }
}
