import Basics
import Datasets
import EncoderZoo
import Evaluation
import ExternalEvaluation
import Foundation
import Images
import Studies

extension ZooCommand {
  private static let rules = ThresholdRule.fitted.map(\.name)

  static let evaluate = Command(
    name: "evaluate", summary: "Ask what trained models are worth on other data.",
    discussion:
      "Asks every model about every data set, and writes predictions.csv, evaluation.json and "
      + "evaluation.html: AUROC and average precision, decisions at the threshold that was fixed on "
      + "internal validation, the drop from internal to external, models beside each other, calibration, "
      + "conformal sets, subgroups; intervals draw patients together. MODEL is a model's folder, a bundle's "
      + "name, or a comparison's folder: then all its models of one split. A data set is a study, whose "
      + "\"data\" are read, or a table. This is no diagnosis.",
    examples: [
      (
        "zoo evaluate run --data other/cases.csv --label-column view --groups sex --output elsewhere",
        "all models of a comparison on another hospital's table"
      ),
      (
        "zoo evaluate model phantom-words --data study.json --data-folder DATA --output elsewhere",
        "a model and a bundle, beside each other"
      ),
    ],
    options: [
      .value(
        "data", "FILE", isRepeatable: true, isRequired: true,
        "A study, or a table of cases with labels."),
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
      .value("data-folder", "DIR", "The folder that the data paths of studies are relative to."),
      .value("images", "DIR", "Of tables: the folder that image paths start from."),
    ] + columnOptions + [
      .value(
        "label-column", "NAME", "The table's column of labels; else the study's, or \"label\"."),
      .value(
        "patient-column", "NAME",
        "The table's column of patients; else the study's, or \"patient\"."),
      .value(
        "label-separator", "SIGN",
        "What stands between labels of that column where a case may have several."),
      .value(
        "labels", "A,B",
        "The data's words for the model's labels, in their order, the negative one first."),
      .value("groups", "A,B", "Columns whose groups are told apart, such as sex,ageBand,view."),
      .value("combination", "NAME", isRepeatable: true, "Of a comparison: whose models; else all."),
      .value("split", "NAME", "Of a comparison: of which split; else the first."),
      .value("threshold", default: rules[0], choices: rules, "How thresholds are fitted."),
      .value(
        "miss", "SHARE", default: "0.1", "The share of cases whose conformal set may be wrong."),
      .value("resamples", "N", default: "2000", "Resamples of each bootstrap."),
      .value("seed", "N", default: "1", "Same seed, same intervals."),
      .flag("skip-bad", "Leave out cases that can't be used, and list them."), bits, precision,
    ],
    arguments: [
      Argument(
        "MODEL", "A model's folder, a bundle's name, or a comparison's folder.", isRepeatable: true)
    ]
  ) { arguments in
    let output = try arguments.string("output")
    try EvaluationResults.check(output)
    let settings = try evaluationSettings(arguments)
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let progress = progress(arguments)
    let results = try zoo.evaluate(
      arguments.arguments("MODEL"), data: arguments.values("data"), reading: reading(arguments),
      choice: (
        combinations: arguments.values("combination"), split: arguments.optionalString("split"),
        bits: try bits(arguments)
      ), settings: settings, progress: progress)
    try results.write(to: output)
    print(results.lines.joined(separator: "\n"))
    print("wrote \(output)/evaluation.html. This is no diagnosis.")
  }

  private static func evaluationSettings(_ arguments: ParsedArguments) throws -> EvaluationSettings
  {
    var settings = EvaluationSettings()
    settings.rule = ThresholdRule(fitted: try arguments.string("threshold")) ?? settings.rule
    settings.miss = try arguments.number("miss", in: 0.001...0.5) ?? settings.miss
    settings.resamples = try arguments.integer("resamples", in: 1...1_000_000) ?? settings.resamples
    settings.seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    return settings
  }

  private static func reading(_ arguments: ParsedArguments) -> ExternalData.Reading {
    var reading = ExternalData.Reading()
    reading.dataFolder = arguments.optionalString("data-folder")
    reading.imageFolder = arguments.optionalString("images")
    reading.columns = givenColumns(arguments)
    reading.columns.label = arguments.optionalString("label-column")
    reading.columns.patient = arguments.optionalString("patient-column")
    reading.columns.labelSeparator = arguments.optionalString("label-separator")
    reading.table = tableOptions(arguments)
    reading.labels = list(arguments.optionalString("labels"))
    reading.groups = list(arguments.optionalString("groups"))
    reading.skipsBad = arguments.flag("skip-bad")
    return reading
  }

  /// The names between commas.
  private static func list(_ text: String?) -> [String] {
    text?.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
      ?? []
  }
}
