import Foundation
import Testing

@Suite(
  "How the program's threads wait",
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ThreadWaitTests {
  /// What `zoo doctor` says of waiting, with the settings taken away and others given.
  private func waiting(_ settings: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT"] + settings
      + [try #require(ProgramRunner.program), "doctor"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("waiting ") })
    return line.dropFirst(8).trimmingCharacters(in: .whitespaces)
  }

  @Test("A computing command starts itself once more, so that they sleep soon")
  func short() throws { #expect(try waiting() == "GOMP_SPINCOUNT=500") }

  @Test("What the user has set stays")
  func kept() throws {
    #expect(try waiting("OMP_WAIT_POLICY=active") == "OMP_WAIT_POLICY=active")
    #expect(try waiting("GOMP_SPINCOUNT=7") == "GOMP_SPINCOUNT=7")
  }
}
