import Basics
import Foundation

/// Real data for tests, which is not part of the project.
///
/// `ENCODERZOO_DATA`, else `../shared/data` beside the package. Nil where it is absent: tests that need it are disabled with a message.
public let dataFolder: String? = {
  let environment = ProcessInfo.processInfo.environment["ENCODERZOO_DATA"]
  let candidates: [String?] = [environment, packageFile("../shared/data")]
  return candidates.compactMap { $0 }.first {
    FileManager.default.fileExists(atPath: "\($0)/pairs.csv")
  }
}()

/// The path of a file of the package, such as `registry.json`.
public func packageFile(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(name).path
}

/// Runs `body` with a fresh folder that is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("encoderzoo-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The same with a body that waits.
public func withAsyncTemporaryFolder<Result>(
  _ body: (String) async throws -> Result
) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("encoderzoo-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// The error that `body` throws, as text; empty when it throws none.
public func errorText(_ body: () throws -> Void) -> String {
  do { try body() } catch { return String(describing: error) }
  return ""
}
