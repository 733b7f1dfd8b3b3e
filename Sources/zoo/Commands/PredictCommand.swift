import Basics
import Foundation
import Studies

extension ZooCommand {
  static let predict = Command(
    name: "predict", summary: "Predict with a trained model.",
    discussion:
      "A model of both modalities needs both, unless its fusion has stand-ins for what is missing. "
      + "This is no diagnosis.",
    examples: [
      ("zoo predict model --image chest.png --text \"The lungs are clear.\"", "one case"),
      ("zoo predict phantom-words --text \"Large effusion.\"", "a bundle by its name"),
      ("zoo predict run/cells/r1f1/word2vec/model --text \"Large effusion.\" --json", "as JSON"),
    ],
    options: [
      .value("image", "FILE", "A PNG or JPEG file."), .value("text", "STRING", "A report's text."),
      .flag("json", "Write JSON."), bits, precision,
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let (kernels, registry) = (try chosenKernels(arguments), try registry())
    let predictor = try Predictor(
      folder: modelFolder(arguments.argument("MODEL"), registry), registry: registry,
      kernels: kernels, bits: bits(arguments), progress: progress(arguments))
    let prediction = try predictor.predict(
      image: arguments.optionalString("image"), text: arguments.optionalString("text"))
    print(
      arguments.flag("json")
        ? prediction.json.text() : prediction.lines.joined(separator: "\n"))
  }
}
