import Basics
import Foundation

/// The files that a plugin is compiled against: the modules of the kit and the headers below them.
///
/// In the package they are the build's own; installed, they are in `share/encoderzoo/kit`.
package struct KitFolder: Sendable, Equatable {
  /// The modules that a plugin reaches by importing `EncoderKit`, lowest first.
  package static let moduleNames = ["Basics", "Tensors", "Layers", "WordVectors", "EncoderKit"]

  /// The folder of the compiled modules (`EncoderKit.swiftmodule`).
  package let modules: String
  /// Folders of C headers, each with its module map.
  package let headers: [String]

  /// The kit of this program: named by `ENCODERZOO_KIT`, installed beside it, or of its build.
  ///
  /// - Throws: `ZooError` of code `.notFound` that lists where it was looked for.
  package static func find(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: String = programPath()
  ) throws -> KitFolder {
    if let named = environment["ENCODERZOO_KIT"] {
      guard let kit = installed(named) else { throw missing([named]) }
      return kit
    }
    let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    let share = folder.deletingLastPathComponent().appendingPathComponent("share/encoderzoo/kit")
    if let kit = installed(share.path) ?? built(folder) { return kit }
    throw missing([share.path, folder.appendingPathComponent("Modules").path])
  }

  private static func missing(_ places: [String]) -> ZooError {
    ZooError(
      .notFound, "the kit that plugins are compiled against was not found",
      advice:
        "install the program by \"make install\", or name the kit's folder in ENCODERZOO_KIT; "
        + "looked in: " + places.joined(separator: ", "))
  }

  private static func installed(_ folder: String) -> KitFolder? {
    guard holdsKit("\(folder)/Modules") else { return nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/C")) ?? []
    return KitFolder(
      modules: "\(folder)/Modules", headers: names.sorted().map { "\(folder)/C/\($0)" })
  }

  /// The build folder holds the modules; the headers are among the sources, some folders above.
  private static func built(_ folder: URL) -> KitFolder? {
    let modules = folder.appendingPathComponent("Modules").path
    guard holdsKit(modules) else { return nil }
    var root = folder
    for _ in 0..<6 {
      root.deleteLastPathComponent()
      let headers = ["CKernels/include", "CWordVectors/include", "COpenBLAS", "COneDNN"]
        .map { root.appendingPathComponent("Sources/\($0)").path }
      if headers.allSatisfy({ FileManager.default.fileExists(atPath: "\($0)/module.modulemap") }) {
        return KitFolder(modules: modules, headers: headers)
      }
    }
    return nil
  }

  private static func holdsKit(_ modules: String) -> Bool {
    moduleNames.allSatisfy {
      FileManager.default.fileExists(atPath: "\(modules)/\($0).swiftmodule")
    }
  }
}
