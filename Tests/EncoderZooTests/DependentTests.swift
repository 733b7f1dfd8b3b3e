import Foundation
import TestSupport
import Testing

private let environment = ProcessInfo.processInfo.environment
private let isLong = environment["ENCODERZOO_LONG_TESTS"] != nil

/// Runs a command line in a shell; its output with its errors, and its status.
private func shell(_ command: String, in folder: String) throws -> (text: String, status: Int32) {
  let (process, output) = (Process(), Pipe())
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", "exec 2>&1; \(command)"]
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  // What the Makefile sets, a dependent has not.
  process.environment = environment.filter { !$0.key.hasPrefix("ENCODERZOO_") }
  process.standardOutput = output
  try process.run()
  let text = String(
    decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (text, process.terminationStatus)
}

/// A package of somebody else's, which depends on this one by a git address and a version.
@Suite(
  .enabled(if: isLong, "builds the package a second time: set ENCODERZOO_LONG_TESTS"),
  .serialized)
struct DependentTests {
  @Test func `A package that depends on a tag builds, trains, predicts and explains`() throws {
    let found = try shell("git --version && swift --version", in: "/")
    guard found.status == 0 else {
      print("passed over: git or swift is missing")
      return
    }
    try withTemporaryFolder { folder in
      let repository = "\(folder)/EncoderZoo"
      // What git would hold of the tree as it stands, in a repository of its own with a tag.
      let made = try shell(
        """
        set -e
        mkdir '\(repository)'
        git ls-files -z --cached --others --exclude-standard > '\(folder)/names'
        tar --create --ignore-failed-read --null --files-from '\(folder)/names' |
          tar --extract --directory '\(repository)'
        cd '\(repository)'
        git init --quiet
        git add --all
        git -c user.name=test -c user.email=test@localhost commit --quiet --message test
        git tag 0.1.0
        cp -R Examples/FromSwift '\(folder)/FromSwift'
        """, in: packageFile(""))
      #expect(made.status == 0, "\(made.text)")
      let source = try String(
        contentsOfFile: "\(folder)/FromSwift/Sources/FromSwift/main.swift", encoding: .utf8)
      #expect(source.split(separator: "\n").count < 60)
      let run = try shell(
        "ENCODERZOO_URL='file://\(repository)' swift run -c release FromSwift '\(folder)/out'",
        in: "\(folder)/FromSwift")
      #expect(run.status == 0, "\(run.text.suffix(4000))")
      #expect(run.text.contains("test accuracy"), "\(run.text.suffix(1000))")
      for file in ["model/model.safetensors", "why/explanation.html"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/out/\(file)"), "\(file)")
      }
    }
  }
}
