import Testing

@testable import zoo

@Suite("Command lines that can't be understood")
struct CommandLineErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let message: String
    let help: String
    var testDescription: String { line }

    init(_ line: String, _ message: String, help: String = "zoo train") {
      self.line = line
      self.message = message
      self.help = help
    }
  }

  static let valid =
    "valid: --output, --image, --optimizer, --learning-rate, --json, "
    + "--threads, --kernels, --quiet, --help, --version"

  static let commands = [
    Case("", "a command is missing after \"zoo\"; valid: list, train, data, fail", help: "zoo"),
    Case(
      "trian", "unknown command \"trian\"; did you mean \"train\"? valid: list, train, data, fail",
      help: "zoo"),
    Case("dance", "unknown command \"dance\"; valid: list, train, data, fail", help: "zoo"),
    Case("data", "a command is missing after \"zoo data\"; valid: sample", help: "zoo data"),
    Case(
      "data smple", "unknown command \"smple\"; did you mean \"sample\"? valid: sample",
      help: "zoo data"),
  ]

  static let options = [
    Case("train s --outptu d", "unknown option \"--outptu\"; did you mean \"--output\"? \(valid)"),
    Case("train s --colour", "unknown option \"--colour\"; \(valid)"),
    Case("train s -json", "unknown option \"-json\"; did you mean \"--json\"? \(valid)"),
    Case("train s --jsn=yes", "unknown option \"--jsn\"; did you mean \"--json\"? \(valid)"),
    Case(
      "--output d train s", "--output stands before its command; write it after \"zoo train\"",
      help: "zoo"),
    Case("train s --output", "--output needs a value (DIR)"),
    Case(
      "train s --output --json",
      "--output needs a value (DIR); found \"--json\" "
        + "(write --output=DIR for a value that begins with --)"),
    Case("train s --json=yes", "--json takes no value; found \"yes\""),
    Case("train s --output a --output b", "--output is given twice; expected once"),
    Case("train s", "the option --output DIR is missing"),
    Case(
      "train s --optimizer adm",
      "unknown value \"adm\" of --optimizer; did you mean \"adam\"? valid: sgd, adam"),
    Case(
      "--kernels mkl list", "unknown value \"mkl\" of --kernels; valid: onednn, openblas",
      help: "zoo"),
  ]

  static let values = [
    Case(
      "train s --output d --threads many",
      "--threads is \"many\"; expected a whole number from 1 to 1024"),
    Case(
      "train s --output d --threads 0",
      "--threads is \"0\"; expected a whole number from 1 to 1024"),
    Case(
      "train s --output d --threads -1",
      "--threads is \"-1\"; expected a whole number from 1 to 1024"),
    Case(
      "train s --output d --learning-rate nan",
      "--learning-rate is \"nan\"; expected a number from 0.0 to 1.0"),
    Case(
      "train s --output d --threads=", "--threads is \"\"; expected a whole number from 1 to 1024"),
  ]

  static let arguments = [
    Case("train --output d", "the argument SPEC is missing: The study file (JSON)."),
    Case("train a b --output d", "unexpected argument \"b\"; expected SPEC alone"),
    Case("list all", "unexpected argument \"all\"; expected no arguments", help: "zoo list"),
    Case("data sample", "the argument DIR is missing: The folder.", help: "zoo data sample"),
  ]

  @Test(
    "One sentence says what was found, what was expected and where to read on",
    arguments: commands + options + values + arguments)
  func message(_ test: Case) {
    let sample = CommandLineSample()
    #expect(sample.run(test.line) == 2)
    #expect(
      sample.errors == "zoo: \(test.message)\n  see '\(test.help) --help'\n")
    #expect(sample.standard.isEmpty)
    #expect(sample.calls.isEmpty)
  }
}
