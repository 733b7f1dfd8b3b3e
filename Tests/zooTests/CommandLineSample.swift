import Basics
import Synchronization

@testable import zoo

/// A small program that stands for the real one, and a log of what it did.
final class CommandLineSample: Sendable {
  private struct Log {
    var calls: [String] = []
    var standard = ""
    var errors = ""
  }

  private let state = Mutex(Log())

  /// What the commands that ran were given.
  var calls: [String] { state.withLock { $0.calls } }
  /// What was written to the standard output.
  var standard: String { state.withLock { $0.standard } }
  /// What was written to the standard error.
  var errors: String { state.withLock { $0.errors } }

  static let globals: [Option] = [
    .value("threads", "N", "Threads of the kernels; else as many as there are cores."),
    .value("kernels", default: "onednn", choices: ["onednn", "openblas"], "The kernels to run."),
    .flag("quiet", "Write no progress."), .help, .version,
  ]

  var program: Program {
    let train = Command(
      name: "train", summary: "Train one model.",
      discussion: """
        The study file says which encoders are composed; everything fitted is fitted on the
        training subset alone.

        A second run with the same seed gives the same weights:

          cmp a/model.safetensors b/model.safetensors
        """,
      examples: [
        ("zoo train spec.json --output model", "Writes the model to the folder model."),
        (
          "zoo train spec.json --output model --learning-rate 0.0001 --image a.png --image \"b c.png\"",
          "A long command line goes on behind a backslash, never within quotation marks."
        ),
      ],
      options: [
        .value("output", "DIR", isRequired: true, "The folder the model is written to."),
        .value("image", "FILE", isRepeatable: true, "An image to predict after training."),
        .value("optimizer", "NAME", default: "adam", choices: ["sgd", "adam"], "The optimizer."),
        .value(
          "learning-rate", "RATE-PER-STEP",
          "The learning rate, a number above 0, that the schedule starts from."),
        .flag("json", "Print the result as JSON."),
      ],
      arguments: [Argument("SPEC", "The study file (JSON).")]
    ) { arguments in
      let threads = try arguments.integer("threads", in: 1...1024).map(String.init) ?? "all"
      let rate = try arguments.number("learning-rate", in: 0...1).map { "\($0)" } ?? "none"
      self.log(
        "train \(arguments.argument("SPEC")) output=\(try arguments.string("output"))",
        "images=\(arguments.values("image")) optimizer=\(try arguments.string("optimizer"))",
        "rate=\(rate) json=\(arguments.flag("json")) quiet=\(arguments.flag("quiet"))",
        "threads=\(threads) kernels=\(try arguments.string("kernels"))")
    }
    let list = Command(name: "list", summary: "List what is registered.") { _ in
      self.log("list")
    }
    let sample = Command(
      name: "sample", summary: "Write the phantom sample.",
      arguments: [
        Argument("DIR", "The folder."),
        Argument("NAME", "Names of cases.", isOptional: true, isRepeatable: true),
      ]
    ) { arguments in
      self.log("sample \(arguments.argument("DIR")) \(arguments.arguments("NAME"))")
    }
    let fail = Command(
      name: "fail", summary: "Fail.", options: [.flag("softly", "As when interrupted.")]
    ) { arguments in
      if arguments.flag("softly") { throw Interrupted() }
      throw ZooError(.badValue, "wrong", at: Place(path: "a.json", line: 2), advice: "mend it")
    }
    let data = Command(name: "data", summary: "Prepare data.", subcommands: [sample])
    let root = Command(
      name: "zoo", summary: "Compose and compare encoders of images and texts.",
      subcommands: [list, train, data, fail])
    return Program(root: root, version: "1.2.3", globalOptions: Self.globals)
  }

  /// Runs a command line; its words are separated by single spaces.
  func run(_ line: String) -> Int32 {
    run(words: line.split(separator: " ").map(String.init))
  }

  func run(words: [String]) -> Int32 {
    program.run(
      words,
      output: Program.Output(
        standard: { text in self.state.withLock { $0.standard += text } },
        error: { text in self.state.withLock { $0.errors += text } }))
  }

  private func log(_ parts: String...) {
    state.withLock { $0.calls.append(parts.joined(separator: " ")) }
  }
}
