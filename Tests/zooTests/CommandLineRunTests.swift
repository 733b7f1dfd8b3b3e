import Testing

@testable import zoo

@Suite("Command lines that run")
struct CommandLineRunTests {
  private static let rest = "json=false quiet=false threads=all kernels=onednn"

  @Test(
    "Options stand anywhere, with a space or an equals sign, and defaults fill the rest",
    arguments: [
      ("list", "list"), ("--quiet list", "list"),
      (
        "train s.json --output d",
        "train s.json output=d images=[] optimizer=adam rate=none \(rest)"
      ),
      (
        "train --output=d s.json --optimizer=sgd --learning-rate 1e-3",
        "train s.json output=d images=[] optimizer=sgd rate=0.001 \(rest)"
      ),
      (
        "--threads 2 train --image a --output=x=y --json s --image b --kernels openblas --quiet",
        "train s output=x=y images=[\"a\", \"b\"] optimizer=adam rate=none json=true quiet=true "
          + "threads=2 kernels=openblas"
      ),
      (
        "train --output d -- --json",
        "train --json output=d images=[] optimizer=adam rate=none \(rest)"
      ),
      ("train --output - -", "train - output=- images=[] optimizer=adam rate=none \(rest)"),
      (
        "train s --output=--json",
        "train s output=--json images=[] optimizer=adam rate=none \(rest)"
      ),
      ("data sample d", "sample d []"),
      ("data sample d a -- --b --", "sample d [\"a\", \"--b\", \"--\"]"),
    ])
  func runs(_ line: String, _ call: String) {
    let sample = CommandLineSample()
    #expect(sample.run(line) == 0)
    #expect(sample.errors.isEmpty)
    #expect(sample.calls == [call])
  }

  @Test("Empty and spaced words reach the command as they are")
  func words() {
    let sample = CommandLineSample()
    #expect(sample.run(words: ["data", "sample", "", "a b"]) == 0)
    #expect(sample.calls == ["sample  [\"a b\"]"])
  }

  @Test(
    "A failed command ends with its error and status",
    arguments: [
      ("fail", 1, "zoo: a.json:2: wrong\n  mend it\n"),
      ("fail --softly", 130, "zoo: interrupted\n"),
    ] as [(String, Int32, String)])
  func failures(_ line: String, _ status: Int32, _ text: String) {
    let sample = CommandLineSample()
    #expect(sample.run(line) == status)
    #expect(sample.errors == text)
  }

  @Test("The declarations of the sample are sound")
  func sound() {
    #expect(CommandLineSample().program.declarationProblems.isEmpty)
  }

  @Test("Unsound declarations are listed with their command")
  func unsound() {
    let idle = Command(
      name: "idle", summary: "Idle.",
      options: [
        .flag("help", "Twice."), .value("mode", default: "c", choices: ["a", "b"], "The mode."),
      ],
      arguments: [Argument("A", "First.", isOptional: true), Argument("B", "Second.")])
    let group = Command(
      name: "zoo", summary: "All.", arguments: [Argument("X", "Too much.")],
      subcommands: [idle, idle])
    let program = Program(root: group, version: "1", globalOptions: [.help])
    let problems = [
      "zoo idle: the option help is declared twice",
      "zoo idle: either it runs or it groups commands",
      "zoo idle: A is not the last argument, but optional or repeatable",
      "zoo idle: the default of --mode is not among its choices",
    ]
    #expect(
      program.declarationProblems
        == ["zoo: the command idle is declared twice", "zoo: a group takes no arguments"]
        + problems + problems)
  }
}
