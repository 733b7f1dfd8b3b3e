import Bundles
import Studies
import Training

extension ModelCard {
  /// What a paper on the model must tell: filled in where the bundle knows it, blank where only a person does.
  var checklist: String {
    let list = ReportingChecklist(known)
    func row(_ item: ReportingItem, _ answer: String) -> String {
      "| \(MarkdownText.plain(item.row.title)) | \(item.tripod) | \(item.claim) | \(answer) |"
    }
    let rows =
      list.filled.map { row($0.item, MarkdownText.plain($0.answer)) }
      + list.blanks.map { row($0, "*to be told by a person*") }
    return """
      ## Reporting

      <details>
      <summary>Items of TRIPOD+AI and CLAIM 2024</summary>

      \(MarkdownText.plain(ReportingChecklist.sources)) \(list.sentence)

      | what a paper must tell | TRIPOD+AI | CLAIM | what this bundle knows |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))

      </details>
      """
  }

  private var known: [ReportingItem: String] {
    let training = manifest.training
    let collections = training.collections ?? []
    let members = [manifest.architecture.image, manifest.architecture.text].compactMap { $0 }
      .filter { $0.members > 1 }.map { "\($0.name): \($0.members) members, logits averaged" }
    let read = manifest.inputs.joined(separator: " and a ")
    return [
      .studyGoal: "A model was developed, and evaluated on cases of the same source.",
      .dataSources: "\(training.dataSet): \(training.description)"
        + (training.isSynthetic ? "; made by a program" : "")
        + (collections.isEmpty
          ? "" : "; published collections: \(collections.joined(separator: ", "))"),
      .preparation: preparation,
      .inputs:
        "\(read == "image" ? "An" : read == "text" ? "A" : "An") \(read); nothing else of a case."
        + (views.map { " Pictures: \($0.sentence)." } ?? ""),
      .partitions: "\(training.folds); this model is of split \(training.split).",
      .model: "\(manifest.architecture.summary); the whole of it is in bundle.json.",
      .training: "In specification.json, with seed \(training.seed).",
      .start: training.startedFrom.isEmpty
        ? "Random weights." : "\(training.startedFrom.joined(separator: ", ")).",
      .ensembles: members.isEmpty ? "None." : members.joined(separator: "; ") + ".",
      .software: "EncoderZoo \(manifest.program)",
      .measures: "Those under Figures, with 95 % intervals where there are any.",
      .updating: "None after evaluation."
        + (manifest.output.calibration.map {
          " Calibrated probabilities, beside those before: \($0)."
        } ?? ""),
      .output: output,
      .counts: "\(training.cases[0]) cases for training, \(training.cases[1]) for validation,"
        + " \(training.cases[2]) for the test.",
      .use:
        "model.safetensors and bundle.json; zoo predict asks it, golden.json holds answers to compare with.",
      .internalTest: "On \(training.cases[2]) test cases of the same data set, under Figures.",
      .performance: "Under Figures.", .limitations: "Those that the run knows, under Limitations.",
    ]
  }

  private var preparation: String {
    let image = manifest.preprocessing.image.map {
      "images \($0.size) × \($0.size) pixels, \($0.channels == 1 ? "grey" : "colour"), fit \($0.fit)"
    }
    let text = manifest.preprocessing.text.map {
      "texts as \($0.unit) of a vocabulary of \($0.words)"
    }
    return [image, text].compactMap { $0 }.joined(separator: "; ") + "; more in bundle.json."
  }

  private var output: String {
    let output = manifest.output
    switch output.task {
    case "binary":
      return "The probability of \(output.labels[1]), called so from"
        + " \(figure(output.threshold)) on (\(output.thresholdRule))."
    case "multi-class":
      return "A probability of each of \(output.labels.count) classes; the most probable is said."
    default:
      return
        "A probability of each of \(output.labels.count) findings, each called present from its own"
        + " threshold on (\(output.thresholdRule))."
    }
  }
}
