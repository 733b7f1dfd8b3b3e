import Datasets
import Evaluation
import Pages
import Training

extension StudyTables {
  /// What the run knows of the items that a paper on it must tell.
  func checklist(_ environment: [(String, String)]) -> ReportingChecklist {
    let elsewhere = external.map(\.name).joined(separator: ", ")
    let branches = study.images.map(\.training) + study.texts.map(\.training)
    let heads =
      study.images.isEmpty || study.texts.isEmpty
      ? [] : study.heads.flatMap { [$0.training, $0.fineTuning] }
    var known: [ReportingItem: String] = [
      .studyGoal: goal(elsewhere),
      .dataSources: "\(cases.set.name): \(cases.set.description)"
        + (external.isEmpty ? "" : "; and \(elsewhere), under “Elsewhere”"),
      .preparation: preparation,
      .missingData: "\(cases.set.leftOut.count) cases were left out, each named with its reason."
        + (study.data.keepsIncomplete ? " Cases that lack one side were kept." : ""),
      .inputs: inputs,
      .partitions: study.folds.sentence(seeds: study.seeds),
      .model: study.combinations.map(\.name).joined(separator: "; ")
        + (study.probes
          ? ": an untouched image encoder, and a simple rule over its features."
          : ": encoders, heads and numbers of parameters are in the table of parts."),
      .training: study.probes
        ? "No encoder was trained. A logistic regression over its standardised features, or the vote of the nearest"
          + " training cases; the penalty, or the number of neighbours, has the lowest log loss on validation."
        : study.tuning.map {
          "All settings are under “Training”, those that were searched for under “Tuning”: \($0.sentence(metric))"
        } ?? "All settings are under “Training”. Nothing was tuned by the program.",
      .start: start,
      .selection: selection,
      .ensembles: ensembles,
      .software: environment.map { "\($0.0) \($0.1)" }.joined(separator: "; "),
      .measures:
        "\(cases.task.kind.chiefMetrics.map(\.title).joined(separator: ", ")), and those of"
        + " results.csv: mean and standard deviation over \(splits.count) splits\(ofSeeds); corrected resampled"
        + " t-tests and Bayesian correlated t-tests between combinations.",
      .updating: "None after evaluation."
        + (study.calibration == nil
          ? "" : " Where a model has calibrators, they were fitted on its validation subset."),
      .imbalance: imbalance(branches + heads),
      .output: output,
      .flow: caseCounts.map { "\($0.label) \($0.value)" }.joined(separator: ", ") + ".",
      .counts: counts,
      .internalTest: "\(splits.count) test subsets, under “Scores”.",
      .performance: "Under “Scores” and “Comparisons”"
        + (external.isEmpty ? "." : ", elsewhere with intervals under “Elsewhere”."),
      .limitations: "Those of every such comparison and of this one are under “Limits”.",
    ]
    known[.use] =
      (study.probes ? "Each linear probe is kept as a model" : "Each model is kept")
      + " in cells/SPLIT/COMBINATION/model; zoo predict asks it."
    if case .groupOut(let column) = study.folds.kind {
      known[.heterogeneity] = "Each \(column) was the test subset once: the splits are its values."
    }
    if !external.isEmpty { known[.externalTest] = "\(elsewhere), under “Elsewhere”." }
    if study.data.keepsIncomplete {
      known[.robustness] = "Answers where one side is missing, under “When one side is missing”."
    }
    return ReportingChecklist(known)
  }

  private func goal(_ elsewhere: String) -> String {
    if study.probes {
      return
        "Untouched image encoders are compared by what simple rules make of their features, on cases of the same"
        + " source. No model is developed for use."
    }
    return "Models are compared, and evaluated on cases of the same source"
      + (external.isEmpty ? "." : "; the same models then on \(elsewhere).")
  }

  private var preparation: String {
    let images = study.images.map { branch in
      "\(branch.name): \(branch.preprocessing.size) × \(branch.preprocessing.size) pixels"
    }
    let words =
      study.texts.isEmpty ? [] : ["texts cut into words, vocabularies from training subsets"]
    return (images + words).joined(separator: "; ")
      + (study.probes
        ? "; normalised as under “Training”, not augmented."
        : "; normalisation and augmentation are under “Training”.")
  }

  private var inputs: String {
    switch (study.images.isEmpty, study.texts.isEmpty) {
    case (false, false):
      "An image, a text, or both, as each combination says; nothing else of a case."
    case (false, true): "An image; nothing else of a case."
    default: "A text; nothing else of a case."
    }
  }

  private var start: String {
    func given(_ file: String?) -> String? { file.map { _ in "features computed elsewhere" } }
    return
      (study.images.map { "\($0.name): \(given($0.features) ?? $0.origin ?? "random weights")" }
      + study.texts.map { branch in
        let own = branch.weights ?? branch.tokenizer.map { _ in "random weights" }
        let words = branch.vectors == nil ? "no given vectors" : "given vectors"
        return "\(branch.name): \(given(branch.features) ?? own ?? words)"
      })
      .joined(separator: "; ") + "."
  }

  private var selection: String {
    if study.probes {
      return
        "Of each rule the penalty, or the number of neighbours, with the lowest log loss on validation; of the"
        + " combinations that with the best mean validation \(metric.title)."
    }
    let heads = study.images.isEmpty || study.texts.isEmpty ? [] : study.heads
    let trainings =
      study.images.map(\.training) + study.texts.map(\.training)
      + heads.flatMap { [$0.training, $0.fineTuning] }
    let epochs =
      trainings.allSatisfy { $0.select == .last }
      ? "the last epoch's weights"
      : "the weights of the epoch with the lowest log loss on validation, where “Training” says best"
    return "Of a training \(epochs); of the combinations that with the best mean validation"
      + " \(metric.title)."
  }

  private var ensembles: String {
    if study.probes { return "None." }
    let several =
      study.images.filter { $0.members > 1 }.map { "\($0.name): \($0.members) members" }
      + study.texts.filter { $0.members > 1 }.map { "\($0.name): \($0.members) members" }
    return several.isEmpty ? "None." : several.joined(separator: "; ") + "; logits are averaged."
  }

  private func imbalance(_ trainings: [TrainingSettings]) -> String {
    if study.probes { return "Nothing." }
    let plain = trainings.allSatisfy { !$0.classWeights && $0.loss == LossSettings() }
    return plain
      ? "Nothing in training: plain cross entropy, no weights of classes."
      : "Weights of classes or a loss of its own, as under “Training”."
  }

  private var output: String {
    let labels = cases.task.labels
    switch cases.task.kind {
    case .binary:
      return "The probability of “\(labels[1])”; called so from .5, and from a threshold that each"
        + " validation subset chose by the study’s rule."
    case .multiClass:
      return "A probability of each of \(labels.count) classes; the most probable is said."
    case .multiLabel:
      return
        "A probability of each of \(labels.count) labels; each is called present from .5, and from a"
        + " threshold that each validation subset chose by the study’s rule."
    }
  }

  private var counts: String {
    func range(_ values: [Int]) -> String {
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      return least == most ? "\(least)" : "\(least) to \(most)"
    }
    return "Of each split \(range(splits.map(\.training.count))) cases for training,"
      + " \(range(splits.map(\.validation.count))) for validation,"
      + " \(range(splits.map(\.test.count))) for the test."
  }
}
