import Basics
import Explanation
import Registry

extension ZooCommand {
  static let words = Command(
    name: "words", summary: "Show which words speak for a class, and whether they matter.",
    discussion:
      "Attributes the logit to the words of every report, means each word over its instances, and "
      + "takes words out of the positive class's reports: the highest-scored ones beside random ones. "
      + "Writes words.html, words.csv and deletion.csv.",
    examples: [
      (
        "zoo words run --combination word2vec --study Examples/open-i.json --data DATA --output said",
        "a comparison: every report by the model of the split that tests on it"
      ),
      ("zoo words model --study study.json --part test --output said", "a model's test subset"),
    ],
    options: [
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
      .value("finding", "NAME", "Which finding or class of a model of many is asked about."),
      .value("removals", "N", default: "10", "The most words taken out of a report."),
      .value("draws", "N", default: "20", "Draws of random words, a report."),
      .value("least", "N", default: "5", "The fewest instances of a word that is shown."),
      .value("nodes", "N", default: "50", "Quadrature nodes to begin with."),
      .value("batch", "N", default: "25", "Nodes that run at once."),
      .value("seed", "N", default: "1", "Same seed, same random words."), bits,
    ] + caseOptions,
    arguments: [Argument("MODEL", "A model's folder, or a comparison's.")]
  ) { arguments in
    var settings = WordAblationSettings()
    settings.removals = try arguments.integer("removals", in: 1...1000) ?? 10
    settings.draws = try arguments.integer("draws", in: 1...1000) ?? 20
    settings.leastInstances = try arguments.integer("least", in: 1...1_000_000) ?? 5
    settings.explanation.integration.nodes = try arguments.integer("nodes", in: 2...400) ?? 50
    settings.explanation.integration.batch = try arguments.integer("batch", in: 1...400) ?? 25
    settings.explanation.bits = try bits(arguments)
    settings.seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    let output = try arguments.string("output")
    try OutputFolder.check(output)
    let progress = progress(arguments)
    let kernels = try kernels(arguments)
    let registry = try registry()
    let model = try modelOrRun(arguments.argument("MODEL"), registry)
    let selection = try caseSelection(
      arguments, model: model, registry: registry, skipsBad: false)
    let study = try WordAblation(
      selection, model: model, finding: arguments.optionalString("finding"), settings: settings,
      registry: registry, kernels: kernels,
      progress: progress)
    try study.write(to: output)
    print(
      (study.warnings.filter { !progress.notes.contains($0) } + study.lines).joined(separator: "\n")
    )
    print("wrote \(output)/words.html. This is no diagnosis.")
  }
}
