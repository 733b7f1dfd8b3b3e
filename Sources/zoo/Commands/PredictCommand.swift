import Basics
import Datasets
import EncoderZoo
import ExternalEvaluation
import Foundation
import Studies

extension ZooCommand {
  static let predict = Command(
    name: "predict", summary: "Predict with a trained model, for one case or for many.",
    discussion:
      "A multimodal model needs image and text, unless it was trained with \"missing\": \"learned\". "
      + "With --cases every row of a table is asked about, with --images every PNG, JPEG or DICOM file of a "
      + "folder; --output names the table of predictions. A stopped prediction goes on with --resume "
      + "and ends with the same bytes. This is no diagnosis.",
    examples: [
      ("zoo predict model --image chest.png --text \"The lungs are clear.\"", "one case"),
      ("zoo predict phantom-words --text \"Large effusion.\"", "a bundle by its name"),
      ("zoo predict phantom-words --text-file report.txt", "the report is in a file"),
      ("zoo predict run/cells/r1f1/word2vec/model --text \"Large effusion.\" --json", "as JSON"),
      ("zoo predict model --cases cases.csv --output predictions.csv", "many cases"),
      ("zoo predict model --images chests --output predictions.csv", "a folder of images"),
      (
        "zoo predict model --image pa.png --view frontal --image ll.png --view lateral",
        "several pictures of one case"
      ),
    ],
    options: imageOptions + textOptions + [
      .flag("json", "Write JSON."),
      .value("cases", "FILE", "A table with a row for each case; no labels are needed."),
      .value(
        "images", "DIR",
        "A folder whose images are cases; with --cases what image paths start from."),
      .value("output", "FILE", "With many cases: the table of predictions, a new file."),
    ] + columnOptions + [
      .flag("skip-bad", "With many cases: leave out those that can't be used, and list them."),
      .flag("resume", "With many cases: go on with a prediction that was stopped."), bits,
      precision,
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let isMany =
      arguments.optionalString("cases") != nil || arguments.optionalString("images") != nil
    if isMany { try predictMany(arguments) } else { try predictOne(arguments) }
  }

  /// How the columns of a table of cases are called.
  static let columnOptions: [Option] =
    ["id", "image", "text", "view"].map {
      .value(
        "\($0)-column", "NAME",
        "The table's column of \($0)s; else the study's, or \"\($0)\".")
    } + [
      .value(
        "missing", "WORD", isRepeatable: true, "A word that means \"not there\", such as NA.")
    ]

  /// The columns that `columnOptions` name.
  static func givenColumns(_ arguments: ParsedArguments) -> CSVColumns {
    var columns = CSVColumns(
      id: arguments.optionalString("id-column"), image: arguments.optionalString("image-column"),
      text: arguments.optionalString("text-column"))
    columns.view = arguments.optionalString("view-column")
    return columns
  }

  /// The pictures of one case.
  static let imageOptions: [Option] = [
    .value(
      "image", "FILE", isRepeatable: true,
      "A PNG, JPEG or DICOM file; given again, another picture of the case."),
    .value(
      "view", "NAME", isRepeatable: true,
      "Which view a picture is, one for each --image in their order, where the model tells views apart."
    ),
  ]

  /// The pictures that `imageOptions` name.
  ///
  /// - Throws: `ZooError` where there are views, and not as many as pictures.
  static func givenImages(_ arguments: ParsedArguments) throws -> [CaseImage] {
    let (paths, views) = (arguments.values("image"), arguments.values("view"))
    guard views.isEmpty || views.count == paths.count else {
      throw arguments.error(
        "\(paths.count) times --image and \(views.count) times --view; expected one for each")
    }
    return paths.enumerated().map { place, path in
      CaseImage(path: path, view: views.isEmpty ? nil : views[place])
    }
  }

  /// How a table named on the command line is read.
  static func tableOptions(_ arguments: ParsedArguments) -> TableOptions {
    let words = arguments.values("missing")
    var options = TableOptions(missing: words.isEmpty ? nil : words.filter { !$0.isEmpty })
    options.dialect.isOnCommandLine = true
    return options
  }

  private static func predictOne(_ arguments: ParsedArguments) throws {
    let forMany = [
      "output", "id-column", "image-column", "text-column", "view-column", "missing",
    ]
    for name in forMany where !arguments.values(name).isEmpty {
      throw arguments.error("--\(name) goes with --cases or --images")
    }
    for name in ["skip-bad", "resume"] where arguments.flag(name) {
      throw arguments.error("--\(name) goes with --cases or --images")
    }
    let text = try givenText(arguments)
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let model = try model(arguments.argument("MODEL"), in: zoo, bits: bits(arguments))
    let prediction = try model.predict(images: givenImages(arguments), text: text)
    let progress = progress(arguments)
    for note in prediction.notes { progress.note(note) }
    print(
      arguments.flag("json")
        ? prediction.found.json.text() : prediction.found.lines.joined(separator: "\n"))
  }

  private static func predictMany(_ arguments: ParsedArguments) throws {
    for name in ["image", "view", "text", "text-file"] where !arguments.values(name).isEmpty {
      throw arguments.error(
        "--\(name) is one case, --cases and --images many; leave out one of them")
    }
    if arguments.flag("json") {
      throw arguments.error("--json is for one case; many are written as a table")
    }
    guard let output = arguments.optionalString("output") else {
      throw arguments.error("the option --output FILE is missing")
    }
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let model = try model(arguments.argument("MODEL"), in: zoo, bits: bits(arguments))
    let outcome = try model.predict(
      cases: arguments.optionalString("cases"), images: arguments.optionalString("images"),
      columns: givenColumns(arguments), table: tableOptions(arguments), output: output,
      resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"),
      progress: progress(arguments))
    let left = outcome.leftOutPath.map { ", \(outcome.leftOut) left out: see \($0)" } ?? ""
    print("\(outcome.predicted) cases predicted\(left)\nwrote \(output). This is no diagnosis.")
  }
}
