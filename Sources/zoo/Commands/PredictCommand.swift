import Basics
import EncoderZoo
import Foundation
import Studies

extension ZooCommand {
  static let predict = Command(
    name: "predict", summary: "Predict with a trained model.",
    discussion:
      "A multimodal model needs image and text, unless it was trained with \"missing\": \"learned\". "
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
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let model = try model(arguments.argument("MODEL"), in: zoo, bits: bits(arguments))
    let prediction = try model.predict(
      image: arguments.optionalString("image"), text: text)
    let progress = progress(arguments)
    for note in prediction.notes { progress.note(note) }
    print(
      arguments.flag("json")
        ? prediction.found.json.text() : prediction.found.lines.joined(separator: "\n"))
  }
}
