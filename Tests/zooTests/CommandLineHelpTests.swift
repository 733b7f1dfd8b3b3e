import Testing

@testable import zoo

@Suite("Help")
struct CommandLineHelpTests {
  static let root = #"""
    Compose and compare encoders of images and texts.

    Usage:
      zoo COMMAND [options]

    Commands:
      list                       List what is registered.
      train                      Train one model.
      data                       Prepare data.
      fail                       Fail.

    Options:
      --threads N                Threads of the kernels; else as many as there are
                                 cores.
      --kernels onednn|openblas  The kernels to run. (default: onednn)
      --quiet                    Write no progress.
      --help                     Show this help.
      --version                  Show the version.

    'zoo COMMAND --help' tells about one command.

    """#

  static let train = #"""
    Train one model.

    Usage:
      zoo train SPEC --output DIR [options]

    The study file says which encoders are composed; everything fitted is fitted on
    the training subset alone.

    A second run with the same seed gives the same weights:

      cmp a/model.safetensors b/model.safetensors

    Arguments:
      SPEC                       The study file (JSON).

    Options:
      --output DIR               The folder the model is written to. (required)
      --image FILE               An image to predict after training. (repeatable)
      --optimizer NAME           The optimizer. (one of: sgd, adam; default: adam)
      --learning-rate RATE-PER-STEP
                                 The learning rate, a number above 0, that the
                                 schedule starts from.
      --json                     Print the result as JSON.
      --threads N                Threads of the kernels; else as many as there are
                                 cores.
      --kernels onednn|openblas  The kernels to run. (default: onednn)
      --quiet                    Write no progress.
      --help                     Show this help.
      --version                  Show the version.

    Examples:
      zoo train spec.json --output model
          Writes the model to the folder model.
      zoo train spec.json --output model --learning-rate 0.0001 --image a.png \
        --image "b c.png"
          A long command line goes on behind a backslash, never within quotation
          marks.

    """#

  static let sample = #"""
    Write the phantom sample.

    Usage:
      zoo data sample DIR [NAME...] [options]

    Arguments:
      DIR                        The folder.
      NAME                       Names of cases.

    Options:
      --threads N                Threads of the kernels; else as many as there are
                                 cores.
      --kernels onednn|openblas  The kernels to run. (default: onednn)
      --quiet                    Write no progress.
      --help                     Show this help.
      --version                  Show the version.

    """#

  @Test(
    "The whole page is as it should be, wherever --help stands and whatever is missing",
    arguments: [
      ("--help", root), ("--quiet --help", root), ("train --help", train),
      ("train --help spec.json too many", train), ("--help train --json", train),
      ("--version train --help", train), ("data sample --help", sample),
      ("--version", "zoo 1.2.3\n"), ("train --version", "zoo 1.2.3\n"),
    ])
  func page(_ line: String, _ text: String) {
    let sample = CommandLineSample()
    #expect(sample.run(line) == 0)
    #expect(sample.standard == text)
    #expect(sample.errors.isEmpty)
    #expect(sample.calls.isEmpty)
  }

  @Test("No line is longer than 80 columns, except a word that can't be broken")
  func width() {
    let word = String(repeating: "x", count: 90)
    let sentence = Array(repeating: "seven", count: 60).joined(separator: " ")
    let command = Command(
      name: "wide", summary: sentence, discussion: sentence,
      examples: [("wide \(sentence)", sentence), (word, "A word.")],
      options: [.flag("flag", sentence), .value("value", word, sentence)],
      arguments: [Argument("A", sentence), Argument("B", sentence)])
    let lines = HelpText.text(of: command, path: ["wide"], globalOptions: [])
      .split(separator: "\n")
    #expect(lines.filter { $0.count > 80 } == ["  --value \(word)", "  \(word)"])
    #expect(lines.contains { $0.count > 74 })
  }

  @Test("A command without options, arguments and examples has no such sections")
  func bare() {
    let command = Command(name: "bare", summary: "Do it.") { _ in }
    #expect(
      HelpText.text(of: command, path: ["zoo", "bare"], globalOptions: [])
        == "Do it.\n\nUsage:\n  zoo bare\n")
  }
}
