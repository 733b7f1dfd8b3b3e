import Basics
import Foundation

/// Opens a plugin in a child process first: one that traps, hangs or exits while it registers takes
/// nothing else with it.
package struct PluginTrial: Sendable {
  /// The program that opens it: this one, or the `zoo` beside it.
  private let program: String
  /// How long registering may take.
  private let seconds: Double

  /// A trial by the program at a path.
  package init(program: String = PluginTrial.standardProgram, seconds: Double = 30) {
    self.program = program
    self.seconds = seconds
  }

  /// This program where it is `zoo`, else the `zoo` in its folder.
  package static var standardProgram: String {
    let own = URL(fileURLWithPath: programPath())
    return own.lastPathComponent == "zoo"
      ? own.path : own.deletingLastPathComponent().appendingPathComponent("zoo").path
  }

  /// What the library registers.
  ///
  /// - Throws: `ZooError` that names the plugin and what happened: a trap, a missing symbol, another
  ///   name, no end.
  package func run(library: String, name: String) throws -> PluginContents {
    let place = Place(path: library)
    let output = NSTemporaryDirectory() + "encoderzoo-trial-\(getpid())-\(UUID().uuidString)"
    defer {
      unlink("\(output).out")
      unlink("\(output).err")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["plugin", "describe", library, name]
    // A trap needs no backtrace of its own, which takes seconds.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no"], uniquingKeysWith: { $1 })
    let (out, err) = (try handle("\(output).out"), try handle("\(output).err"))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = err
    do { try process.run() } catch {
      throw ZooError(
        .system, "can't try the plugin \(name): \(systemReason(of: error))",
        at: Place(path: program))
    }
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning {
      if Interruption.isRequested {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        throw Interrupted()
      }
      if Date() > end {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        throw ZooError(
          .unsupported, "the plugin \(name) did not finish registering in \(Int(seconds)) s",
          at: place)
      }
      usleep(2000)
    }
    let problems = (try? String(contentsOfFile: "\(output).err", encoding: .utf8)) ?? ""
    guard process.terminationReason == .exit else {
      throw ZooError(
        .unsupported,
        "the plugin \(name) trapped while registering (signal \(process.terminationStatus))"
          + Self.quoted(problems), at: place)
    }
    guard process.terminationStatus == 0 else {
      throw ZooError(
        .unsupported, "the plugin \(name) could not be opened" + Self.quoted(problems), at: place)
    }
    // What the plugin itself prints comes before.
    let text = (try? String(contentsOfFile: "\(output).out", encoding: .utf8)) ?? ""
    let last = text.split(separator: "\n").last.map(String.init) ?? ""
    var object = try JSONValue.parse(Data(last.utf8), path: library).object()
    let contents = try PluginContents(&object)
    try object.finish()
    return contents
  }

  private func handle(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw systemError("can't write", path) }
    return handle
  }

  private static func quoted(_ text: String) -> String {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("  ") }.suffix(3)
    return lines.isEmpty ? "" : ": " + lines.joined(separator: " ")
  }
}
