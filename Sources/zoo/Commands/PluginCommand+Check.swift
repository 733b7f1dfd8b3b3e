import Basics
import Conformance
import EncoderKit
import Foundation
import Registry
import Tensors

extension ZooCommand {
  static let checkPlugin = Command(
    name: "check", summary: "Check that a plugin's encoders and fusion heads keep their promises.",
    discussion:
      "Shapes, gradients (also against differences), determinism, independence of the batch, "
      + "freezing, keys, memory and more; each check says what it found. A plugin's folder needs to be "
      + "built; without one, --encoder or --head names what studies can name.\n\n"
      + "--record keeps the features of drawn weights in golden.json beside plugin.json; later "
      + "checks compare with them.",
    examples: [
      ("zoo plugin check MyNet", "all that the plugin in the folder MyNet brings"),
      ("zoo plugin check --encoder resnet18", "one of the program's own"),
      ("zoo plugin check --head gated", "a fusion head"),
    ],
    options: [
      .value("encoder", "NAME", "An encoder of the registry or of an installed plugin."),
      .value("head", "NAME", "A fusion head of the registry or of an installed plugin."),
      .value("options", "JSON", default: "{}", "Its options."),
      .value(
        "size", "PIXELS", "The size of images in most checks; else the smallest that is taken."),
      .value("vectors", "FILE", "Word vectors, for an encoder of texts that needs them."),
      .flag("record", "Keep the features that golden.json is compared with."),
      .flag("json", "Write JSON."),
    ],
    arguments: [Argument("DIR", "The plugin's folder, which holds plugin.json.", isOptional: true)]
  ) { arguments in
    let kernels = try kernels(arguments)
    let quiet = arguments.flag("quiet")
    var settings = ConformanceSettings(
      options: try JSONValue.parse(Data(arguments.string("options").utf8), path: "--options"),
      size: try arguments.integer("size", in: 8...2048),
      vectors: arguments.optionalString("vectors"))
    let subjects: [Checked]
    let named = (arguments.optionalString("encoder"), arguments.optionalString("head"))
    switch (arguments.optionalArgument("DIR"), named) {
    case (let folder?, (nil, nil)):
      settings.golden = "\(folder)/golden.json"
      subjects = try parts(ofFolder: folder)
    case (nil, (let name?, nil)): subjects = [.encoder(try encoder(name, registry()))]
    case (nil, (nil, let name?)): subjects = [.head(try registry().fusionHead(name))]
    default: throw arguments.error("expected either DIR, --encoder NAME or --head NAME")
    }
    let conformance = EncoderConformance(settings, kernels: kernels) { kind in
      // Whoever reads after a trap knows what trapped.
      if !quiet { warn("checking \(kind.rawValue)") }
    }
    if arguments.flag("record") {
      guard let path = settings.golden else { throw arguments.error("--record needs DIR") }
      try record(subjects, conformance, to: path)
    }
    let reports = try subjects.map { try $0.check(conformance) }
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
        subject.name, JSONValue(.array(values.map { JSONValue(.number(Double($0))) }))
      )
    }
    try AtomicFile.write(JSONValue(.object(members)).text() + "\n", to: path)
  }

  private static func json(_ report: ConformanceReport) -> JSONValue {
    [
      "name": JSONValue(.string(report.name)), "passed": JSONValue(.boolean(report.passed)),
      "checks": JSONValue(
        .array(
          report.checks.map { check in
            [
              "check": JSONValue(.string(check.kind.rawValue)),
              "outcome": JSONValue(.string(check.outcome.rawValue)),
              "found": JSONValue(.string(check.found)),
              "expected": JSONValue(.string(check.expected)),
            ]
          })),
    ]
  }
}
