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
      ("zoo predict phantom-words --text-file report.txt", "the report is in a file"),
      ("zoo predict run/cells/r1f1/word2vec/model --text \"Large effusion.\" --json", "as JSON"),
    ],
    options: [
      .value("image", "FILE", "A PNG or JPEG file.")
    ] + textOptions + [.flag("json", "Write JSON."), bits, precision],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let text = try givenText(arguments)
    let (kernels, registry) = (try chosenKernels(arguments), try registry())
    let predictor = try Predictor(
      folder: modelFolder(arguments.argument("MODEL"), registry), registry: registry,
      kernels: kernels, bits: bits(arguments), progress: progress(arguments))
    let prediction = try predictor.predict(
      image: arguments.optionalString("image"), text: text)
    let progress = progress(arguments)
    for note in prediction.notes { progress.note(note) }
    print(
      arguments.flag("json")
        ? prediction.json.text() : prediction.lines.joined(separator: "\n"))
  }
}
