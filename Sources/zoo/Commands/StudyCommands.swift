import Basics
import Foundation
import Studies
import Training

extension ZooCommand {
  private static let studyOptions: [Option] = [
    .value("output", "DIR", isRequired: true, "Where everything is written."),
    .value("data", "DIR", "The folder that the specification's data paths are relative to."),
    .flag("skip-bad", "Leave out cases that can't be used, and list them."), precision,
  ]

  static let compare = Command(
    name: "compare", summary: "Compare encoder combinations over the splits of a study.",
    discussion:
      "Trains every combination on every split and writes results.csv, epochs.csv, folds.csv, the "
      + "study as it was run, the models, and report.html. A run that was stopped goes on with "
      + "--resume and ends with the same numbers.",
    examples: [
      ("zoo compare study.json --output run", "a whole study"),
      ("zoo compare study.json --output run --resume", "go on after a stop"),
    ],
    options: studyOptions + [.flag("resume", "Go on with the run in --output.")],
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in try runStudy(arguments, verb: "compare") { $0 } }

  private static func runStudy(
    _ arguments: ParsedArguments, verb: String,
    _ adapted: (StudySpecification) throws -> StudySpecification
  ) throws {
    let session = try session(arguments)
    let path = arguments.argument("STUDY.json")
    let study = try adapted(
      StudySpecification(
        path: path, registry: session.registry, dataFolder: arguments.optionalString("data")))
    let output = try arguments.string("output")
    let run = StudyRun(
      study: study, folder: output, session: session,
      command: "zoo \(verb) \(path) --output \(output)")
    let lines = try run.run(
      resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"))
    print(lines.joined(separator: "\n"))
  }

  static let train = Command(
    name: "train", summary: "Train one model on all cases, a validation part kept apart.",
    discussion:
      "The specification has the form of a study with at most one image encoder, one text encoder "
      + "and one head; its folds decide the validation and test parts (the first split is used). "
      + "With both encoders a multimodal model is trained; its parts are kept beside it.",
    examples: [("zoo train model.json --output model", "train and save")],
    options: studyOptions,
    arguments: [Argument("SPEC.json", "The model's specification.")]
  ) { arguments in
    let session = try session(arguments)
    let study = try StudySpecification(
      path: arguments.argument("SPEC.json"), registry: session.registry,
      dataFolder: arguments.optionalString("data"))
    let run = TrainingRun(
      study: study, folder: try arguments.string("output"), session: session)
    print(try run.run(skipsBad: arguments.flag("skip-bad")).joined(separator: "\n"))
  }

  static let probe = Command(
    name: "probe", summary: "Ask which weights suit the images, without training an encoder.",
    discussion:
      "Takes the image encoders of a study as they are, and tells on each split what a linear probe "
      + "(logistic regression) and the nearest neighbours make of their features. Penalty and number "
      + "of neighbours are chosen on validation. Writes what compare writes; features are kept in the "
      + "cache, so a second run is quicker. Augmentation, members, training and texts are passed over.",
    examples: [("zoo probe study.json --output probes", "every image encoder of the study")],
    options: studyOptions + [.flag("resume", "Go on with the run in --output.")],
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in try runStudy(arguments, verb: "probe") { try $0.probing() } }

  static let pretrain = Command(
    name: "pretrain", summary: "Train an image encoder on many findings, to start others from.",
    discussion:
      "The specification names a table of findings (ChestX-ray14's, or one of your own with a column "
      + "a finding), how it is divided (official lists or folds) and an image encoder. Findings that "
      + "are not known, and by default uncertain ones, count neither in the loss nor in the areas. "
      + "The folder it leaves can be named as \"weights\" in a study. A stopped training goes on from "
      + "its last whole epoch with --resume and ends with the same numbers.",
    examples: [
      ("zoo pretrain Examples/pretrain.json --data DATA --output cxr", "train and save"),
      ("zoo pretrain Examples/pretrain.json --data DATA --output cxr --resume", "after a stop"),
    ],
    options: studyOptions + [.flag("resume", "Go on with the training in --output.")],
    arguments: [Argument("SPEC.json", "The pre-training's specification.")]
  ) { arguments in
    let session = try session(arguments)
    let specification = try PretrainingSpecification(
      path: arguments.argument("SPEC.json"), registry: session.registry,
      dataFolder: arguments.optionalString("data"))
    let run = PretrainingRun(
      specification: specification, folder: try arguments.string("output"), session: session)
    print(
      try run.run(
        resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad")
      ).joined(separator: "\n"))
  }
}
