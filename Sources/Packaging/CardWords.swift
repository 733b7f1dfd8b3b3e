import Bundles

/// Sentences about a model that follow from its run.
struct CardWords {
  let architecture: BundleArchitecture
  let output: BundleOutput
  let training: BundleTraining
  /// Findings whose threshold could not be chosen.
  var unfitted: [String] = []

  private var reads: String {
    switch (architecture.image != nil, architecture.text != nil) {
    case (true, true): "an image and a text"
    case (true, false): "an image"
    default: "a text"
    }
  }

  private var answers: String {
    switch output.task {
    case "binary": "tells \(output.labels[0]) from \(output.labels[1])"
    case "multi-class": "tells \(output.labels.count) classes apart"
    default: "looks for \(output.labels.count) findings"
    }
  }

  var summary: String {
    "\(architecture.summary): reads \(reads), \(answers); trained on \(training.dataSet)"
      + (training.isSynthetic ? " (synthetic)" : "")
  }

  var intendedUse: String {
    "For research into classifiers, for trying out the program, and as a start for further training."
      + " It is no medical device and no diagnosis."
  }

  var limitations: [String] {
    var sentences: [String] = []
    if training.isSynthetic {
      sentences.append(
        "The training data were made by a program: nothing follows for real images or reports.")
    }
    let counts = training.cases
    sentences.append(
      "Trained on \(counts[0]) cases and tested on \(counts[2]) of the same data set (\(training.dataSet));"
        + " other places, devices and people are not represented.")
    if counts[0] < 5000 {
      sentences.append(
        "So few cases: the intervals of the figures are wide, and mean what they say.")
    }
    if output.task != "multi-class", output.thresholdRule == "default" {
      sentences.append("The threshold of 0.5 was not chosen for any use.")
    }
    if !unfitted.isEmpty {
      sentences.append(
        "Validation holds no positive or no negative case of \(unfitted.joined(separator: ", ")): their "
          + "threshold is 0.5 by default.")
    }
    if architecture.image != nil, architecture.text != nil {
      sentences.append(
        architecture.fusion.acceptsMissingModality
          ? "It answers for an image or a report alone, too, with other accuracy than for both."
          : "Both inputs are needed; it was not trained to do without one of them.")
    }
    return sentences
  }
}
