import Basics
import Conformance
import Foundation
import Registry
import Tensors

/// Runs the checks of an encoder or a fusion head in a child process: where one traps it has failed, and
/// those behind it run in another.
struct CheckTrial {
  /// What each line of the child's standard output begins with; what the plugin prints does not.
  static let mark = "encoderzoo-check "

  /// What the child is told, behind its command: the subject and how it is checked.
  let arguments: [String]
  /// Hears which check begins.
  let onStart: (ConformanceCheck.Kind) -> Void

  /// The report on all checks.
  ///
  /// - Throws: `ZooError` with what the child says where it can't check at all; `Interrupted`.
  func report(_ name: String) throws -> ConformanceReport {
    var (checks, left) = ([ConformanceCheck](), ConformanceCheck.Kind.allCases)
    while !left.isEmpty {
      let found = try run(left)
      checks += found.checks
      guard let trap = found.trap else { break }
      let kind = found.open ?? left[0]
      checks.append(ConformanceCheck(kind, .failed, found: trap, expected: "an end without a trap"))
      left = Array(left.drop { $0 != kind }.dropFirst())
      if found.open == nil {
        // It trapped before any check began.
        let reason = "it can't be built"
        checks += left.map { ConformanceCheck($0, .notChecked, found: reason, expected: "") }
        break
      }
    }
    return ConformanceReport(name: name, checks: checks)
  }

  /// What one child found.
  private struct Finding {
    var checks: [ConformanceCheck] = []
    /// The check that had begun and not ended.
    var open: ConformanceCheck.Kind?
    /// What the child said before it trapped; nil where it did not.
    var trap: String?
  }

  private func run(_ kinds: [ConformanceCheck.Kind]) throws -> Finding {
    let problems = NSTemporaryDirectory() + "encoderzoo-check-\(getpid())-\(UUID().uuidString)"
    defer { unlink(problems) }
    guard FileManager.default.createFile(atPath: problems, contents: nil),
      let errors = FileHandle(forWritingAtPath: problems)
    else { throw systemError("can't write", problems) }
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: programPath())
    let list = kinds.map(\.rawValue).joined(separator: ",")
    process.arguments = ["plugin", "examine", "--checks", list] + arguments
    let asked = ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] ?? ""
    if !asked.contains("enable=yes") {
      // The sentence is enough, and Swift's own account of a trap takes seconds.
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["SWIFT_BACKTRACE": "enable=no"], uniquingKeysWith: { $1 })
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw ZooError(
        .system, "can't be started: \(systemReason(of: error))", at: Place(path: programPath()))
    }
    var finding = Finding()
    try forEachLine(output.fileHandleForReading, of: process) { try take($0, into: &finding) }
    process.waitUntilExit()
    // What is left out was told by this process, too.
    let said = ((try? String(contentsOfFile: problems, encoding: .utf8)) ?? "")
      .split(separator: "\n").filter { !$0.hasPrefix("zoo: left out a plugin") }
      .joined(separator: "\n")
    if process.terminationReason == .uncaughtSignal {
      finding.trap = Self.sentence(said, signal: process.terminationStatus)
      if asked.contains("enable=yes") { ZooCommand.warn(said) }
    } else if process.terminationStatus != 0 {
      let text = said.hasPrefix("zoo: ") ? String(said.dropFirst("zoo: ".count)) : said
      throw ZooError(
        process.terminationStatus == Program.Status.usage ? .usage : .conflict,
        text)
    } else if !said.isEmpty {
      writeWhole("\(said)\n", to: STDERR_FILENO)
    }
    return finding
  }

  private func take(_ line: String, into finding: inout Finding) throws {
    guard line.hasPrefix(Self.mark) else {
      ZooCommand.warn(line)
      return
    }
    let text = Data(line.dropFirst(Self.mark.count).utf8)
    var object = try JSONValue.parse(text, path: "the child's report").object()
    if let name = try object.optionalString("begins") {
      finding.open = ConformanceCheck.Kind(rawValue: name)
      if let kind = finding.open { onStart(kind) }
      return
    }
    let check = try ConformanceCheck(&object)
    finding.checks.append(check)
    finding.open = nil
  }

  /// Reads lines until the child has closed its output; a wish to stop ends the child.
  private func forEachLine(
    _ handle: FileHandle, of process: Process, _ body: (String) throws -> Void
  ) throws {
    var rest = Data()
    var readable = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while true {
      if Interruption.isRequested {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        throw Interrupted()
      }
      guard poll(&readable, 1, 100) > 0 else { continue }
      let more = handle.availableData
      if more.isEmpty { break }
      rest += more
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        try body(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
        rest = Data(rest[(end + 1)...])
      }
    }
  }

  /// What is worth telling of what a process wrote before it trapped.
  static func sentence(_ text: String, signal: Int32) -> String {
    let lines = text.split(separator: "\n").map(String.init)
    if let line = lines.last(where: { $0.hasPrefix(ShapeMistake.beginning) }) { return line }
    let error = lines.last { $0.contains("Fatal error") }
    let place = lines.last { $0.hasPrefix("trapped in ") }
    return [place ?? "trapped", error].compactMap { $0 }.joined(separator: ": ")
      + " (signal \(signal))"
  }
}
