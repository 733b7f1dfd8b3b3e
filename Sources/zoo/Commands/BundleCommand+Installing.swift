import Basics
import Bundles
import Foundation
import Registry

extension ZooCommand {
  private static let sourceOptions: [Option] = [
    .value(
      "from", "URL|DIR",
      "Where the catalogue is: an https address, or a published folder; else those that are trusted."
    ),
    .value(
      "key", "KEY|FILE", "The public key it must be signed by; else it is trusted on first use."),
  ]
  private static let sizeOption = Option.value(
    "max-size", "MB", default: "4000", "Refuse bundles of more than that.")

  static let searchBundles = Command(
    name: "search", summary: "List what catalogues offer.",
    examples: [
      ("zoo bundle search --from https://models.example.org", "all of a catalogue"),
      ("zoo bundle search densenet", "in those that are trusted"),
    ],
    options: sourceOptions,
    arguments: [Argument("TEXT", "A part of a name, summary or licence.", isOptional: true)]
  ) { arguments in
    let wanted = arguments.optionalArgument("TEXT")?.lowercased()
    var lines: [String] = []
    for source in try sources(arguments) {
      let index = try client(source, arguments).load()
      for entry in index.entries {
        let text = "\(entry.name) \(entry.summary) \(entry.licence)".lowercased()
        guard wanted.map({ text.contains($0) }) ?? true else { continue }
        let mark =
          index.revocation(of: entry.sha256).map { "  REVOKED: \($0.reason)" }
          ?? (entry.status == .deprecated ? "  deprecated" : "")
        lines.append(
          "\(entry.name)  \(megabytes(entry.totalSize)), \(entry.licence)\(mark)\n  \(entry.summary)"
        )
      }
    }
    print(lines.isEmpty ? "nothing found" : lines.joined(separator: "\n"))
  }

  static let installBundle = Command(
    name: "install",
    summary: "Install a published bundle, verified before anything of it is parsed.",
    discussion:
      "The catalogue's signature is verified by the key that is pinned for its source; the first one seen "
      + "is pinned, unless --key names it. A catalogue older than one seen before, an expired one, and a "
      + "revoked bundle are refused. The licences are shown before the download and recorded. A stopped "
      + "download goes on where it stopped. Afterwards its name can be used offline: in predict, in "
      + "explain, and as \"weights\" in a study.",
    examples: [
      ("zoo bundle install phantom-pair --from https://models.example.org", "the newest version"),
      ("zoo bundle install phantom-pair@1.0.0", "another version, from a source that is trusted"),
    ],
    options: sourceOptions + [sizeOption],
    arguments: [Argument("NAME[@VERSION]", "The bundle.")]
  ) { arguments in
    let name = try BundleName(arguments.argument("NAME[@VERSION]"))
    let sources = try sources(arguments)
    guard let source = try sources.count == 1 ? sources.first : first(sources, name, arguments)
    else {
      throw ZooError(
        .notFound, "no trusted catalogue has a bundle \"\(name.id)\"",
        advice: "name a catalogue by --from")
    }
    let outcome = try installer(source, arguments).install(name)
    print(
      "\(outcome.bundle.name) \(outcome.isNew ? "installed" : "is installed already"): "
        + outcome.bundle.path)
  }

  static let updateBundles = Command(
    name: "update",
    summary: "Install newer versions of what is installed, and tell what was revoked.",
    discussion:
      "Older versions stay, so that studies that name them go on; remove takes them away.",
    examples: [("zoo bundle update", "everything that is installed")],
    options: [sizeOption],
    arguments: [Argument("NAME", "One bundle alone.", isOptional: true)]
  ) { arguments in
    let updater = BundleUpdater(store: try BundleStore.standard()) { source in
      BundleInstaller(
        client: CatalogueClient(
          store: try BundleStore.standard(), source: source, key: nil, client: try clientVersion(),
          progress: progress(arguments)),
        maximumSize: try maximumSize(arguments), show: tell)
    }
    try updater.update(arguments.optionalArgument("NAME").map { try BundleName($0) }) { print($0) }
  }

  static let removeBundle = Command(
    name: "remove", summary: "Remove an installed bundle.",
    examples: [
      ("zoo bundle remove phantom-pair@1.0.0", "one version"),
      ("zoo bundle remove phantom-pair", "all of them"),
    ],
    arguments: [Argument("NAME[@VERSION]", "The bundle.")]
  ) { arguments in
    let removed = try BundleStore.standard().remove(
      BundleName(arguments.argument("NAME[@VERSION]")))
    print("removed \(removed.joined(separator: ", "))")
  }

  private static func sources(_ arguments: ParsedArguments) throws -> [BundleSource] {
    if let given = arguments.optionalString("from") { return [try BundleSource.given(given)] }
    let trusted = try BundleStore.standard().trusted().map(\.source)
    guard !trusted.isEmpty else {
      throw ZooError(
        .usage, "no catalogue is trusted yet",
        advice: "name one by --from, an https address or a published folder")
    }
    return try trusted.map { try BundleSource.given($0) }
  }

  /// The first source that offers a bundle.
  private static func first(
    _ sources: [BundleSource], _ name: BundleName, _ arguments: ParsedArguments
  ) throws -> BundleSource? {
    try sources.first { source in
      try client(source, arguments).load().entries.contains { entry in
        entry.id == name.id && (name.version == nil || entry.version == name.version)
      }
    }
  }

  private static func client(_ source: BundleSource, _ arguments: ParsedArguments) throws
    -> CatalogueClient
  {
    CatalogueClient(
      store: try BundleStore.standard(), source: source,
      key: try arguments.optionalString("key").map(MinisignPublicKey.given),
      client: try clientVersion(), progress: progress(arguments))
  }

  private static func installer(_ source: BundleSource, _ arguments: ParsedArguments) throws
    -> BundleInstaller
  {
    BundleInstaller(
      client: try client(source, arguments), maximumSize: try maximumSize(arguments), show: tell)
  }

  private static func maximumSize(_ arguments: ParsedArguments) throws -> Int {
    (try arguments.integer("max-size", in: 1...64_000) ?? 4000) * 1_000_000
  }

  private static func tell(_ lines: [String]) {
    writeWhole(lines.joined(separator: "\n") + "\n", to: STDERR_FILENO)
  }

  private static func megabytes(_ count: Int) -> String {
    String(format: count < 10_000_000 ? "%.2f MB" : "%.0f MB", Double(count) / 1_000_000)
  }
}
