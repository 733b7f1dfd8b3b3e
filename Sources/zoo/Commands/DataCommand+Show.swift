import Basics
import DICOM
import EncoderZoo
import Images

extension ZooCommand {
  static let dataShow = Command(
    name: "show", summary: "Tell what is in a picture's file, and what is made of it.",
    discussion:
      "For DICOM files: what they say of the picture and the machine, which values become black and "
      + "white, and what is guessed or left out. Who the patient is stands there only with --identifiers. "
      + "--output writes the picture as an encoder is given it, before it is brought to size.",
    examples: [
      ("zoo data show chest.dcm", "what it says"),
      ("zoo data show chest.dcm --output chest.png", "the picture, in 16 bits"),
      ("zoo data show ct.dcm --frame middle --window 40,400 --output ct.png", "a frame, a window"),
    ],
    options: [
      .value("output", "FILE", "A PNG file that the picture is written to."),
      .value(
        "window", "WINDOW", default: "file",
        "Of DICOM files: file, minmax, percentiles, or centre and width, such as 40,400."),
      .value("frame", "N", "Of several frames: first, middle or a number from 1."),
      .flag("identifiers", "Show the patient, dates, numbers and places, too."),
    ],
    arguments: [Argument("FILE", "A PNG, JPEG or DICOM file.")]
  ) { arguments in
    let path = arguments.argument("FILE")
    let reading = try dicomReading(arguments)
    if DICOMSignature.isOf(path: path) {
      try showElements(path, withIdentifiers: arguments.flag("identifiers"))
    } else if reading != DICOMReading() {
      progress(arguments).note("--window and --frame are for DICOM files; this is none")
    }
    let (image, facts) = try PixelImage.read(path: path, dicom: reading)
    print(
      "picture: \(image.width) x \(image.height) pixels, \(image.channels == 1 ? "grey" : "colour"), "
        + "\(image.depth) bits, values \(facts.least) to \(facts.largest)")
    if let text = facts.dicom.map({ windowText($0.window, reading.window) }) {
      print("black and white: \(text)")
    }
    let progress = progress(arguments)
    var census = PictureCensus()
    census.add(path, facts)
    for note in census.notes(bits: census.bits, .file) { progress.note(note) }
    if let output = arguments.optionalString("output") {
      try image.savePNG(path: output)
      print("wrote \(output)")
    }
  }

  private static func showElements(_ path: String, withIdentifiers: Bool) throws {
    let file = try DICOMDescription(path: path)
    print("\(path): DICOM, \(file.transferSyntax)")
    for row in file.plain { print("  \(row.name): \(row.value)") }
    if withIdentifiers {
      for row in file.identifying { print("  \(row.name): \(row.value)") }
    } else if !file.identifying.isEmpty {
      print(
        "  \(file.identifying.count) elements on patient, dates and places are filled and not shown "
          + "(--identifiers)")
    }
  }

  private static func windowText(_ window: DICOMFacts.Window, _ choice: WindowChoice) -> String {
    switch window {
    case .file: "the file's first VOI table or window"
    case .asked: "as asked for, \(choice.json.text(pretty: false))"
    case .missing: "the smallest and largest value, since the file has no window"
    case .unusable(let reason):
      "the smallest and largest value, since the file's window can't be used: \(reason)"
    case .colour: "colours are as they are"
    }
  }

  /// What `--window` and `--frame` ask for.
  static func dicomReading(_ arguments: ParsedArguments) throws -> DICOMReading {
    try DICOMReading(
      window: window(arguments),
      frame: arguments.optionalString("frame").map {
        try FrameChoice(name: $0, at: Place(key: "--frame"))
      } ?? .only)
  }

  /// What `--window` asks for.
  private static func window(_ arguments: ParsedArguments) throws -> WindowChoice {
    let text = arguments.optionalString("window") ?? "file"
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.count == 2, let centre = numbers[0], let width = numbers[1] else {
      return try WindowChoice(JSONValue(.string(text), at: Place(key: "--window")))
    }
    return try WindowChoice(
      JSONValue(
        .object([("centre", centre.json), ("width", width.json)]), at: Place(key: "--window")))
  }
}
