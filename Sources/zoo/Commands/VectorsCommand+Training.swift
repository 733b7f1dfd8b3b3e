import Basics
import EncoderKit
import Foundation
import Registry
import Studies

extension ZooCommand {
  /// The options of `zoo vectors train` that are the encoder's, by the encoder's names.
  private static let trainingOptions: [(option: Option, key: String)] = [
    (.value("dimension", "N", "Numbers of a vector."), "dimension"),
    (.value("window", "N", "Words on either side that belong to a context."), "window"),
    (.value("epochs", "N", "Passes over the texts."), "epochs"),
    (.value("negatives", "N", "Random words each word is told apart from."), "negatives"),
    (.value("minimum-count", "N", "Words that occur less often are left out."), "minimumCount"),
  ]

  static let trainVectors = Command(
    name: "train", summary: "Train word vectors on texts.",
    discussion:
      "TEXTS is a plain text file, one document a line, or a study's specification (a name that ends "
      + "in .json), of which the texts of all cases are taken: such vectors know the texts of the "
      + "test subsets, too, so for a fair comparison let the study train its own. Words are cut as "
      + "studies do it, in lower case. What is not given is the encoder's default (zoo show NAME). "
      + "The same seed gives the same vectors.",
    examples: [
      ("zoo vectors train reports.txt --output vectors.txt --dimension 100", "from nothing"),
      (
        "zoo vectors train reports.txt --from glove-6b-300d --output vectors.txt",
        "go on from published vectors"
      ),
    ],
    options: [.value("output", "FILE", isRequired: true, "The file to write."), format]
      + trainingOptions.map(\.option) + [
        .value("model", choices: ["skip-gram", "cbow"], "Which side of a context predicts."),
        .value("seed", "N", default: "1", "Chooses all random numbers."),
        .value("from", "FILE", "Vectors to go on from: a file, or a set of the registry."),
        .value("encoder", "NAME", "The text encoder that trains; else the registry's first."),
        .value("options", "JSON", default: "{}", "Further options of that encoder."),
        .value("data", "DIR", "The folder that a study's data paths are relative to."),
        .flag("skip-bad", "Leave out cases of a study that can't be used."),
      ],
    arguments: [Argument("TEXTS", "A text file, or a study's specification.")]
  ) { arguments in
    let output = try newFile(arguments.string("output"), "another --output")
    _ = try kernels(arguments)
    let registry = try registry()
    let progress = progress(arguments)
    let documents = try VectorTraining.documents(
      at: arguments.argument("TEXTS"), from: arguments.optionalString("from"),
      dataFolder: arguments.optionalString("data"), skipsBad: arguments.flag("skip-bad"),
      registry: registry, progress: progress)
    // Whether vectors have seen the texts is told before they are asked for.
    let start = try arguments.optionalString("from").map {
      try VectorSource($0, registry.catalogue)
    }
    let training = try VectorTraining(
      documents: documents, encoder: arguments.optionalString("encoder"),
      options: encoderOptions(arguments), start: start,
      seed: UInt64(arguments.integer("seed", in: 0...Int.max) ?? 1), registry: registry)
    let words = training.documents.reduce(0) { $0 + $1.count }
    print("\(training.documents.count) texts, \(words) words")
    let (table, coverage) = try training.run(progress: progress)
    if let coverage { print("at the start \(coverage)") }
    try write(table, to: output, arguments)
  }

  private static func encoderOptions(_ arguments: ParsedArguments) throws -> [(
    key: String, value: JSONValue
  )] {
    let given = try JSONValue.parse(Data(arguments.string("options").utf8), path: "--options")
    var members = try given.object().members
    func add(_ key: String, _ value: JSONValue, from option: String) throws {
      guard !members.contains(where: { $0.key == key }) else {
        throw arguments.error("\"\(key)\" of --options is given by --\(option), too")
      }
      members.append((key, value))
    }
    for (option, key) in trainingOptions {
      // Which numbers are possible is the encoder's to say.
      guard let number = try arguments.integer(option.name) else { continue }
      let place = Place(key: "--\(option.name)")
      try add(key, JSONValue(.integer(number), at: place), from: option.name)
    }
    if let model = arguments.optionalString("model") {
      try add("model", model.json, from: "model")
    }
    return members
  }
}
