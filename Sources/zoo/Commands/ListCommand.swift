import Basics
import Downloads
import EncoderKit
import Registry

extension ZooCommand {
  static let list = Command(
    name: "list", summary: "List the encoders and fusion heads of the registry.",
    examples: [
      ("zoo list", "every encoder and head"), ("zoo list --weights", "every weight set"),
      ("zoo list --modality image --json", "for another program"),
    ],
    options: [
      .value("modality", choices: ["image", "text"], "Only encoders of this kind of input."),
      .flag("weights", "List the published weights and word vectors, and which are in the cache."),
      .flag("json", "Write JSON."),
    ]
  ) { arguments in
    let registry = try registry()
    if arguments.flag("weights") {
      try listWeights(registry.catalogue, asJSON: arguments.flag("json"))
      return
    }
    let wanted = arguments.optionalString("modality")
    let encoders = registry.catalogue.encoders.filter {
      wanted == nil || $0.modality.rawValue == wanted
    }
    let described = try encoders.compactMap { encoder in
      try reachable(encoder.name, isOutside: encoder.installed != nil) {
        try registry.description(of: encoder.name)
      }
    }
    let heads = try registry.catalogue.fusionHeads.filter { _ in wanted == nil }.compactMap {
      head in
      try reachable(head.name, isOutside: head.installed != nil) {
        try registry.fusionHead(head.name).description
      }
    }
    if arguments.flag("json") {
      let value: JSONValue = [
        "encoders": JSONValue(.array(described.map { json($0) })),
        "fusionHeads": JSONValue(.array(heads.map { json($0) })),
      ]
      print(value.text())
      return
    }
    let width = (described.map(\.name) + heads.map(\.name)).map(\.count).max() ?? 0
    for encoder in described {
      print("\(pad(encoder.name, width))  \(pad(encoder.modality.rawValue, 6))  \(encoder.summary)")
    }
    for head in heads { print("\(pad(head.name, width))  fusion  \(head.summary)") }
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
          "url": set.url.json, "input": set.input?.json ?? nil, "files": set.files.json,
          "labels": set.labels.json,
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
      print("\(pad(set.name, width))  \(pad(set.encoder, encoders))  \(pad(size, 7))  \(state)")
    }
    listVectors(catalogue.vectorSets, nameWidth: width, kindWidth: encoders)
  }

  private static func json(_ encoder: EncoderDescription) -> JSONValue {
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
