import Basics
import Foundation

/// A program of somebody else's, found on the PATH.
package struct ForeignProgram {
  package let path: String

  /// - Throws: `ZooError` of code `.notFound` where none of the PATH's folders holds it.
  package init(_ name: String, advice: String) throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = folders.map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
      throw ZooError(.notFound, "no program \(name) is on this machine's PATH", advice: advice)
    }
    path = found
  }

  /// Runs it to its end; what it printed.
  ///
  /// - Throws: `ZooError` of code `.system` with what it said, where it fails.
  @discardableResult
  package func run(_ arguments: [String]) throws -> String {
    let (process, output, errors) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw ZooError(
        .system, "can't be started: \(systemReason(of: error))", at: Place(path: path))
    }
    // What such programs say of a fault fits a pipe.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let sentence = String(decoding: said, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      throw ZooError(
        .system,
        sentence.isEmpty ? "ended with status \(process.terminationStatus)" : sentence,
        at: Place(path: path))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
