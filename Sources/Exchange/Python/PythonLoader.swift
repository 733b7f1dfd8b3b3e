import Basics
import EncoderKit
import Foundation
import Fusion
import Registry
import Tensors
import Training

/// A short Python script that loads a saved model's folder with `safetensors.torch.load_file` and
/// torchvision or timm, and gives the logits that `zoo predict` gives.
///
/// The keys are the library's (`ImageDetails.Library`), so its model of the encoder's name takes the weights with
/// `strict=True`. What that can't do (options that the library has not, adapters, text encoders or heads
/// of another form) is refused; ONNX holds those. Same model, same bytes.
package struct PythonLoader {
  /// The script's name in a bundle.
  package static let fileName = "load_in_python.py"

  /// The script.
  package let text: String
  private let library: ImageDetails.Library?

  /// The packages of Python that the script needs, by their names on PyPI.
  package var packages: [String] { PythonLoader.packages(library) }

  /// Writes the script for a model; it is run once to see what its text encoder and head do.
  ///
  /// - Throws: `ZooError` of code `.unsupported` that names what the script can't express.
  package init(_ model: TrainedModel, registry: EncoderRegistry, kernels: any Kernels) throws {
    try PythonLoader.checkHead(model)
    if let text = model.text, model.ownTokenizer != nil {
      throw PythonLoader.refusal(
        "\(text.encoder), a text encoder with a tokenizer of its own; it knows the 1-D CNN over word vectors"
      )
    }
    let writer = try ONNXExport.writer(model, kernels)
    let steps = writer.passes.one.trace.steps
    try PythonLoader.checkKeys(model)
    let loader = try PythonLoader.imageLoader(model, registry)
    library = loader?.library
    var sections = [PythonLoader.head(model, library)]
    var features: [String] = []
    if let loader {
      sections.append(loader.text)
      features.append("image_features(tensors, image)")
    }
    if let text = model.text {
      try PythonLoader.checkText(steps)
      let convolutions = steps.count {
        if case .convolutionMaxOverTime = $0.operation { true } else { false }
      }
      sections.append(
        TextLoader(
          members: text.members, convolutions: convolutions / text.members,
          tokenizer: model.tokenizer, maximumWords: writer.reading?.limit
        ).text)
      features.append("text_features(tensors, folder, text)")
    }
    sections.append(try PythonLoader.decoder(steps, features))
    let answers = AnswerLoader(model)
    if let answers { sections.append(answers.text) }
    let calibration = CalibrationLoader(model)
    if let calibration { sections.append(calibration.text) }
    sections.append(
      PythonLoader.main(
        readsTexts: model.text != nil, tells: answers != nil,
        calibration: model.calibration?.sentence))
    text = sections.joined(separator: "\n\n") + "\n"
  }

  private static func imageLoader(_ model: TrainedModel, _ registry: EncoderRegistry) throws
    -> ImageLoader?
  {
    guard let image = model.image else { return nil }
    let description = try registry.imageEncoder(image.encoder, at: image.place).description
    guard let details = description.image, let library = details.library else {
      throw refusal("\(image.encoder), which neither torchvision nor timm has")
    }
    if image.lora != nil { throw refusal("adapters (\"lora\")") }
    try checkOptions(image, description, library)
    let size = image.preprocessing.size
    if let side = details.librarySide, size % side != 0 {
      throw refusal(
        "images of \(size) pixels: of sizes that \(side) does not divide \(library.rawValue)'s"
          + " \(image.encoder) gives something else")
    }
    return ImageLoader(
      branch: image, library: library, classifier: details.classifier,
      isMadeForSize: details.librarySide != nil
        || model.classifier.store.parameters.contains { $0.key.hasSuffix(".pos_embed") })
  }

  private static func packages(_ library: ImageDetails.Library?) -> [String] {
    ["torch"] + (library.map { [$0.rawValue] } ?? []) + ["safetensors"]
      + (library == nil ? [] : ["pillow"])
  }

  private static func head(_ model: TrainedModel, _ library: ImageDetails.Library?) -> String {
    let imports =
      library.map { "import \($0.rawValue)\nfrom PIL import Image, ImageOps\n" } ?? ""
    let inputs = [
      model.image.map { _ in "--image FILE" },
      model.text.map { _ in "--text TEXT (or --text-file FILE)" },
    ].compactMap { $0 }.joined(separator: " ")
    let packages = PythonLoader.packages(library).joined(separator: ", ")
    return """
      \"\"\"Gives the logits of a model trained with EncoderZoo, as `zoo predict` does.

          python \(fileName) \(inputs) [--folder MODEL]

      Without inputs: compares the golden logits of a bundle. Needs \(packages).
      Labels: \(PythonLoader.list(model.labels)). No medical device.
      \"\"\"
      import argparse
      import json
      import pathlib
      \(model.text == nil ? "" : "import os\nimport re\nimport unicodedata\n")
      import torch
      \(imports)from safetensors.torch import load_file
      from torch.nn import functional as F
      """
  }

  /// Names without what would end the text they stand in.
  private static func list(_ labels: [String]) -> String {
    labels.json.text(pretty: false)
      .replacing("\\", with: "\\\\").replacing("\"\"\"", with: "")
  }

  /// The lines that read a report from a file, and refuse a path in place of a report.
  private static let textFile = """
        parser.add_argument("--text-file", help="a UTF-8 file that holds the report")
        given = parser.parse_args()
        if given.text_file is not None:
            given.text = pathlib.Path(given.text_file).read_text(encoding="utf-8-sig")
        elif given.text and os.path.exists(given.text):
            parser.error("--text takes the report itself; for a file write --text-file")

    """

  private static func decoder(_ steps: [Trace.Step], _ features: [String]) throws -> String {
    let joined =
      features.count == 1 ? features[0] : "torch.cat([\(features.joined(separator: ", "))], 1)"
    let last = steps.suffix(5)
    var lines = [
      "def logits(folder, image=None, text=None):",
      "    tensors = load_file(pathlib.Path(folder) / \"model.safetensors\")",
      "    with torch.no_grad():",
      "        x = \(joined)",
    ]
    guard case .linear(let output, _)? = last.last?.operation, output.key == "head.output.weight"
    else { throw refusal("the head") }
    var layers: [String] = []
    if last.map(\.operation.name)
      == ["batchNormalization", "linear", "relu", "batchNormalization", "linear"]
    {
      for (step, key) in zip(last, ["norm1", "hidden", "", "norm2"]) {
        switch step.operation {
        case .normalization(let norm, false) where norm.scale.key == "head.\(key).weight":
          layers.append(
            """
            x = F.batch_norm(x, *(tensors["head.\(key)." + k] for k in ("running_mean", "running_var", \
            "weight", "bias")), eps=\(norm.epsilon))
            """)
        case .linear(let weights, _) where weights.key == "head.\(key).weight":
          layers.append(
            "x = F.relu(F.linear(x, tensors[\"\(weights.key)\"], tensors[\"head.\(key).bias\"]))")
        case .relu: break
        default: throw refusal("the head")
        }
      }
    } else if steps.count > 1, let before = last.dropLast().last,
      ![
        "concatenate", "globalAveragePool", "relu", "convolutionMaxOverTime", "multiply",
        "layerNormalization", "meanOverRows", "reshape",
      ].contains(before.operation.name)
    {
      throw refusal("the head")
    }
    lines += layers.map { "        \($0)" }
    lines += [
      "        return F.linear(x, tensors[\"head.output.weight\"], tensors[\"head.output.bias\"])[0].tolist()"
    ]
    return "\n" + lines.joined(separator: "\n")
  }

  private static func main(readsTexts: Bool, tells: Bool, calibration: String?) -> String {
    let call = "logits(given.folder, given.image, given.text)"
    let calls =
      (tells ? ["tell(found)"] : [])
      + (calibration.map { ["print(\"calibrated (\($0)):\", calibrated(found))"] } ?? [])
    let told =
      calls.isEmpty
      ? "print(\(call))"
      : (["found = \(call)", "print(found)"] + calls).joined(separator: "\n        ")
    return """

      def golden(folder):
          for case in json.loads((pathlib.Path(folder) / "golden.json").read_text(encoding="utf-8"))["cases"]:
              image = case.get("image") and pathlib.Path(folder) / case["image"]
              found = logits(folder, image, case.get("text"))
              apart = max(abs(a - b) / max(1, abs(b)) for a, b in zip(found, case["logits"], strict=True))
              print(f"{found}, expected {case['logits']}: {apart:.1e} apart")
              if not apart <= 1e-4:
                  raise SystemExit("the golden logits are not reproduced")


      if __name__ == "__main__":
          parser = argparse.ArgumentParser()
          parser.add_argument("--folder", default=pathlib.Path(__file__).parent)
          parser.add_argument("--image")
          parser.add_argument("--text", help="the report itself")
      \(readsTexts ? textFile : "    given = parser.parse_args()\n")    if given.image is None and given.text is None:
              golden(given.folder)
          else:
              \(told)
      """
  }
}
