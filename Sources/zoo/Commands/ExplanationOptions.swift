import Basics
import Explanation
import Images
import Registry
import Studies

/// The options that commands share which look at cases with maps.
extension ZooCommand {
  /// How maps are made and clustered.
  static let mapOptions: [Option] = [
    .value(
      "method", choices: ExplanationSettings.Method.allCases.map(\.rawValue) + ["all"],
      isRepeatable: true, "A map of the image; else integrated-gradients and grad-cam."),
    .value(
      "baseline", choices: Baseline.allCases.map(\.rawValue), isRepeatable: true,
      "What integrated gradients start from; else each that the model has."),
    .value(
      "clustering", default: "ward", choices: ClusteringRule.names,
      "How signals become neighbourhoods."),
    .value(
      "relative-loss", "SHARE", default: "\(ClusteringRule.defaultRelativeLoss)",
      "With ward-loss: the share of the sum of squares that may be lost."),
    .value("nodes", "N", default: "50", "Quadrature nodes to begin with."),
    .value("batch", "N", default: "5", "Nodes that run at once; more need more memory."), bits,
  ]

  /// What 16-bit samples mean to a model that does not say it.
  static let bits = Option.value(
    "bits", "N",
    "Of 16-bit images: how many bits are filled, 8 to 16, so 12 where 4095 is white; else as trained."
  )

  /// The bits that are asked for; nil where none are.
  static func bits(_ arguments: ParsedArguments) throws -> Int? {
    try arguments.integer("bits", in: SampleBits.range)
  }

  /// Which cases a model is asked about.
  static let caseOptions: [Option] = [
    .value("study", "FILE", "The study whose cases are looked at."),
    .value("data", "DIR", "The folder that the study's data paths are relative to."),
    .value(
      "combination", "NAME", "Of a comparison's folder: whose models look, each at its test subset."
    ),
    .value(
      "part", default: "all", choices: CaseSelection.Part.allCases.map(\.rawValue),
      "Of a model's own folder: all cases, or what the study's first split keeps for testing."),
  ]

  /// The cases of `--study`.
  static func caseSelection(
    _ arguments: ParsedArguments, model: String, registry: EncoderRegistry, skipsBad: Bool
  ) throws -> CaseSelection {
    let study = try StudySpecification(
      path: arguments.string("study"), registry: registry,
      dataFolder: arguments.optionalString("data"))
    let selection = try CaseSelection(
      model: model, combination: arguments.optionalString("combination"), study: study,
      part: CaseSelection.Part(rawValue: arguments.string("part")) ?? .all, skipsBad: skipsBad)
    let reporter = progress(arguments)
    for note in selection.notes { reporter.note(note) }
    return selection
  }

  /// The settings that `mapOptions` and `--sensitivity` give.
  ///
  /// Nodes double where δ is too large only where `refines`: over hundreds of images that takes up to
  /// twenty times as long, and hardly moves a circle.
  static func explanationSettings(
    _ arguments: ParsedArguments, refines: Bool = true
  ) throws -> ExplanationSettings {
    var settings = ExplanationSettings()
    let methods = arguments.values("method")
    if methods.contains("all") {
      settings.methods = ExplanationSettings.Method.allCases
    } else if !methods.isEmpty {
      settings.methods = unique(methods).compactMap { ExplanationSettings.Method(rawValue: $0) }
    }
    let baselines = arguments.values("baseline")
    if !baselines.isEmpty {
      settings.baselines = unique(baselines).compactMap { Baseline(rawValue: $0) }
      settings.skipsMissingMean = false
    }
    if let text = arguments.values("sensitivity").last, arguments.values("sensitivity").count == 1 {
      settings.sensitivity = try sensitivity(text, arguments)
    }
    let loss = try arguments.number("relative-loss", in: 0...1)
    settings.rule =
      ClusteringRule(
        name: try arguments.string("clustering"),
        relativeLoss: loss ?? ClusteringRule.defaultRelativeLoss) ?? .ward
    settings.bits = try bits(arguments)
    settings.integration.nodes = try arguments.integer("nodes", in: 2...400) ?? 50
    settings.integration.batch = try arguments.integer("batch", in: 1...400) ?? 5
    if !refines { settings.integration.maximumNodes = settings.integration.nodes }
    return settings
  }

  static func sensitivity(_ text: String, _ arguments: ParsedArguments) throws -> Double {
    guard let number = Double(text), (0...1).contains(number) else {
      throw arguments.error("--sensitivity is \"\(text)\"; expected a number from 0.0 to 1.0")
    }
    return number
  }

  private static func unique(_ names: [String]) -> [String] {
    names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
  }
}
