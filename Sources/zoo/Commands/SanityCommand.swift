import Basics
import Datasets
import EncoderKit
import Explanation
import Registry
import Studies
import Training

extension ZooCommand {
  static let sanity = Command(
    name: "sanity", summary: "See whether maps depend on what a model has learnt.",
    discussion:
      "Makes the model's layers random, one after the other from the output backwards, and tells how "
      + "alike the maps stay. A method whose maps stay as they were shows edges, not reasons. With "
      + "--shuffled-labels a model of the same specification learns its training cases with their "
      + "labels shuffled, and its maps are compared, too. Writes sanity.html and sanity.csv.",
    examples: [
      ("zoo sanity model --study study.json --part test --output sane", "ten test cases"),
      ("zoo sanity model --image chest.png --method all --output sane", "one image, all methods"),
      (
        "zoo sanity run --combination net --study study.json --shuffled-labels --output sane",
        "beside a model of shuffled labels"
      ),
    ],
    options: [
      .value("image", "FILE", "A PNG, JPEG or DICOM file, in place of --study.")
    ] + textOptions + [
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
      .value("cases", "N", default: "10", "With --study: how many images, spread over the cases."),
      .value(
        "grain", default: "stages", choices: LayerCascade.Grain.allCases.map(\.rawValue),
        "What is made random at once: a stage of the encoder, or a single layer."),
      .flag(
        "shuffled-labels",
        "With --study: train such a model on shuffled labels, and keep it in --output."),
      .value(
        "shuffled-model", "DIR",
        "A model of shuffled labels that is there: the folder shuffled-labels of another --output."),
    ] + mapOptions + [
      .value(
        "sensitivity", "S", default: "\(ExplanationSettings.defaultSensitivity)",
        "The sight sensitivity at which signals are compared."),
      .value("finding", "NAME", "Which finding of a model of many is explained."),
    ] + caseOptions + [.value("seed", "N", default: "1", "Same seed, same random layers.")],
    arguments: [Argument("MODEL", "A model's folder; with --study also a comparison's.")]
  ) { arguments in
    let settings = try explanationSettings(arguments, refines: false)
    let output = try arguments.string("output")
    try OutputFolder.check(output)
    let progress = progress(arguments)
    let kernels = try kernels(arguments)
    let registry = try registry()
    let model = try modelOrRun(arguments.argument("MODEL"), registry)
    let selection: CaseSelection
    switch (arguments.optionalString("image"), arguments.optionalString("study")) {
    case (let image?, nil):
      let item = Case(
        id: image, imagePath: image, text: try givenText(arguments),
        source: Place(path: image))
      selection = try CaseSelection(model: model, cases: [item], description: image)
    case (nil, _?):
      for name in ["text", "text-file"] where arguments.optionalString(name) != nil {
        throw arguments.error("--\(name) goes with --image")
      }
      selection = try caseSelection(arguments, model: model, registry: registry, skipsBad: false)
    default: throw arguments.error("either --image or --study says what is looked at")
    }
    var printed: [String] = []
    try OutputFolder.write(output) { folder in
      let check = try SanityCheck(
        selection,
        shuffled: shuffledModel(
          arguments, selection, folder: "\(folder)/shuffled-labels", registry: registry,
          kernels: kernels),
        finding: arguments.optionalString("finding"),
        cases: arguments.integer("cases", in: 1...10_000) ?? 10,
        grain: LayerCascade.Grain(rawValue: arguments.string("grain")) ?? .stages,
        settings: settings, seed: UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1),
        registry: registry, kernels: kernels, progress: progress)
      try check.write(to: folder)
      printed =
        check.warnings.filter { !progress.notes.contains($0) }
        + (check.shuffledDescription.map { [$0] } ?? []) + check.lines
    }
    print(printed.joined(separator: "\n"))
    print("wrote \(output)/sanity.html. This is no diagnosis.")
  }

  /// The model of shuffled labels that is asked for: read, or trained and written to `folder`.
  private static func shuffledModel(
    _ arguments: ParsedArguments, _ selection: CaseSelection, folder: String,
    registry: EncoderRegistry, kernels: any Kernels
  ) throws -> SanityCheck.Shuffled? {
    let given = arguments.optionalString("shuffled-model")
    guard arguments.flag("shuffled-labels") else {
      return try given.map {
        SanityCheck.Shuffled(
          model: try TrainedModel.read(
            from: $0, registry: registry, bits: bits(arguments)),
          description: "A model given as one that learnt shuffled labels: \($0).")
      }
    }
    guard given == nil, let study = arguments.optionalString("study") else {
      throw arguments.error(
        given == nil
          ? "--shuffled-labels trains by a study: name it by --study"
          : "--shuffled-labels trains a model and --shuffled-model names one; leave out one of them"
      )
    }
    let (group, model) = try SanityCheck.subject(of: selection, registry: registry)
    let training = ShuffledTraining(
      study: try StudySpecification(
        path: study, registry: registry, dataFolder: arguments.optionalString("data")),
      session: Session(
        registry: registry, kernels: kernels, progress: progress(arguments)))
    let outcome = try training.train(
      like: model, at: Place(path: group.model),
      combination: arguments.optionalString("combination"), split: group.split,
      folder: "\(folder)/parts")
    try outcome.model.write(to: folder)
    return SanityCheck.Shuffled(
      model: outcome.model, description: outcome.sentence)
  }
}
