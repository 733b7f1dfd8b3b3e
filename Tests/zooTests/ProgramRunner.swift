import Foundation
import Testing

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

  /// Whether the decoder of DICOM files lies beside the program: its libraries may be missing.
  static let hasDICOMWorker =
    program.map {
      let folder = URL(fileURLWithPath: $0).deletingLastPathComponent()
      return FileManager.default.isExecutableFile(
        atPath: folder.appendingPathComponent("zoo-dicom").path)
    } ?? false

  /// A cache of the tests' own, so that nothing of the user's is read or left behind; it goes when the
  /// tests end.
  private static let cache: String = {
    atexit { try? FileManager.default.removeItem(atPath: ProgramRunner.cache) }
    return "\(NSTemporaryDirectory())encoderzoo-tests-\(getpid())-cache"
  }()

  struct Outcome {
    let status: Int32
    let output: String
    let error: String
  }

  /// Runs a line of the shell to its end; `$ZOO` is the program there.
  static func run(shell line: String) throws -> Outcome {
    let process = made(["-c", line], ["ZOO": program ?? "zoo"])
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    return try outcome(of: process)
  }

  /// Runs the program to its end; `environment` is added to that of the tests.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try outcome(of: made(arguments, environment))
  }

  private static func outcome(of process: Process) throws -> Outcome {
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      error: String(decoding: problems, as: UTF8.self))
  }

  /// Runs the program to its end, which must be a good one; what it printed.
  @discardableResult
  static func succeed(_ arguments: [String]) throws -> String {
    let done = try run(arguments)
    #expect(done.status == 0, "\(arguments.joined(separator: " ")): \(done.error)")
    return done.output
  }

  /// Runs the program until a moment comes, and kills it then; true if it was still running.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], killedWhen isMoment: () -> Bool
  ) throws -> Bool {
    let process = made(arguments, environment)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning {
      if isMoment() {
        kill(process.processIdentifier, SIGKILL)
        break
      }
      usleep(200)
    }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  private static func made(_ arguments: [String], _ environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "zoo")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["XDG_CACHE_HOME": cache, "XDG_DATA_HOME": "\(cache)/data"]) { $1 }
      .merging(environment) { $1 }
    return process
  }
}
