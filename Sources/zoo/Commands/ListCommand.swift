import Basics
import Conformance
import Downloads
import EncoderKit
import Foundation
import Registry

extension ZooCommand {
  static let list = Command(
    name: "list", summary: "List the encoders and fusion heads of the registry.",
    discussion:
      "Encoders by name, input, family (the plugin they come from) and the year of their paper. PATTERN chooses by "
      + "name or family; * stands for any letters. --costs measures what each costs here, without options: run "
      + "it when nothing else runs.",
    examples: [
      ("zoo list", "every encoder and head"), ("zoo list 'vit*'", "those whose name begins so"),
      ("zoo list densenet121 --costs", "its size, work and speed on this machine"),
      ("zoo list --weights", "every weight set"),
      ("zoo list --modality image --json", "for another program"),
    ],
    options: [
      .value("modality", choices: ["image", "text"], "Only encoders of this kind of input."),
      .flag("weights", "List the published weights and word vectors, and which are in the cache."),
      .flag("costs", "Measure parameters, multiply-adds and speed; seconds for each encoder."),
      .flag("json", "Write JSON."),
    ], arguments: [Argument("PATTERN", "Names or families, such as 'vit*'.", isOptional: true)]
  ) { arguments in
    let registry = try registry()
    let pattern = arguments.optionalArgument("PATTERN")
    if arguments.flag("weights") {
      guard pattern == nil, !arguments.flag("costs") else {
        throw arguments.error("--weights takes neither PATTERN nor --costs")
      }
      try listWeights(registry.catalogue, asJSON: arguments.flag("json"))
      return
    }
    let wanted = arguments.optionalString("modality")
    func isMeant(_ name: String, _ family: String) -> Bool {
      pattern.map { matches(name, $0) || matches(family, $0) } ?? true
    }
    let encoders = registry.catalogue.encoders.filter {
      (wanted == nil || $0.modality.rawValue == wanted) && isMeant($0.name, $0.plugin)
    }
    let described = try encoders.compactMap { encoder in
      try reachable(encoder.name, isOutside: encoder.installed != nil) {
        ListedEncoder(try registry.description(of: encoder.name), family: encoder.plugin)
      }
    }
    let heads = try registry.catalogue.fusionHeads.filter {
      wanted == nil && isMeant($0.name, $0.plugin)
    }.compactMap { head in
      try reachable(head.name, isOutside: head.installed != nil) {
        try registry.fusionHead(head.name).description
      }
    }
    if let pattern, described.isEmpty, heads.isEmpty {
      throw ZooError(
        .notFound,
        "no encoder or head is called \"\(pattern)\"; "
          + suggestion(
            for: pattern,
            among: registry.catalogue.encoders.map(\.name)
              + registry.catalogue.fusionHeads.map(\.name)))
    }
    let rows = try arguments.flag("costs") ? measured(described, arguments) : described
    if arguments.flag("json") {
      let value: JSONValue = [
        "encoders": JSONValue(.array(rows.map(\.json))),
        "fusionHeads": JSONValue(.array(heads.map { json($0) })),
      ]
      print(value.text())
      return
    }
    let width = (rows.map(\.name) + heads.map(\.name)).map(\.count).max() ?? 0
    let family = max(6, rows.map(\.family.count).max() ?? 0)
    for encoder in rows { print(encoder.line(width, family)) }
    for head in heads {
      print("\(pad(head.name, width))  fusion  \(pad("", family))        \(head.summary)")
    }
  }

  /// Whether a name is of a pattern of `*`, `?` and `[…]`.
  private static func matches(_ name: String, _ pattern: String) -> Bool {
    fnmatch(pattern, name, 0) == 0
  }

  /// The same with what each encoder costs on this machine.
  private static func measured(_ encoders: [ListedEncoder], _ arguments: ParsedArguments) throws
    -> [ListedEncoder]
  {
    let (registry, progress) = (try registry(), progress(arguments))
    progress.begin("measuring", total: encoders.count)
    defer { progress.end() }
    return try encoders.map { encoder in
      try Interruption.check()
      progress.advance(note: encoder.name)
      let conformance = EncoderConformance(
        ConformanceSettings(), kernels: try ZooCommand.kernels(arguments)
      ) { _ in }
      var encoder = encoder
      do {
        switch encoder.description.modality {
        case .image:
          encoder.costs = try conformance.costs(registry.imageEncoder(encoder.name, at: Place()))
        case .text:
          encoder.costs = try conformance.costs(registry.textEncoder(encoder.name, at: Place()))
        }
      } catch let error as ZooError { encoder.problem = error.message }
      return encoder
    }
  }

  static let show = Command(
    name: "show", summary: "Show what an encoder or a fusion head is and which options it takes.",
    examples: [
      ("zoo show densenet121", "its paper and options"),
      ("zoo show gated", "a fusion head's formula and options"),
    ],
    options: [.flag("json", "Write JSON.")],
    arguments: [Argument("NAME", "An encoder or a fusion head of the registry.")]
  ) { arguments in
    let name = arguments.argument("NAME")
    if try registry().headNames.contains(name) {
      let head = try registry().fusionHead(name).description
      print(arguments.flag("json") ? json(head).text() : text(head))
      return
    }
    let encoder = try registry().description(of: name)
    if arguments.flag("json") {
      print(json(encoder).text())
      return
    }
    print("\(encoder.name) (\(encoder.modality.rawValue))\n  \(encoder.summary)")
    print("  \(encoder.paper)\n  \(encoder.link)")
    if let licence = encoder.licence { print("  licence of the code: \(licence)") }
    if let image = encoder.image {
      print("  features: \(image.featureWidth); published for \(image.size) pixels")
      print("  stages, to freeze up to one: \(image.stages.joined(separator: ", "))")
      let sets = try registry().catalogue.weightSets.filter { $0.encoder == encoder.name }
      if !sets.isEmpty { print("  weights: \(sets.map(\.name).joined(separator: ", "))") }
    }
    print(text(encoder.options))
  }

  /// A description, or nil for what a plugin from outside can't give: whoever lists what there is need
  /// not suffer for one plugin.
  private static func reachable<Description>(
    _ name: String, isOutside: Bool, _ describe: () throws -> Description
  ) throws -> Description? {
    do { return try describe() } catch {
      guard isOutside else { throw error }
      warn("left out \(name): \(errorSentence(error))")
      return nil
    }
  }

  private static func text(_ options: [EncoderDescription.Option]) -> String {
    let width = options.map(\.name.count).max() ?? 0
    return
      (["options:"]
      + options.map { "  \(pad($0.name, width))  \($0.summary) (default \($0.fallback))" })
      .joined(separator: "\n")
  }

  private static func text(_ head: FusionHeadDescription) -> String {
    var lines = ["\(head.name) (fusion)", "  \(head.summary)", "  \(head.formula)"]
    lines += ["  \(head.paper)", "  \(head.link)"]
    if !head.reads.isEmpty {
      lines.append(
        "  reads besides: \(head.reads.map(\.rawValue).sorted().joined(separator: ", "))")
    }
    if head.learnsOn == .validation { lines.append("  learns on the validation subset") }
    lines.append(
      head.options.isEmpty ? "no options of its own" : text(head.options))
    return lines.joined(separator: "\n")
  }

  private static func listWeights(_ catalogue: Catalogue, asJSON: Bool) throws {
    let sets = catalogue.weightSets
    let paths = sets.map(\.path)
    if asJSON {
      let values = zip(sets, paths).map { set, path -> JSONValue in
        [
          "name": set.name.json, "kind": "weights", "encoder": set.encoder.json,
          "url": set.url.json, "input": set.input?.json ?? set.images?.json ?? nil,
          "files": set.files.json, "labels": set.labels.json,
          "licences": [
            "code": set.licences.code.json, "weights": set.licences.weights.json,
            "data": set.licences.data.json,
          ],
          "trainedOn": JSONValue.collections(set.trainedOn),
          "path": path.json,
        ]
      }
      print(JSONValue(.array(values + catalogue.vectorSets.map { json($0) })).text())
      return
    }
    let names = sets.map(\.name) + catalogue.vectorSets.map(\.name)
    let width = names.map(\.count).max() ?? 0
    let encoders = max(12, sets.map(\.encoder.count).max() ?? 0)
    for (set, path) in zip(sets, paths) {
      let size = set.megabytes.map { "\(Int($0.rounded())) MB" } ?? ""
      let state =
        path ?? "not fetched"
        + (set.hash == nil ? ", no hash published: that of the first download holds" : "")
        + (set.images != nil && set.input == nil ? ", its normalisation is not published" : "")
      print("\(pad(set.name, width))  \(pad(set.encoder, encoders))  \(pad(size, 7))  \(state)")
    }
    listVectors(catalogue.vectorSets, nameWidth: width, kindWidth: encoders)
  }

  static func json(_ encoder: EncoderDescription) -> JSONValue {
    [
      "name": encoder.name.json, "modality": encoder.modality.rawValue.json,
      "summary": encoder.summary.json, "paper": encoder.paper.json, "link": encoder.link.json,
      "licence": encoder.licence.json, "options": json(encoder.options),
    ]
  }

  private static func json(_ head: FusionHeadDescription) -> JSONValue {
    [
      "name": head.name.json, "summary": head.summary.json,
      "formula": head.formula.json, "paper": head.paper.json,
      "link": head.link.json, "result": head.result.rawValue.json,
      "reads": head.reads.map(\.rawValue).sorted().json,
      "learnsOn": head.learnsOn.rawValue.json, "options": json(head.options),
    ]
  }

  private static func json(_ options: [EncoderDescription.Option]) -> JSONValue {
    JSONValue(
      .array(
        options.map { option in
          [
            "name": option.name.json, "default": option.fallback.json,
            "summary": option.summary.json,
          ]
        }))
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
