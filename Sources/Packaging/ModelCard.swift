import Basics
import Bundles
import Datasets
import Exchange
import Foundation
import Training

/// `README.md` of a bundle: a model card with the head that Hugging Face reads.
///
/// Form: [model cards](https://huggingface.co/docs/hub/model-cards).
struct ModelCard {
  let manifest: BundleManifest
  /// Whether the bundle holds a script for PyTorch.
  let hasScript: Bool
  /// The code of the texts' language; nil where it is not known, and for a model without texts.
  let language: String?
  /// How several pictures of a case are read; nil for a model of one.
  let views: ViewSettings?

  init(
    _ manifest: BundleManifest, hasScript: Bool, language: String?, views: ViewSettings? = nil
  ) {
    self.manifest = manifest
    self.hasScript = hasScript
    self.language = language
    self.views = views
  }

  var text: String {
    ([head, opening, use, data, figures, limits, checklist, terms, files] as [String])
      .joined(separator: "\n\n") + "\n"
  }

  /// Licences that Hugging Face knows by a name of its own.
  private static let known = [
    "Apache-2.0": "apache-2.0", "MIT": "mit", "CC0-1.0": "cc0-1.0", "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0", "CC-BY-NC-4.0": "cc-by-nc-4.0", "BSD-3-Clause": "bsd-3-clause",
    "BSD-2-Clause": "bsd-2-clause", "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-NC-ND-4.0": "cc-by-nc-nd-4.0",
  ]

  private var head: String {
    let licence = manifest.licences.weights
    var lines = ["---", "license: \(ModelCard.known[licence] ?? "other")"]
    if ModelCard.known[licence] == nil {
      lines += ["license_name: \(quoted(licence.lowercased()))", "license_link: LICENCES.md"]
    }
    lines += ["library_name: encoderzoo", "pipeline_tag: \(pipeline)"]
    // Quoted, or Norwegian's code would be a truth value.
    lines += (language.map { ["language: \($0 == "no" ? quoted($0) : $0)"] } ?? []) + ["tags:"]
    let tags =
      ["encoderzoo", "safetensors"]
      + [manifest.architecture.image, manifest.architecture.text].compactMap { $0?.name }
      + (manifest.training.isSynthetic ? ["synthetic-data"] : [])
    lines += tags.map { "- \(quoted($0))" }
    let scores = manifest.metrics.filter { $0.deviation == nil && $0.interval != nil }
    if !scores.isEmpty {
      lines += [
        "model-index:", "- name: \(quoted(manifest.id))", "  results:", "  - task:",
        "      type: \(pipeline)", "    dataset:", "      type: \(quoted("local"))",
        "      name: \(quoted(manifest.training.dataSet))",
        "      split: test", "    metrics:",
      ]
      for score in scores {
        lines += [
          "    - type: \(quoted(score.name))", "      value: \(figure(score.mean))",
          "      name: \(quoted(score.name))",
        ]
      }
    }
    return (lines + ["---"]).joined(separator: "\n")
  }

  private var pipeline: String {
    manifest.architecture.image != nil && manifest.architecture.text == nil
      ? "image-classification"
      : manifest.architecture.image == nil ? "text-classification" : "other"
  }

  private var opening: String {
    let labels = manifest.output.labels.map(plain).joined(separator: ", ")
    var text = "# \(manifest.id) \(manifest.version)\n\n\(plain(manifest.summary)).\n"
    text += "\n| | |\n|---|---|\n"
    for (side, encoder) in [
      ("image", manifest.architecture.image), ("text", manifest.architecture.text),
    ] {
      guard let encoder else { continue }
      let members = encoder.members > 1 ? ", \(encoder.members) members averaged" : ""
      text +=
        "| \(side) encoder | \(plain(encoder.name)) "
        + "\(MarkdownText.code(encoder.options.text(pretty: false)))\(members) |\n"
    }
    if let image = manifest.preprocessing.image {
      text +=
        "| image | \(image.size) × \(image.size) pixels, \(image.channels == 1 ? "grey" : "colour"), "
        + "shorter side to \(image.resize), fit \(image.fit)"
        + (image.bits.map { "; of 16-bit files \($0) bits, \(1 << $0 - 1) is white" } ?? "")
        + ["window", "frame"].compactMap { key in
          image.dicom[key].map {
            "; \(key) of DICOM files \(MarkdownText.code($0.text(pretty: false)))"
          }
        }.joined()
        + " |\n"
    }
    if let views { text += "| pictures of a case | \(plain(views.sentence)) |\n" }
    if let words = manifest.preprocessing.text {
      text += "| vocabulary | \(words.words) \(words.unit) |\n"
    }
    text += "| labels | \(labels) |\n"
    let output = manifest.output
    switch output.task {
    case "binary":
      text +=
        "| called \(plain(output.labels[1])) | from probability \(figure(output.threshold)) on "
        + "(\(output.thresholdRule)) |\n"
    case "multi-class":
      text +=
        "| answer | one of the \(output.labels.count) classes, the most probable: a logit each, the softmax "
        + "of all is their probabilities |\n"
    default:
      text += "| answer | each finding by itself: a logit each, its sigmoid is the probability |\n"
      let each = zip(output.labels, output.thresholds ?? output.labels.map { _ in 0.5 })
      text +=
        "| called present | from probability "
        + each.map { "\(figure($1)) (\(plain($0)))" }.joined(separator: ", ")
        + " on (\(output.thresholdRule)) |\n"
    }
    if let words = output.calibration {
      text += "| calibrated probabilities | \(plain(words)); decisions are made on those before |\n"
    }
    return text.trimmingCharacters(in: .newlines)
  }

  private var use: String {
    let image =
      views.map { $0.slots?.names.map { " --image FILE --view \($0)" }.joined() }
      ?? " --image FILE"
    let inputs = manifest.inputs.map {
      $0 == "image" ? image ?? " --image FILE --image FILE" : " --text \"…\""
    }.joined()
    let elsewhere =
      views == nil
      ? "`zoo export . --onnx model.onnx` writes it for ONNX Runtime."
      : "Models of several pictures a case are not written as ONNX or for PyTorch."
    let python =
      hasScript
      ? "`python \(PythonLoader.fileName)\(inputs)` gives the same logits by PyTorch; without inputs it "
        + "compares the golden ones."
      : elsewhere
    return
      "## Use\n\n\(plain(manifest.intendedUse))\n\n```\nzoo predict .\(inputs)\nzoo bundle verify .\n```\n\n"
      + "`golden.json` holds inputs with the logits that the model must give for them. \(python)"
  }

  private var data: String {
    let training = manifest.training
    var lines = [
      "## Training\n",
      "- Data: \(plain(training.dataSet)), \(plain(training.description))"
        + (training.isSynthetic ? "; **synthetic**" : ""),
      "- Cases: \(training.cases[0]) for training, \(training.cases[1]) for validation, "
        + "\(training.cases[2]) for testing (split \(plain(training.split)) of \(plain(training.folds)))",
      "- Seed \(training.seed); the specification is in `specification.json`",
    ]
    if !training.startedFrom.isEmpty {
      lines.append("- Started from \(training.startedFrom.map(plain).joined(separator: ", "))")
    }
    if let collections = training.collections, !collections.isEmpty {
      lines.append("- Published collections: \(collections.map(plain).joined(separator: ", "))")
    }
    if let revision = training.revision {
      lines.append("- SHA-256 of the data's table: \(MarkdownText.code(revision))")
    }
    return lines.joined(separator: "\n")
  }

  private var figures: String {
    var lines = [
      "## Figures\n", "| metric | on | n | value | 95 % interval |", "|---|---|---|---|---|",
    ]
    for metric in manifest.metrics {
      let deviation = metric.deviation.map { " ± \(figure($0))" } ?? ""
      let interval = metric.interval.map { "\(figure($0.lowerBound)) to \(figure($0.upperBound))" }
      lines.append(
        "| \(plain(metric.name)) | \(plain(metric.split)) | \(metric.count) | \(figure(metric.mean))\(deviation) | "
          + "\(interval ?? "–") |")
    }
    for method in Set(manifest.metrics.compactMap(\.method)).sorted() {
      lines.append("\nIntervals or means: \(plain(method)).")
    }
    return lines.joined(separator: "\n")
  }

  private var limits: String {
    "## Limitations\n\n" + manifest.limitations.map { "- \(plain($0))" }.joined(separator: "\n")
  }

  private var terms: String {
    "## Licences\n\n"
      + manifest.licences.lines.map { "- \(plain($0))" }.joined(separator: "\n")
      + "\n\nMore in [LICENCES.md](LICENCES.md)."
  }

  private var files: String {
    "## Files\n\n`bundle.json` lists every file with its size and SHA-256; `model.safetensors` is read by "
      + "any safetensors library, its keys are torchvision's below `image.`, convolution weights as "
      + "`[out, in, height, width]`."
  }

  private func plain(_ text: String) -> String { MarkdownText.plain(text) }

  func figure(_ value: Double) -> String { String(format: "%.3f", value) }

  /// A YAML text in quotation marks, which JSON's are.
  private func quoted(_ text: String) -> String {
    text.json.text()
  }
}
