import Basics
import Conformance
import EncoderKit
import Foundation
import Registry
import Tensors

extension ZooCommand {
  static let checkPlugin = Command(
    name: "check", summary: "Check that a plugin's encoders keep their promises.",
    discussion:
      "Shapes, gradients (also against differences), determinism, independence of the batch, "
      + "freezing, keys, memory and more; each check says what it found. A plugin's folder needs to be "
      + "built; without one, --encoder names an encoder that studies can name.\n\n"
      + "--record keeps the features of drawn weights in golden.json beside plugin.json; later "
      + "checks compare with them.",
    examples: [
      ("zoo plugin check MyNet", "all encoders of the folder MyNet"),
      ("zoo plugin check --encoder resnet18", "one of the program's own"),
    ],
    options: [
      .value("encoder", "NAME", "An encoder of the registry or of an installed plugin."),
      .value("options", "JSON", default: "{}", "The encoder's options."),
      .value(
        "size", "PIXELS", "The size of most checks; else the smallest that the encoder takes."),
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
    let subjects: [Encoder]
    switch (arguments.optionalArgument("DIR"), arguments.optionalString("encoder")) {
    case (let folder?, nil):
      settings.golden = "\(folder)/golden.json"
      subjects = try encoders(ofFolder: folder)
    case (nil, let name?): subjects = [try encoder(name, registry())]
    default: throw arguments.error("expected either DIR or --encoder NAME")
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
      for report in reports { print(([report.encoder] + report.lines).joined(separator: "\n  ")) }
    }
    let failed = reports.filter { !$0.passed }.map(\.encoder)
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
    let conformance = EncoderConformance(
      ConformanceSettings(vectors: arguments.optionalString("vectors")), kernels: kernels
    ) { _ in }
    var rows: [CostRow] = []
    progress.begin("measuring", total: names.count)
    for name in names {
      try Interruption.check()
      progress.advance(note: name)
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

    func check(_ conformance: EncoderConformance) throws -> ConformanceReport {
      switch self {
      case .image(let entry): try conformance.check(entry)
      case .text(let entry): try conformance.check(entry)
      }
    }

    func activations(_ conformance: EncoderConformance) throws -> [Float] {
      switch self {
      case .image(let entry): try conformance.activations(entry)
      case .text(let entry): try conformance.activations(entry)
      }
    }
  }

  private static func encoder(_ name: String, _ registry: EncoderRegistry) throws -> Encoder {
    switch try registry.description(of: name).modality {
    case .image: .image(try registry.imageEncoder(name, at: Place()))
    case .text: .text(try registry.textEncoder(name, at: Place()))
    }
  }

  /// The encoders of a built plugin, tried in a child process first.
  private static func encoders(ofFolder folder: String) throws -> [Encoder] {
    let built = try PluginBuilder.built(PluginManifest(folder: folder))
    let plugin = try PluginLoader().plugin(built)
    return plugin.imageEncoders.map { .image($0) } + plugin.textEncoders.map { .text($0) }
  }

  private static func record(
    _ subjects: [Encoder], _ conformance: EncoderConformance, to path: String
  ) throws {
    let members = try subjects.map { subject -> (key: String, value: JSONValue) in
      let values = try subject.activations(conformance)
      return (
        subject.description.name, JSONValue(.array(values.map { JSONValue(.number(Double($0))) }))
      )
    }
    try AtomicFile.write(JSONValue(.object(members)).text() + "\n", to: path)
  }

  private static func json(_ report: ConformanceReport) -> JSONValue {
    [
      "encoder": JSONValue(.string(report.encoder)), "passed": JSONValue(.boolean(report.passed)),
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
