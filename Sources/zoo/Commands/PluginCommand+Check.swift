import Basics
import Conformance
import EncoderKit
import Foundation
import Registry
import Tensors

extension ZooCommand {
  private static let checkOptions: [Option] = [
    .value("encoder", "NAME", "An encoder of the registry or of an installed plugin."),
    .value("head", "NAME", "A fusion head of the registry or of an installed plugin."),
    .value("options", "JSON", default: "{}", "Its options."),
    .value("size", "PIXELS", "The size of images in most checks; else the smallest that is taken."),
    .value("vectors", "FILE", "Word vectors, for an encoder of texts that needs them."),
    .value(
      "tokenizer", "FOLDER",
      "The files of an encoder of texts with a tokenizer of its own; else a small one."),
    .value(
      "reference", "FILE",
      "Inputs, features and weights from elsewhere (safetensors), with which the features are compared."
    ),
  ]

  static let checkPlugin = Command(
    name: "check", summary: "Check that a plugin's encoders and fusion heads keep their promises.",
    discussion:
      "Shapes, gradients (also against differences), determinism, independence of the batch, "
      + "freezing, keys, memory and more; each check says what it found. A plugin's folder needs to be "
      + "built; without one, --encoder or --head names what studies can name. Checks run in a process of "
      + "their own: one that traps has failed, and the others go on.\n\n"
      + "--record keeps the features of random weights in golden.json beside plugin.json; later "
      + "checks compare with them.",
    examples: [
      ("zoo plugin check MyNet", "all that the plugin in the folder MyNet brings"),
      ("zoo plugin check --encoder resnet18", "one of the program's own"),
      ("zoo plugin check --head gated", "a fusion head"),
    ],
    options: checkOptions + [
      .flag("record", "Keep the features that golden.json is compared with."),
      .flag("json", "Write JSON."),
    ],
    arguments: [Argument("DIR", "The plugin's folder, which holds plugin.json.", isOptional: true)]
  ) { arguments in
    let kernels = try kernels(arguments)
    let quiet = arguments.flag("quiet")
    let settings = try conformanceSettings(arguments)
    let subjects = try subjects(arguments)
    if arguments.flag("record") {
      guard let path = settings.golden else { throw arguments.error("--record needs DIR") }
      try record(subjects, EncoderConformance(settings, kernels: kernels) { _ in }, to: path)
    }
    let given = [
      "encoder", "head", "options", "size", "vectors", "tokenizer", "reference", "threads",
      "kernels",
    ]
    .flatMap { name in arguments.optionalString(name).map { ["--\(name)", $0] } ?? [] }
    let reports = try subjects.map { subject in
      let named = given + ["--part", subject.name]
      return try CheckTrial(
        arguments: named + (arguments.optionalArgument("DIR").map { ["--", $0] } ?? [])
      ) { if !quiet { warn("checking \($0.rawValue)") } }.report(subject.name)
    }
    if arguments.flag("json") {
      print(JSONValue(.array(reports.map(json))).text())
    } else {
      for report in reports { print(([report.name] + report.lines).joined(separator: "\n  ")) }
    }
    let failed = reports.filter { !$0.passed }.map(\.name)
    guard failed.isEmpty else {
      throw ZooError(.conflict, "\(failed.joined(separator: ", ")) failed a check")
    }
  }

  static let examine = Command(
    name: "examine",
    summary: "Run checks in this process and write what each finds, a line of JSON each.",
    discussion:
      "The program calls this in a process of its own when it checks a plugin: a check that traps takes "
      + "nothing else with it.",
    options: checkOptions + [
      .value("part", "NAME", "Which of what the folder brings."),
      .value("checks", "LIST", "The checks, by their names, with commas between them."),
    ],
    arguments: [Argument("DIR", "The plugin's folder, which holds plugin.json.", isOptional: true)]
  ) { arguments in
    let kernels = try kernels(arguments)
    var settings = try conformanceSettings(arguments)
    if let list = arguments.optionalString("checks") {
      settings.kinds = list.split(separator: ",").compactMap {
        ConformanceCheck.Kind(rawValue: String($0))
      }
    }
    func write(_ value: JSONValue) {
      let line = "\(CheckTrial.mark)\(value.text(pretty: false))\n"
      try? FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }
    let conformance = EncoderConformance(
      settings, kernels: kernels, onEnd: { write($0.json) },
      onStart: { write(["begins": $0.rawValue.json]) })
    let part = arguments.optionalString("part")
    for subject in try subjects(arguments) where part == nil || subject.name == part {
      _ = try subject.check(conformance)
    }
  }

  private static func conformanceSettings(_ arguments: ParsedArguments) throws
    -> ConformanceSettings
  {
    var settings = ConformanceSettings(
      options: try JSONValue.parse(Data(arguments.string("options").utf8), path: "--options"),
      size: try arguments.integer("size", in: 8...2048),
      vectors: arguments.optionalString("vectors"),
      tokenizer: arguments.optionalString("tokenizer"))
    settings.reference = arguments.optionalString("reference")
    settings.golden = arguments.optionalArgument("DIR").map { "\($0)/golden.json" }
    return settings
  }

  /// What a command line names.
  private static func subjects(_ arguments: ParsedArguments) throws -> [Checked] {
    let named = (arguments.optionalString("encoder"), arguments.optionalString("head"))
    switch (arguments.optionalArgument("DIR"), named) {
    case (let folder?, (nil, nil)): return try parts(ofFolder: folder)
    case (nil, (let name?, nil)): return [.encoder(try encoder(name, registry()))]
    case (nil, (nil, let name?)): return [.head(try registry().fusionHead(name))]
    default: throw arguments.error("expected either DIR, --encoder NAME or --head NAME")
    }
  }

  static let table = Command(
    name: "table", summary: "Measure encoders and write their table as Markdown.",
    discussion:
      "Parameters, multiply-adds, speed and memory of every encoder that studies can name. Times are "
      + "this machine's; run it when nothing else runs.",
    examples: [("zoo plugin table --output encoders.md", "every encoder; takes minutes")],
    options: [
      .value("output", "FILE", "Where it is written; else standard output."),
      .value("encoder", "NAME", isRepeatable: true, "Only these encoders."),
      .value("vectors", "FILE", "Word vectors, for encoders of texts that need them."),
    ]
  ) { arguments in
    let kernels = try kernels(arguments)
    let registry = try registry()
    let wanted = arguments.values("encoder")
    let names = wanted.isEmpty ? registry.catalogue.encoders.map(\.name) : wanted
    let progress = progress(arguments)
    let settings = ConformanceSettings(vectors: arguments.optionalString("vectors"))
    var rows: [CostRow] = []
    progress.begin("measuring", total: names.count)
    for name in names {
      try Interruption.check()
      progress.advance(note: name)
      // Kernels of its own: scratch memory that an encoder before it needed would count as its.
      let conformance = EncoderConformance(settings, kernels: try ZooCommand.kernels(arguments)) {
        _ in
      }
      rows.append(try CostRow(encoder(name, registry), conformance))
    }
    progress.end()
    let text = CostRow.page(rows, kernels: kernels)
    guard let output = arguments.optionalString("output") else {
      print(text)
      return
    }
    try AtomicFile.write(text, to: output)
    print("wrote \(output)")
  }

  /// An encoder of either modality.
  enum Encoder {
    case image(any ImageEncoderEntry)
    case text(any TextEncoderEntry)

    var description: EncoderDescription {
      switch self {
      case .image(let entry): entry.description
      case .text(let entry): entry.description
      }
    }
  }

  /// What is checked.
  private enum Checked {
    case encoder(Encoder)
    case head(any FusionHeadEntry)

    var name: String {
      switch self {
      case .encoder(let encoder): encoder.description.name
      case .head(let entry): entry.description.name
      }
    }

    func check(_ conformance: EncoderConformance) throws -> ConformanceReport {
      switch self {
      case .encoder(.image(let entry)): try conformance.check(entry)
      case .encoder(.text(let entry)): try conformance.check(entry)
      case .head(let entry): try conformance.check(entry)
      }
    }

    func activations(_ conformance: EncoderConformance) throws -> [Float] {
      switch self {
      case .encoder(.image(let entry)): try conformance.activations(entry)
      case .encoder(.text(let entry)): try conformance.activations(entry)
      case .head(let entry): try conformance.activations(entry)
      }
    }
  }

  private static func encoder(_ name: String, _ registry: EncoderRegistry) throws -> Encoder {
    switch try registry.description(of: name).modality {
    case .image: .image(try registry.imageEncoder(name, at: Place()))
    case .text: .text(try registry.textEncoder(name, at: Place()))
    }
  }

  /// All that a built plugin brings; the plugin is tried in a child process first.
  private static func parts(ofFolder folder: String) throws -> [Checked] {
    let built = try PluginBuilder.built(PluginManifest(folder: folder))
    let plugin = try PluginLoader().plugin(built)
    return plugin.imageEncoders.map { .encoder(.image($0)) }
      + plugin.textEncoders.map { .encoder(.text($0)) } + plugin.fusionHeads.map { .head($0) }
  }

  private static func record(
    _ subjects: [Checked], _ conformance: EncoderConformance, to path: String
  ) throws {
    let members = try subjects.map { subject -> (key: String, value: JSONValue) in
      let values = try subject.activations(conformance)
      return (
        subject.name, JSONValue(.array(values.map { Double($0).json }))
      )
    }
    try AtomicFile.write(JSONValue(.object(members)).text() + "\n", to: path)
  }

  private static func json(_ report: ConformanceReport) -> JSONValue {
    [
      "name": report.name.json, "passed": report.passed.json,
      "checks": report.checks.map(\.json).json,
    ]
  }
}
