import Basics
import Explanation
import Foundation

extension ZooCommand {
  static let explain = Command(
    name: "explain", summary: "Show what in an image and a text a model's prediction rests on.",
    discussion:
      "Writes explanation.json, a page explanation.html that needs no network, overlays and all "
      + "attributions. Orange speaks for the positive class. This is no diagnosis.",
    examples: [
      (
        "zoo explain model --image chest.png --text report.txt --output why",
        "a multimodal model, the report from a file"
      ),
      ("zoo explain model --image chest.png --method all --output why", "every method beside"),
    ],
    options: [
      .value("image", "FILE", "A PNG or JPEG file."),
      .value("text", "STRING|FILE", "A report's text, or a file that holds it."),
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
      .value(
        "method", choices: ExplanationSettings.Method.allCases.map(\.rawValue) + ["all"],
        isRepeatable: true, "A map of the image; else integrated-gradients and grad-cam."),
      .value(
        "baseline", choices: Baseline.allCases.map(\.rawValue), isRepeatable: true,
        "What integrated gradients start from; else each that the model has."),
      .value(
        "sensitivity", "S", default: "\(ExplanationSettings.defaultSensitivity)",
        "Sight sensitivity: 0 keeps every signal, 0.9 those that carry a tenth of the sum."),
      .value(
        "clustering", default: "ward", choices: ClusteringRule.names,
        "How signals become neighbourhoods."),
      .value(
        "relative-loss", "SHARE", default: "\(ClusteringRule.defaultRelativeLoss)",
        "With ward-loss: the share of the sum of squares that may be lost."),
      .value("nodes", "N", default: "50", "Quadrature nodes to begin with."),
      .value("batch", "N", default: "5", "Nodes that run at once; more need more memory."),
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let settings = try explanationSettings(arguments)
    let output = try arguments.string("output")
    try CaseExplanation.checkOutput(output)
    let (kernels, registry) = (try kernels(arguments), try registry())
    let explainer = try Explainer(
      folder: modelFolder(arguments.argument("MODEL"), registry), registry: registry,
      kernels: kernels, settings: settings)
    let explanation = try explainer.explain(
      image: arguments.optionalString("image"), text: report(arguments.optionalString("text")),
      progress: progress(arguments))
    try explanation.write(to: output)
    for warning in explanation.warnings {
      FileHandle.standardError.write(Data("warning: \(warning)\n".utf8))
    }
    print(summary(explanation, output: output))
  }

  static func explanationSettings(_ arguments: ParsedArguments) throws -> ExplanationSettings {
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
    settings.sensitivity =
      try arguments.number("sensitivity", in: 0...1) ?? ExplanationSettings.defaultSensitivity
    let loss = try arguments.number("relative-loss", in: 0...1)
    settings.rule =
      ClusteringRule(
        name: try arguments.string("clustering"),
        relativeLoss: loss ?? ClusteringRule.defaultRelativeLoss) ?? .ward
    settings.integration.nodes = try arguments.integer("nodes", in: 2...400) ?? 50
    settings.integration.batch = try arguments.integer("batch", in: 1...400) ?? 5
    return settings
  }

  /// A text as it stands, or the content of the file of that name.
  private static func report(_ text: String?) throws -> String? {
    var isFolder: ObjCBool = false
    guard let text, FileManager.default.fileExists(atPath: text, isDirectory: &isFolder),
      !isFolder.boolValue
    else { return text }
    guard let content = String(data: try readFile(text), encoding: .utf8) else {
      throw ZooError(.badFormat, "is not valid UTF-8", at: Place(path: text))
    }
    return content
  }

  private static func unique(_ names: [String]) -> [String] {
    names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
  }

  private static func summary(_ explanation: CaseExplanation, output: String) -> String {
    var lines = [
      String(
        format: "%@ (probability of %@: %.4f)", explanation.label, explanation.labels[1],
        explanation.probability)
    ]
    for (image, sight) in zip(explanation.images, explanation.sights) {
      let count = sight.neighbourhoods.count
      let delta = image.path.map { String(format: ", δ %+.4f of %+.4f", $0.delta, $0.change) } ?? ""
      lines.append("\(image.title): \(count) circle\(count == 1 ? "" : "s")\(delta)")
    }
    if let words = explanation.words?.words {
      let strongest = words.filter { $0.state != .cutOff }
        .sorted { abs($0.integrated) > abs($1.integrated) }.prefix(5)
        .map { String(format: "%@ %+.3f", $0.written, $0.integrated) }
      lines.append("Words: \(strongest.joined(separator: ", "))")
    }
    if let share = explanation.joint?.imageShare {
      lines.append(
        String(format: "Shares: image %.0f %%, text %.0f %%", 100 * share, 100 - 100 * share))
    }
    lines.append("wrote \(output)/explanation.html. This is no diagnosis.")
    return lines.joined(separator: "\n")
  }
}
