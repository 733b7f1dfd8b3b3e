import Basics
import EncoderZoo
import Explanation
import Foundation
import Studies

extension ZooCommand {
  static let explain = Command(
    name: "explain", summary: "Show what in an image and a text a model's prediction rests on.",
    discussion:
      "Writes explanation.json, a page explanation.html that needs no network, overlays and all "
      + "attributions. Orange speaks for the positive class. With --study, every case of a data set "
      + "gets a folder, and index.html lists them; a run that was stopped goes on with --resume. This "
      + "is no diagnosis.",
    examples: [
      (
        "zoo explain model --image chest.png --text-file report.txt --output why",
        "a multimodal model, the report from a file"
      ),
      ("zoo explain model --image chest.png --method all --output why", "every method beside"),
      (
        "zoo explain run --combination densenet --study study.json --output why",
        "a comparison: every case, by the model of the split that tests on it"
      ),
    ],
    options: imageOptions + textOptions + [
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder.")
    ] + mapOptions + [
      .value(
        "maximum-nodes", "N", default: "400",
        "While attributions miss more than 5 % of the change, nodes double up to N."),
      .value(
        "sensitivity", "S", default: "\(ExplanationSettings.defaultSensitivity)",
        "Sight sensitivity: 0 keeps every signal, 0.9 those that carry a tenth of the sum."),
      .value(
        "precision", default: "single", choices: ["single", "double"],
        "Of forward passes: with double, maps are within 1e-3, in up to three times the time."),
      .value(
        "finding", "NAME",
        "Of a model of many findings or classes: which is explained; else what it answers."),
      .value("against", "NAME", "Explain why that rather than this one."),
    ] + caseOptions + [
      .flag("resume", "Go on with the explanations in --output."),
      .flag("skip-bad", "Leave out cases that can't be used, and list them."),
    ],
    arguments: [
      Argument("MODEL", "A model's folder, or a bundle's name; with --study also a comparison's.")
    ]
  ) { arguments in
    var settings = try explanationSettings(arguments)
    if let most = try arguments.integer("maximum-nodes", in: 2...400) {
      settings.integration.maximumNodes = most
    }
    settings.usesDoublePrecision = arguments.optionalString("precision") == "double"
    if arguments.optionalString("study") != nil {
      print(try explainStudy(arguments, settings).joined(separator: "\n"))
    } else {
      print(try explainCase(arguments, settings))
    }
  }

  private static func explainCase(
    _ arguments: ParsedArguments, _ settings: ExplanationSettings
  ) throws -> String {
    for name in ["data", "combination"] where arguments.optionalString(name) != nil {
      throw arguments.error("--\(name) goes with --study")
    }
    for name in ["resume", "skip-bad"] where arguments.flag(name) {
      throw arguments.error("--\(name) goes with --study")
    }
    let output = try arguments.string("output")
    try OutputFolder.check(output)
    let zoo = try zoo(arguments)
    let model = try model(arguments.argument("MODEL"), in: zoo, bits: bits(arguments))
    let progress = progress(arguments)
    progress.begin("explaining")
    let explanation = try model.explain(
      images: givenImages(arguments), text: givenText(arguments),
      finding: arguments.optionalString("finding"),
      against: arguments.optionalString("against"), settings: settings, progress: progress
    ).details
    progress.end()
    try explanation.write(to: output)
    for warning in explanation.warnings {
      writeWhole("warning: \(warning)\n", to: STDERR_FILENO)
    }
    return summary(explanation, output: output)
  }

  private static func explainStudy(
    _ arguments: ParsedArguments, _ settings: ExplanationSettings
  ) throws -> [String] {
    for name in ["image", "view", "text", "text-file"] where !arguments.values(name).isEmpty {
      throw arguments.error("--\(name) is one case, --study a data set; leave out one of them")
    }
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    let kernels = try kernels(arguments)
    let registry = try registry()
    let model = try modelOrRun(arguments.argument("MODEL"), registry)
    let selection = try caseSelection(
      arguments, model: model, registry: registry, skipsBad: arguments.flag("skip-bad"))
    let progress = progress(arguments)
    let run = ExplanationRun(
      model: model, selection: selection, finding: arguments.optionalString("finding"),
      against: arguments.optionalString("against"), settings: settings, folder: output,
      registry: registry, kernels: kernels,
      progress: progress)
    let index = try run.run(
      resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"))
    return index.warnings.filter { !progress.notes.contains($0) } + [
      "\(index.rows.count) cases explained, \(index.leftOut.count) left out",
      "wrote \(output)/index.html. This is no diagnosis.",
    ]
  }

  private static func summary(_ explanation: CaseExplanation, output: String) -> String {
    var lines = [
      String(
        format: "%@ (probability of %@: %.4f)", explanation.label, explanation.labels[1],
        explanation.probability)
    ]
    if let about = explanation.about { lines.append(about) }
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
    } else if let joint = explanation.joint {
      lines.append(
        joint.path.isComplete
          ? "Shares: neither side adds anything" : "Shares: not given, the integral did not settle")
    }
    lines.append("wrote \(output)/explanation.html. This is no diagnosis.")
    return lines.joined(separator: "\n")
  }
}
