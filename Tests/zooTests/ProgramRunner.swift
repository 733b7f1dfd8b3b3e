import Foundation

/// Runs the built program as a person would, in a process of its own.
struct ProgramRunner {
  /// The program beside the test bundle; nil when it was not built.
  static let program: String? = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own ?? ""
    let folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
    let path = folder.appendingPathComponent("zoo").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  struct Outcome {
    let status: Int32
    let output: String
    let error: String
  }

  /// Starts the program; `kill` sends SIGKILL after so many seconds.
  static func run(_ arguments: [String], killAfter seconds: Double? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "zoo")
    process.arguments = arguments
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    if let seconds {
      let pid = process.processIdentifier
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { kill(pid, SIGKILL) }
    }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      error: String(decoding: problems, as: UTF8.self))
  }
}
