import Basics
import EncoderKit
import EncoderZoo
import Exchange
import Foundation
import Registry
import Studies
import Training

extension ZooCommand {
  static let studyOptions: [Option] = [
    .value("output", "DIR", isRequired: true, "Where everything is written."),
    .value("data", "DIR", "The folder that the specification's data paths are relative to."),
    .flag("skip-bad", "Leave out cases that can't be used, and list them."), precision,
  ]

  static let compare = Command(
    name: "compare", summary: "Compare encoder combinations over the splits of a study.",
    discussion:
      "Trains every combination on every split and writes results.csv, epochs.csv, folds.csv, the "
      + "study as it was run, the models, and report.html. A run that was stopped goes on with "
      + "--resume and ends with the same numbers. Other processes and machines may help: zoo cell.",
    examples: [
      ("zoo compare study.json --output run", "a whole study"),
      ("zoo compare study.json --output run --jobs 4", "in four processes"),
      ("zoo compare study.json --output run --resume", "go on after a stop"),
      ("zoo compare study.json --output run --plan", "for zoo cell and zoo merge"),
      ("zoo compare study.json --output run --trials 20", "each combination at its best settings"),
    ],
    options: studyOptions + runOptions + [trials],
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in
    let count = try trialCount(arguments)
    try runStudy(arguments, verb: "compare", addition(count)) { try withTrials(count, $0) }
  }

  /// What a command line says of its number of trials.
  static func addition(_ trials: Int?) -> String { trials.map { " --trials \($0)" } ?? "" }

  /// A study with so many trials; nil leaves it as it is.
  static func withTrials(_ count: Int?, _ study: StudySpecification) throws -> StudySpecification {
    try count.map { try study.withTrials($0, registry: registry()) } ?? study
  }

  static func trialCount(_ arguments: ParsedArguments) throws -> Int? {
    try arguments.integer("trials", in: 1...100_000)
  }

  /// For commands over the cells of a study.
  private static let runOptions: [Option] = [
    .flag("resume", "Go on with the run in --output."),
    .value(
      "jobs", "N",
      "Make cells in N processes, each with its share of the processors, or with --threads; else 1."
    ),
    .flag("plan", "Write what a run begins with, and make no cell."), tensorboard,
  ]

  static let tensorboard = Option.flag(
    "tensorboard",
    "Write the scores of each epoch to tensorboard in the run's folder, as TensorBoard reads them.")

  static let trials = Option.value(
    "trials", "N",
    "Search for the settings of each combination and learned baseline in N trials a split; in place of the study's."
  )

  private static func runStudy(
    _ arguments: ParsedArguments, verb: String, _ added: String = "",
    _ adapted: (StudySpecification) throws -> StudySpecification
  ) throws {
    let jobs = try arguments.integer("jobs", in: 1...256) ?? 1
    let zoo = try zoo(
      arguments, precision: arguments.optionalString(precision.name), processes: jobs)
    let path = arguments.argument("STUDY.json")
    let study = try adapted(zoo.specification(study(path, arguments)))
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    let progress = progress(arguments)
    try tellExportability(study, zoo.registry, zoo.makeKernels(), progress)
    var run = try zoo.studyRun(
      study, folder: output, reporter: progress,
      command: "zoo \(verb) \(path) --output \(output)\(added)")
    run.writesEvents = arguments.flag(tensorboard.name)
    let (resumes, skipsBad) = (arguments.flag("resume"), arguments.flag("skip-bad"))
    if arguments.flag("plan") {
      try run.plan(resumes: resumes, skipsBad: skipsBad)
      let count = try StudyPlan(run: output).cells.count
      print(
        "planned: \(count) cells; zoo cell \(output) --all makes them, zoo merge \(output) the report"
      )
      return
    }
    let lines =
      try jobs == 1
      ? run.run(resumes: resumes, skipsBad: skipsBad)
      : run.run(resumes: resumes, skipsBad: skipsBad) { plan in
        try LocalJobs(folder: output, count: jobs, progress: progress).run(plan)
      }
    addToIndex(output)
    print(lines.joined(separator: "\n"))
  }

  static let tune = Command(
    name: "tune", summary: "Search for the settings of one combination.",
    discussion:
      "Tries settings on one split of the study, inside its training and validation subsets: those of the encoders "
      + "first, then of the fusion over them. What is searched over and how stands in \"tuning\" of the study, with "
      + "defaults for all. Writes tuned.json, the study of this combination with the chosen settings, for zoo compare; "
      + "each trial is kept, so a stopped search goes on with --resume, and --trials adds more to it.",
    examples: [
      (
        "zoo tune study.json --combination \"net + words\" --trials 20 --output tuned",
        "20 trials each"
      ),
      ("zoo tune study.json --combination words --trials 40 --output tuned --resume", "20 more"),
    ],
    options: studyOptions + [
      .value("combination", "NAME", isRequired: true, "The combination, as compare names it."),
      .value(
        "split", "NAME", "The split whose training and validation cases are used; else the first."),
      trials, .flag("resume", "Go on with the search in --output."),
    ],
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let path = arguments.argument("STUDY.json")
    var study = try zoo.specification(study(path, arguments))
    if let count = try trialCount(arguments) {
      study = try study.withTrials(count, registry: zoo.registry)
    }
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    let run = try zoo.studyRun(
      study, folder: output, reporter: progress(arguments),
      command: "zoo tune \(path) --output \(output)")
    print(
      try run.tune(
        arguments.string("combination"), split: arguments.optionalString("split"),
        resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad")
      ).joined(separator: "\n"))
  }

  static func study(_ path: String, _ arguments: ParsedArguments) throws -> Study {
    try Study(contentsOf: path, dataFolder: arguments.optionalString("data"))
  }

  private static func specification(
    _ path: String, _ arguments: ParsedArguments, _ session: Session
  ) throws -> StudySpecification {
    try Zoo.specification(study(path, arguments), session.registry)
  }

  /// Notes which models of a study can't become ONNX files: after the training it would be too late.
  static func tellExportability(
    _ study: StudySpecification, _ registry: EncoderRegistry, _ kernels: any Kernels,
    _ progress: ProgressReporter
  ) throws {
    var exportability = Exportability(registry: registry, kernels: kernels)
    for one in study.combinations where one.probe != .neighbours {
      let note = exportability.note(one.name, image: one.image, text: one.text, head: one.head)
      if let note { progress.note(note) }
    }
  }

  static let train = Command(
    name: "train", summary: "Train one model on all cases, a validation subset kept apart.",
    discussion:
      "The specification has the form of a study with at most one image encoder, one text encoder "
      + "and one head; its folds decide the validation and test subsets (the first split is used). "
      + "With both encoders a multimodal model is trained; its parts are kept beside it. A stopped training "
      + "goes on with --resume and ends with the same numbers. Several processes train one model together where "
      + "zoo launch, mpirun or srun starts them: docs/cluster.md.",
    examples: [
      ("zoo train model.json --output model", "train and save"),
      ("zoo train model.json --output model --resume", "after a stop"),
    ],
    options: studyOptions + [
      .flag("resume", "Go on with the training in --output."), sendGradients,
    ],
    arguments: [Argument("SPEC.json", "The model's specification.")]
  ) { arguments in
    try inSession(arguments, halvesGradients: halvesGradients(arguments)) { session, isFirst in
      let study = try specification(arguments.argument("SPEC.json"), arguments, session)
      let output = try arguments.string("output")
      if isFirst {
        try OutputPlace.checkWritable(output)
        try tellExportability(study, session.registry, session.kernels, session.progress)
      }
      let lines = try TrainingRun(study: study, folder: output, session: session)
        .run(resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"))
      if isFirst { print(lines.joined(separator: "\n")) }
    }
  }

  static let writeFeatures = Command(
    name: "features", summary: "Write what a study's encoders give of its cases, before training.",
    discussion:
      "For each encoder NAME.safetensors: \"features\", a row a case, and in the metadata the cases' ids "
      + "as a JSON list. Images without their own normalisation are normalised by the training subset of the "
      + "first split. Text encoders that read words are left out: they learn them in training. A study reads "
      + "such a file, from here or from another program, by {\"features\": \"FILE\"} in place of an encoder.",
    examples: [("zoo features study.json --output features", "every encoder of the study")],
    options: studyOptions,
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in
    try inSession(arguments) { session, isFirst in
      let study = try specification(arguments.argument("STUDY.json"), arguments, session)
      let output = try arguments.string("output")
      if isFirst { try OutputPlace.checkWritable(output) }
      let lines = try FeaturesRun(study: study, folder: output, session: session)
        .run(skipsBad: arguments.flag("skip-bad"))
      if isFirst { print(lines.joined(separator: "\n")) }
    }
  }

  static let probe = Command(
    name: "probe", summary: "Ask which weights suit the images, without training an encoder.",
    discussion:
      "Takes the image encoders of a study as they are, and tells on each split what a linear probe "
      + "(logistic regression) and the nearest neighbours make of their features. Penalty and number "
      + "of neighbours are chosen on validation. Writes what compare writes; features are kept in the "
      + "cache, so a second run is quicker. Augmentation, members, training and texts are passed over. For "
      + "attributes such as view, sex or site it also tells how well the features give them away, and warns "
      + "where they go together with the label.",
    examples: [
      ("zoo probe study.json --output probes", "every image encoder of the study"),
      ("zoo probe study.json --output probes --shortcuts view,site", "what else they tell"),
    ],
    options: studyOptions + [
      .value(
        "shortcuts", "NAMES", "Attributes to probe for beside the study's, with commas between.")
    ] + runOptions,
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in
    let names = arguments.optionalString("shortcuts")?.split(separator: ",").map(String.init) ?? []
    try runStudy(arguments, verb: "probe") { try $0.probing(shortcuts: names) }
  }
}
