import Basics
import EncoderKit
import Registry

extension ZooCommand {
  static let list = Command(
    name: "list", summary: "List the encoders and fusion heads of the registry.",
    examples: [
      ("zoo list", "everything"), ("zoo list --modality image --json", "for another program"),
    ],
    options: [
      .value("modality", choices: ["image", "text"], "Only encoders of this kind of input."),
      .flag("json", "Write JSON."),
    ]
  ) { arguments in
    let registry = try registry()
    let wanted = arguments.optionalString("modality")
    let encoders = registry.catalogue.encoders.filter {
      wanted == nil || $0.modality.rawValue == wanted
    }
    let described = try encoders.map { try registry.description(of: $0.name) }
    let heads = wanted == nil ? registry.catalogue.fusionHeads : []
    if arguments.flag("json") {
      let value: JSONValue = [
        "encoders": JSONValue(.array(described.map { json($0) })),
        "fusionHeads": JSONValue(.array(heads.map { JSONValue(.string($0)) })),
      ]
      print(value.text())
      return
    }
    let width = (described.map(\.name) + heads).map(\.count).max() ?? 0
    for encoder in described {
      print("\(pad(encoder.name, width))  \(pad(encoder.modality.rawValue, 6))  \(encoder.summary)")
    }
    for head in heads {
      print("\(pad(head, width))  fusion  features side by side, then a dense decoder")
    }
  }

  static let show = Command(
    name: "show", summary: "Show what an encoder is and which options it takes.",
    examples: [("zoo show densenet121", "its paper and options")],
    options: [.flag("json", "Write JSON.")],
    arguments: [Argument("NAME", "An encoder of the registry.")]
  ) { arguments in
    let encoder = try registry().description(of: arguments.argument("NAME"))
    if arguments.flag("json") {
      print(json(encoder).text())
      return
    }
    print("\(encoder.name) (\(encoder.modality.rawValue))\n  \(encoder.summary)")
    print("  \(encoder.paper)\n  \(encoder.link)\noptions:")
    let width = encoder.options.map { $0.name.count }.max() ?? 0
    for option in encoder.options {
      print("  \(pad(option.name, width))  \(option.summary) (default \(option.fallback))")
    }
  }

  private static func json(_ encoder: EncoderDescription) -> JSONValue {
    [
      "name": JSONValue(.string(encoder.name)),
      "modality": JSONValue(.string(encoder.modality.rawValue)),
      "summary": JSONValue(.string(encoder.summary)), "paper": JSONValue(.string(encoder.paper)),
      "link": JSONValue(.string(encoder.link)),
      "options": JSONValue(
        .array(
          encoder.options.map { option in
            [
              "name": JSONValue(.string(option.name)),
              "default": JSONValue(.string(option.fallback)),
              "summary": JSONValue(.string(option.summary)),
            ]
          })),
    ]
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
