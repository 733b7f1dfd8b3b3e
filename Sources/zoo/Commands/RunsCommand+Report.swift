import Basics
import Evaluation
import Foundation
import Runs

extension ZooCommand {
  static let runsReport = Command(
    name: "report", summary: "Write one page over many runs.",
    discussion:
      "Which runs there are and what they cost; the scores of runs over the same cases and splits in one table, with "
      + "what their studies set otherwise; and, where runs over several data sets have combinations of the same "
      + "names, their ranks. Without RUN all runs of the index are taken, or those of --tag.",
    examples: [
      ("zoo runs report first second --output runs.html", "two runs"),
      ("zoo runs report --tag paper --output paper.html", "all of a tag"),
    ],
    options: [
      .value("output", "FILE", isRequired: true, "The page."),
      .value("tag", "TAG", "Runs of the index that were given this tag."),
      .value("metric", "NAME", "Such as auroc; else what each study compares by."),
      .flag("force", "Write over a file that is there."),
    ],
    arguments: [
      Argument(
        "RUN", "Runs' folders, or parts of their names.", isOptional: true, isRepeatable: true)
    ]
  ) { arguments in
    let output = try arguments.string("output")
    guard arguments.flag("force") || !FileManager.default.fileExists(atPath: output) else {
      throw ZooError(
        .conflict, "is there already; nothing was written", at: Place(path: output),
        advice: "give another name, or --force")
    }
    let metric = try scoreMetric(arguments)
    let names = arguments.arguments("RUN")
    var filter = RunIndex.Filter()
    filter.tag = arguments.optionalString("tag")
    guard names.isEmpty || filter.tag == nil else {
      throw ZooError(.usage, "expected RUN or --tag, not both")
    }
    let known = try names.isEmpty ? RunIndex.standard().runs(filter) : nil
    let runs = try known?.runs ?? names.map { RunRecord(reading: try folder($0)) }
    if let gone = known?.gone, let first = gone.first {
      warn(
        "\(counted(gone.count, "run")) of the index not there, so left out, the first \(first)")
    }
    guard !runs.isEmpty else {
      throw ZooError(
        .notFound, "no run is in the index" + (filter.tag.map { " with the tag \($0)" } ?? ""),
        advice: "zoo runs scan DIR looks for runs below a folder")
    }
    let page = try RunsPage(runs, metric: metric)
    try page.write(to: output)
    for note in page.notes { warn(note) }
    print("\(counted(runs.count, "run")): \(output)")
  }

  /// What is asked for by --metric; nil where it is not given.
  static func scoreMetric(_ arguments: ParsedArguments) throws -> ScoreMetric? {
    try arguments.optionalString("metric").map { name in
      guard let metric = ScoreMetric(rawValue: name) else {
        let names = ScoreMetric.allCases.map(\.rawValue)
        throw ZooError(
          .usage, "unknown metric \"\(name)\"; valid: \(names.joined(separator: ", "))",
          advice: nearestName(to: name, among: names).map { "did you mean \"\($0)\"?" })
      }
      return metric
    }
  }
}
