import Basics
import Datasets
import Explanation
import Foundation
import Registry

extension ZooCommand {
  static let detect = Command(
    name: "detect", summary: "Score a model's circles against lesions whose boxes are known.",
    discussion:
      "Looks at every image that the table has a box of, over a sweep of sight sensitivities, and "
      + "tells by IoBB, IoU and the pointing game how often circles find the lesions, beside the same "
      + "circles at random places. The table is ChestX-ray14's BBox_List_2017.csv (in 1024-pixel "
      + "coordinates, whatever the size of the copy) or one of image,kind,x,y,width,height. A model of "
      + "many findings is asked for the finding of each box. Writes detection.html, detection.csv, "
      + "circles.csv and detection.json. This is no diagnosis.",
    examples: [
      (
        "zoo detect cxr --boxes BBox_List_2017.csv --images images --output found",
        "a model of ChestX-ray14's findings"
      ),
      (
        "zoo detect demo/phantom --combination densenet --study Examples/phantom.json "
          + "--boxes demo/sample/boxes.csv --output found",
        "a comparison: every image by the model of the split that tests on it"
      ),
    ],
    options: [
      .value("boxes", "FILE", isRequired: true, "A table of boxes."),
      .value(
        "box-form", choices: BoxFormat.Form.allCases.map(\.rawValue),
        "What a box's numbers are: a corner or the middle with width and height, or two corners."),
      .value(
        "box-units", choices: BoxFormat.Units.allCases.map(\.rawValue),
        "Whether they are pixels of the image, or shares of its width and height."),
      .flag("skip-empty-boxes", "Pass over rows without a box, and count them."),
      .value("images", "DIR", "Where the table's images are; else its own folder."),
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
    ] + mapOptions + [
      .value(
        "sensitivity", "S", isRepeatable: true,
        "A sight sensitivity to try; else \(DetectionSettings.sweep.count) from 0 to 0.98.")
    ] + caseOptions + [
      .flag(
        "without-boxes", "With --study: look at images without boxes, too, as false positives."),
      .value("draws", "N", default: "100", "Draws of the random control, an image."),
      .value("resamples", "N", default: "2000", "Resamples of the bootstrap."),
      .value("seed", "N", default: "1", "Same seed, same control and intervals."),
    ],
    arguments: [Argument("MODEL", "A model's folder; with --study also a comparison's.")]
  ) { arguments in
    let settings = try detectionSettings(arguments)
    let output = try arguments.string("output")
    try OutputFolder.check(output)
    let progress = progress(arguments)
    let kernels = try kernels(arguments)
    let registry = try registry()
    let model = try modelOrRun(arguments.argument("MODEL"), registry)
    let table = try arguments.string("boxes")
    let boxes = try BoxTable(path: table, format: boxFormat(arguments))
    for note in boxes.notes { progress.note(note) }
    let selection: CaseSelection
    if arguments.optionalString("study") != nil {
      if arguments.optionalString("images") != nil {
        throw arguments.error("--images and --study both name the images; leave out one of them")
      }
      selection = try caseSelection(arguments, model: model, registry: registry, skipsBad: false)
    } else {
      for name in ["data", "combination"] where arguments.optionalString(name) != nil {
        throw arguments.error("--\(name) goes with --study")
      }
      if settings.looksAtImagesWithoutBoxes {
        throw arguments.error("--without-boxes goes with --study")
      }
      let folder =
        arguments.optionalString("images") ?? parentFolder(of: table)
      selection = try CaseSelection(
        model: model, cases: boxes.cases(in: folder.isEmpty ? "." : folder),
        description: "images of \(BoxTable.fileName(table))")
    }
    let detection = try DetectionRun(
      model: model, selection: selection, boxes: boxes, settings: settings, registry: registry,
      kernels: kernels, progress: progress
    ).run()
    try detection.write(to: output)
    print(
      (detection.warnings.filter { !progress.notes.contains($0) } + detection.lines).joined(
        separator: "\n"))
    print("wrote \(output)/detection.html. This is no diagnosis.")
  }

  private static func boxFormat(_ arguments: ParsedArguments) -> BoxFormat {
    BoxFormat(
      form: arguments.optionalString("box-form").flatMap { BoxFormat.Form(rawValue: $0) },
      units: arguments.optionalString("box-units").flatMap { BoxFormat.Units(rawValue: $0) },
      skipsEmpty: arguments.flag("skip-empty-boxes"))
  }

  private static func detectionSettings(_ arguments: ParsedArguments) throws -> DetectionSettings {
    var settings = DetectionSettings()
    settings.explanation = try explanationSettings(arguments, refines: false)
    let asked = arguments.values("sensitivity")
    if !asked.isEmpty {
      settings.sensitivities = Array(
        Set(try asked.map { try sensitivity($0, arguments) })
      ).sorted()
    }
    settings.looksAtImagesWithoutBoxes = arguments.flag("without-boxes")
    settings.controlDraws = try arguments.integer("draws", in: 1...10_000) ?? 100
    settings.resamples = try arguments.integer("resamples", in: 1...1_000_000) ?? 2000
    settings.seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
    return settings
  }
}
