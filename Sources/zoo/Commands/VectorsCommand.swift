import Basics
import EncoderKit
import Foundation
import Registry
import Studies
import Training

extension ZooCommand {
  static let vectors = Command(
    name: "vectors",
    summary: "Look into word vectors, convert them, train them, take them out of a model.",
    discussion:
      "FILE is GloVe's text or word2vec's text or binary, told apart by content, or a vector set of "
      + "the registry that was fetched (zoo list --weights).",
    subcommands: [inspectVectors, nearestVectors, convertVectors, exportVectors, trainVectors])

  private static let file = Argument("FILE", "A file of word vectors, or a set of the registry.")

  private static let inspectVectors = Command(
    name: "inspect", summary: "Show what a file of word vectors holds, and check it.",
    discussion:
      "The file is read to its end; memory does not grow with it. With --words it tells how many of "
      + "the words listed there have a vector, and which have none.",
    examples: [
      ("zoo vectors inspect glove.6B.300d.txt", "format, words, dimension"),
      ("zoo vectors inspect glove-6b-300d --words words.txt", "how many words are covered"),
    ],
    options: [
      .value("words", "FILE", "A list of words, one a line."), .flag("json", "Write JSON."),
    ],
    arguments: [file]
  ) { arguments in
    let path = try vectorsPath(arguments.argument("FILE"), arguments)
    let first = try WordVectors.firstWords(10, path: path)
    let wanted = try arguments.optionalString("words").map(wordList)
    let table = try reading(path, arguments) {
      try WordVectors.read(path: path, keeping: wanted ?? [], progress: $0)
    }
    guard let summary = table.summary else { return }
    if arguments.flag("json") {
      print(json(summary, table.dimension, first).text())
      return
    }
    print("\(summary.format.title): \(summary.wordsInFile) words of \(table.dimension) numbers")
    if summary.wordsWithSpaces > 0 { print("\(summary.wordsWithSpaces) words contain spaces") }
    if let broken = summary.broken { print(broken) }
    print("first words: \(first.joined(separator: ", "))")
    guard let wanted else { return }
    print("of the \(wanted.count) words listed, \(summary.found) have a vector")
    let missing = wanted.filter { table.row(of: $0) == nil }
    if !missing.isEmpty {
      let more = missing.count > 10 ? " and \(missing.count - 10) more" : ""
      print("without: \(missing.prefix(10).joined(separator: ", "))\(more)")
    }
  }

  private static let nearestVectors = Command(
    name: "nearest", summary: "List the words nearest to some, by the cosine of their vectors.",
    discussion: "Of several words those that are there are listed before it fails for the others.",
    examples: [
      ("zoo vectors nearest vectors.txt effusion cardiomegaly", "ten words near each"),
      ("zoo vectors nearest glove-6b-100d effusion --count 3 --json", "for another program"),
    ],
    options: [
      .value("count", "N", default: "10", "How many words to list."), .flag("json", "Write JSON."),
    ],
    arguments: [file, Argument("WORD", "A word of the file.", isRepeatable: true)]
  ) { arguments in
    let count = try arguments.integer("count", in: 1...1000) ?? 10
    let path = try vectorsPath(arguments.argument("FILE"), arguments)
    let table = try reading(path, arguments) { try WordVectors.read(path: path, progress: $0) }
    if let broken = table.summary?.broken { progress(arguments).note(broken) }
    let asked = arguments.arguments("WORD")
    let missing = asked.filter { table.row(of: $0) == nil }
    let lists = try asked.filter { table.row(of: $0) != nil }.map { word in
      (word: word, neighbours: try table.nearest(to: word, count: count))
    }
    if arguments.flag("json") {
      let values = lists.map { list -> JSONValue in
        let near = list.neighbours.map { neighbour -> JSONValue in
          [
            "word": neighbour.word.json, "similarity": Double(neighbour.similarity).json,
          ]
        }
        return ["word": list.word.json, "neighbours": JSONValue(.array(near))]
      }
      if !values.isEmpty || missing.isEmpty { print(JSONValue(.array(values)).text()) }
    } else {
      for list in lists {
        print(list.word)
        for neighbour in list.neighbours {
          print(String(format: "  %7.4f  ", neighbour.similarity) + neighbour.word)
        }
      }
    }
    try refuse(missing, table, path: path)
  }

  /// Names every word that has no vector, each with the nearest spelling.
  private static func refuse(_ missing: [String], _ table: WordVectorTable, path: String) throws {
    guard !missing.isEmpty else { return }
    if missing.count == 1 { _ = try table.nearest(to: missing[0], count: 0) }
    let near = missing.prefix(5).map { word in
      "\"\(word)\"" + (table.nearestSpelling(to: word).map { " (near: \"\($0)\")" } ?? "")
    }
    let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
    throw ZooError(
      .badValue, "\(missing.count) words have no vector: \(near.joined(separator: ", "))\(more)",
      at: Place(path: path))
  }

  private static let convertVectors = Command(
    name: "convert", summary: "Write word vectors in another format, or only some of them.",
    discussion:
      "Numbers come back bit by bit from every format. Of a word that stands twice the first vector "
      + "counts. All vectors are in memory at a time; with --words only those listed.",
    examples: [
      ("zoo vectors convert glove-6b-100d glove.bin --format word2vec-binary", "for gensim"),
      ("zoo vectors convert glove.840B.300d.txt small.txt --words words.txt", "only some words"),
    ],
    options: [
      format, .value("words", "FILE", "A list of words to keep, one a line; else all."),
      .flag("skip-bad", "Leave out words that the format can't hold, and list them."),
    ],
    arguments: [Argument("IN", file.help), Argument("OUT", "The file to write.")]
  ) { arguments in
    let output = try newFile(arguments.argument("OUT"), "another OUT")
    let path = try vectorsPath(arguments.argument("IN"), arguments)
    let wanted = try arguments.optionalString("words").map(wordList)
    let table = try reading(path, arguments) {
      try WordVectors.read(path: path, keeping: wanted, progress: $0)
    }
    if let summary = table.summary { print(summary.text) }
    try write(table, to: output, arguments, skipsBad: arguments.flag("skip-bad"))
  }

  private static let exportVectors = Command(
    name: "export", summary: "Write the word vectors of a trained model.",
    discussion:
      "Those of its vocabulary, as training left them; padding and the vector that stands for all "
      + "other words are left out.",
    examples: [("zoo vectors export model --output vectors.txt", "a model that zoo train saved")],
    options: [
      format, .value("output", "FILE", isRequired: true, "The file to write."),
      .value("member", "N", default: "1", "Whose vectors, of a model with several members."),
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let output = try newFile(arguments.string("output"), "another --output")
    let member = try arguments.integer("member", in: 1...1000) ?? 1
    try write(
      WordVectorTable(
        ofModel: modelFolder(arguments.argument("MODEL"), registry()), member: member),
      to: output, arguments)
  }
}
