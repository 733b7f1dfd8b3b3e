import Basics
import Evaluation
import Foundation
import Runs

extension ZooCommand {
  static let runs = Command(
    name: "runs", summary: "Find, compare and tidy up the runs of many studies.",
    discussion:
      "An index in $XDG_DATA_HOME/encoderzoo, made from the runs' folders: compare and merge add theirs, scan "
      + "adds others. It holds nothing of its own and may be deleted. A run is named by its folder, or by a part "
      + "of its name or path that no other one has.",
    subcommands: [
      runsList, runsShow, runsWatch, runsDiff, runsTable, runsReport, runsMLflow, runsTag, runsNote,
      runsScan, runsDelete,
    ])

  static let runArgument = Argument("RUN", "A run's folder, or a part of its name.")

  /// How many runs a terminal is shown without being asked for more.
  private static let terminalLimit = 50

  private static let runsList = Command(
    name: "list", summary: "List runs, the newest first.",
    discussion:
      "The score is that of the combination that does best on validation, on test. Equal data are the same cases "
      + "with the same pictures, texts and labels.",
    examples: [
      ("zoo runs list", "all"), ("zoo runs list --encoder 'densenet*' --tag paper", "some"),
    ],
    options: [
      .value("tag", "TAG", "Runs that were given this tag."),
      .value("encoder", "PATTERN", "Runs with an encoder or head of that name."),
      .value("data", "DIGITS", "Runs over the data whose digest begins so."),
      .value("state", choices: RunRecord.State.allCases.map(\.rawValue), "How far they are."),
      .value(
        "limit", "N",
        "The newest ones alone; else \(terminalLimit) on a terminal, and all elsewhere."),
    ],
    arguments: [
      Argument("PATTERN", "A part of name or path, or a pattern of the name.", isOptional: true)
    ]
  ) { arguments in
    var filter = RunIndex.Filter()
    filter.pattern = arguments.optionalArgument("PATTERN")
    filter.tag = arguments.optionalString("tag")
    filter.encoder = arguments.optionalString("encoder")
    filter.data = arguments.optionalString("data")
    filter.state = arguments.optionalString("state").flatMap(RunRecord.State.init(rawValue:))
    let limit =
      try arguments.integer("limit", in: 1...1_000_000_000)
      ?? (isatty(STDOUT_FILENO) == 1 ? terminalLimit : nil)
    let found = try RunIndex.standard().runs(filter, limit: limit)
    let (runs, gone) = (found.runs, found.gone)
    if !runs.isEmpty { print(try mappedInPieces(runs, line).joined(separator: "\n")) }
    for run in runs where run.state == .broken { warn("can't be read: \(run.problem)") }
    if !gone.isEmpty {
      warn(
        "\(gone.count) \(gone.count == 1 ? "run is" : "runs are") not there any more, the first \(gone[0]);"
          + " zoo runs scan --forget-missing forgets them")
    }
    if found.left > 0 {
      warn(
        "\(NumberText.count(found.left)) older \(found.left == 1 ? "run is" : "runs are") not shown; --limit shows more"
      )
    }
    if runs.isEmpty { warn("no run; zoo runs scan DIR looks for runs below a folder") }
  }

  @Sendable private static func line(_ run: RunRecord) -> String {
    let began = LocalTime.text(run.begun)
    let state =
      run.state == .begun ? "\(run.finishedCells) of \(run.cells) cells" : run.state.rawValue
    let score = run.best.map { best in
      "\(best.combination): \(best.metric) \(NumberText.fixed(best.mean, digits: 3))"
        + (best.deviation.map { " ± \(NumberText.fixed($0, digits: 3))" } ?? "")
    }
    let tags = run.tags.map { " #\($0)" }.joined()
    return
      "\(began)  \(pad(state, 14))  \(run.dataDigest.prefix(8))  \(run.name)\(tags)\n    \(run.path)"
      + (score.map { "\n    \($0)" } ?? "")
  }

  private static let runsShow = Command(
    name: "show", summary: "Tell what is known of a run.",
    examples: [("zoo runs show run", "one run")], arguments: [runArgument]
  ) { arguments in
    let run = RunRecord(reading: try folder(arguments.argument("RUN")))
    let facts: [(String, String?)] = [
      ("name", run.name), ("folder", run.path), ("state", run.state.rawValue),
      ("problem", run.problem), ("cells", "\(run.finishedCells) of \(run.cells)"),
      ("begun", LocalTime.text(run.begun)), ("finished", run.finished.map { LocalTime.text($0) }),
      ("time of all cells", NumberText.duration(run.seconds)),
      ("encoders and heads", run.encoders.joined(separator: ", ")),
      ("data", String(run.dataDigest.prefix(16))), ("splits", String(run.foldsDigest.prefix(16))),
      ("tags", run.tags.joined(separator: ", ")), ("note", run.note),
    ]
    for (name, value) in facts {
      guard let value, !value.isEmpty else { continue }
      print("\(pad(name, 18))  \(value)")
    }
    if run.best != nil { print("\n" + (try ScoreTable([run.path]).text(.text)), terminator: "") }
  }

  private static let runsDiff = Command(
    name: "diff", summary: "Tell what two runs' studies set otherwise.",
    examples: [("zoo runs diff first second", "a line a key")],
    arguments: [runArgument, Argument("OTHER", "Another run.")]
  ) { arguments in
    let (first, second) = (
      try folder(arguments.argument("RUN")), try folder(arguments.argument("OTHER"))
    )
    let lines = try RunDifference.lines(first, second)
    for line in lines {
      print("\(line.key): \(line.first ?? "not set") → \(line.second ?? "not set")")
    }
    let records = [RunRecord(reading: first), RunRecord(reading: second)]
    if lines.isEmpty { print("the studies are the same") }
    print(
      records[0].dataDigest == records[1].dataDigest && !records[0].dataDigest.isEmpty
        ? "the cases are the same" : "the cases are others: their scores can't be compared")
    print(
      records[0].foldsDigest == records[1].foldsDigest
        ? "the splits are the same" : "the splits are others: their scores can't be compared")
  }

  private static let runsTable = Command(
    name: "table", summary: "Put the combinations of runs into one table, tested against the best.",
    discussion:
      "Several runs must be over the same cases and splits; what differs is named otherwise. The mean is over the "
      + "splits, the interval the corrected one of 95 %. Marked are combinations of which nothing shows that they "
      + "are worse than the best: ties, not ranks.",
    examples: [
      ("zoo runs table run", "as text"),
      ("zoo runs table first second --metric auroc --format latex", "two runs, for a paper"),
    ],
    options: [
      .value(
        "format", default: ScoreTable.Format.text.rawValue,
        choices: ScoreTable.Format.allCases.map(\.rawValue), "How it is written; latex by booktabs."
      ),
      .value("metric", "NAME", "Such as auroc; else what the first study compares by."),
    ],
    arguments: [Argument("RUN", "Runs' folders, or parts of their names.", isRepeatable: true)]
  ) { arguments in
    let metric = try scoreMetric(arguments)
    let table = try ScoreTable(arguments.arguments("RUN").map(folder), metric: metric)
    for note in table.notes { warn(note) }
    let format = try ScoreTable.Format(rawValue: arguments.string("format")) ?? .text
    print(table.text(format), terminator: "")
  }

  private static let runsTag = Command(
    name: "tag", summary: "Give a run tags, or take them.",
    examples: [
      ("zoo runs tag run paper", "give"), ("zoo runs tag run paper --remove", "take"),
    ],
    options: [.flag("remove", "Take the tags away.")],
    arguments: [runArgument, Argument("TAG", "One word each.", isRepeatable: true)]
  ) { arguments in
    let run = try folder(arguments.argument("RUN"))
    let tags = arguments.arguments("TAG")
    if let bad = tags.first(where: { $0.isEmpty || $0.contains { $0.isWhitespace || $0 == "#" } }) {
      throw ZooError(.usage, "\"\(bad)\" is no tag; expected one word without #")
    }
    var note = try RunNote(folder: run)
    if arguments.flag("remove") {
      note.tags.removeAll { tags.contains($0) }
    } else {
      note.tags += tags.filter { !note.tags.contains($0) }
    }
    try note.write(to: run)
    try RunIndex.standard().add(run)
    print("tags: \(note.tags.isEmpty ? "none" : note.tags.joined(separator: ", "))")
  }

  private static let runsNote = Command(
    name: "note", summary: "Write a sentence to a run.",
    examples: [("zoo runs note run 'learning rate too high'", "in place of the one before")],
    arguments: [runArgument, Argument("TEXT", "The sentence; empty takes it away.")]
  ) { arguments in
    let run = try folder(arguments.argument("RUN"))
    var note = try RunNote(folder: run)
    note.note = arguments.argument("TEXT")
    try note.write(to: run)
    try RunIndex.standard().add(run)
  }

  private static let runsScan = Command(
    name: "scan", summary: "Look for runs below a folder, and add them.",
    examples: [("zoo runs scan studies", "all runs there")],
    options: [.flag("forget-missing", "Forget runs whose folders are gone.")],
    arguments: [Argument("DIR", "Where to look.", isOptional: true)]
  ) { arguments in
    let index = try RunIndex.standard()
    guard arguments.optionalArgument("DIR") != nil || arguments.flag("forget-missing") else {
      throw ZooError(.usage, "expected DIR, --forget-missing or both")
    }
    if let place = arguments.optionalArgument("DIR") {
      let found = try index.scan(place)
      let broken = found.filter { $0.state == .broken }
      for run in broken { warn("can't be read: \(run.problem)") }
      print(
        "\(found.count) \(found.count == 1 ? "run" : "runs") below \(place)"
          + (broken.isEmpty ? "" : ", \(broken.count) of them broken"))
    }
    if arguments.flag("forget-missing") {
      let gone = try index.runs().gone
      try index.forget(gone)
      print("\(gone.count) forgotten")
    }
  }

  private static let runsDelete = Command(
    name: "delete", summary: "Delete a run's folder, after a question.",
    examples: [("zoo runs delete run", "asks for the name of the folder")],
    options: [.flag("yes", "Do not ask.")], arguments: [runArgument]
  ) { arguments in
    let run = try folder(arguments.argument("RUN"))
    let name = URL(fileURLWithPath: run).lastPathComponent
    if !arguments.flag("yes") {
      guard isatty(STDIN_FILENO) == 1 else {
        throw ZooError(
          .usage, "nothing was deleted: there is no terminal to ask at", at: Place(path: run),
          advice: "add --yes")
      }
      print("This deletes \(run) with all its models. Type \(name) to go on: ", terminator: "")
      guard readLine() == name else {
        throw ZooError(.conflict, "nothing was deleted", at: Place(path: run))
      }
    }
    try RunIndex.delete(run)
    try RunIndex.standard().forget([run])
    print("deleted: \(run)")
  }

  /// The folder that a word of the command line means: itself, or the one run of the index that it is a part of.
  static func folder(_ word: String) throws -> String {
    let path = URL(fileURLWithPath: word).standardizedFileURL.path
    if RunRecord.isRun(path) { return path }
    var filter = RunIndex.Filter()
    filter.pattern = word
    let found = try RunIndex.standard().runs(filter).runs
    let exact = found.filter { $0.name == word || $0.path.hasSuffix("/\(word)") }
    let matches = exact.isEmpty ? found : exact
    guard let run = matches.first else {
      throw ZooError(
        .notFound, "is no run's folder, and no run of the index is called so",
        at: Place(path: word),
        advice: "zoo runs list names them; zoo runs scan DIR adds others")
    }
    guard matches.count == 1 else {
      throw ZooError(
        .usage,
        "\"\(word)\" is a part of \(matches.count) runs' names: "
          + matches.prefix(3).map(\.path).joined(separator: ", ")
          + (matches.count > 3 ? ", …" : ""),
        advice: "give the folder")
    }
    return run.path
  }

  /// Adds a run to the index of this user; what goes wrong is said, and is no fault of the run.
  static func addToIndex(_ folder: String) {
    do { try RunIndex.standard().add(folder) } catch {
      warn("the run is not in the index of runs: \(errorSentence(error))")
    }
  }
}
