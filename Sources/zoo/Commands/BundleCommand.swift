import Basics
import Bundles
import Evaluation
import Foundation
import Packaging
import Registry
import Training

extension ZooCommand {
  static let bundle = Command(
    name: "bundle", summary: "Make, check, publish and install bundles of trained weights.",
    subcommands: [
      createBundle, inspectBundle, verifyBundle, diffBundles, generateKey, signBundle,
      publishBundles, revokeBundle, rotateKey, searchBundles, installBundle, listBundles,
      updateBundles, removeBundle,
    ])

  private static let createBundle = Command(
    name: "create", summary: "Make a bundle from what a training has left behind.",
    discussion:
      "RUN is what zoo train or zoo pretrain wrote, or a cell of zoo compare. The bundle holds the "
      + "weights, the vocabulary, how images and texts are prepared, labels and threshold, a model "
      + "card, the licences of code, weights and data, two made-up cases with their logits, and the "
      + "SHA-256 of everything. The same run gives the same bytes.",
    examples: [
      (
        "zoo bundle create model --name phantom-pair@1.0.0 --licence CC0-1.0 --output pair",
        "from zoo train"
      ),
      (
        "zoo bundle create run/cells/r1f1/words --name words@1.0.0 --licence CC-BY-4.0 "
          + "--data-terms \"private, by consent\" --threshold youden --output words",
        "from zoo compare, the threshold chosen on validation"
      ),
    ],
    options: [
      .value(
        "name", "NAME@VERSION", isRequired: true,
        "Such as chest-pair@1.0.0; once published, a version is final."),
      .value("licence", "SPDX", isRequired: true, "Of the weights, such as CC-BY-4.0."),
      .value("output", "DIR", isRequired: true, "The bundle's folder; a new one."),
      .value("summary", "TEXT", "A sentence; else one that follows from the run."),
      .value("code-licence", "SPDX", default: "Apache-2.0", "Of the program that trained it."),
      .value("data-terms", "TEXT", "The terms of the data, where the run does not know them."),
      .value("origin-terms", "TEXT", "The terms of the weights or vectors it started from."),
      .value("intended-use", "TEXT", "What it is for; else research and trying out."),
      .value(
        "language", "CODE",
        "Of the texts, such as de; else what the study says, or the script leaves no doubt of."),
      .value("limitation", "TEXT", isRepeatable: true, "A sentence more about its limits."),
      .value(
        "threshold", "P|RULE",
        "A probability, or youden, accuracy or f1: chosen on the validation subset, for each finding of "
          + "many by itself; else the model's own."
      ),
      .value("created", "TIME", "A day or time in UTC; else when the model was written."),
      .flag(
        "whole",
        "Hold all weights, also those of a weight set that stayed as they are; else it names the set and its SHA-256."
      ),
      .flag("without-image-hashes", "Leave out the SHA-256 of the images it was trained on."),
    ],
    arguments: [Argument("RUN", "A model's folder, or a cell's.")]
  ) { arguments in
    let (kernels, registry) = (try kernels(arguments), try registry())
    let maker = BundleMaker(
      settings: try bundleSettings(arguments), registry: registry, kernels: kernels)
    let folder = try maker.make(
      from: arguments.argument("RUN"), to: arguments.string("output"))
    print("\(folder.manifest.name): \(folder.manifest.totalSize) bytes in \(folder.path)")
    print("zoo bundle verify \(folder.path) checks it; its card is \(folder.path)/README.md")
  }

  private static func bundleSettings(_ arguments: ParsedArguments) throws -> BundleSettings {
    let name = try BundleName(arguments.string("name"))
    guard let version = name.version else {
      throw arguments.error("--name is \"\(name)\"; expected NAME@VERSION, such as \(name)@1.0.0")
    }
    var settings = try BundleSettings(
      id: name.id, version: version, licence: arguments.string("licence"))
    settings.summary = arguments.optionalString("summary")
    settings.codeLicence = try arguments.string("code-licence")
    try BundleLicences.check(spdx: settings.codeLicence)
    settings.dataTerms = arguments.optionalString("data-terms")
    settings.originTerms = arguments.optionalString("origin-terms")
    settings.intendedUse = arguments.optionalString("intended-use")
    settings.language = arguments.optionalString("language")
    if let language = settings.language {
      try TextLanguage.check(language, at: Place(key: "--language"))
    }
    settings.limitations = arguments.values("limitation")
    settings.created = try arguments.optionalString("created").map { try Timestamp($0) }
    settings.includesTrainedOn = !arguments.flag("without-image-hashes")
    settings.isWhole = arguments.flag("whole")
    settings.threshold = try threshold(arguments)
    return settings
  }

  private static func threshold(_ arguments: ParsedArguments) throws -> BundleSettings.Threshold {
    guard let text = arguments.optionalString("threshold") else { return .model }
    if let rule = ThresholdRule(fitted: text) { return .fitted(rule) }
    guard let value = Double(text), value > 0, value < 1 else {
      throw arguments.error(
        "--threshold is \"\(text)\"; expected a number between 0 and 1, youden, accuracy or f1")
    }
    return .given(value)
  }

  private static let inspectBundle = Command(
    name: "inspect", summary: "Show what a bundle is; nothing is computed or hashed.",
    examples: [("zoo bundle inspect phantom-words", "a bundle that comes with the program")],
    options: [.flag("json", "Print the manifest."), .flag("card", "Print the model card.")],
    arguments: [Argument("BUNDLE", "A bundle's folder or name.")]
  ) { arguments in
    let folder = try bundleFolder(arguments.argument("BUNDLE"))
    if arguments.flag("json") {
      print(String(decoding: folder.manifestData, as: UTF8.self), terminator: "")
    } else if arguments.flag("card") {
      print(
        String(decoding: try readFile("\(folder.path)/README.md"), as: UTF8.self), terminator: "")
    } else {
      print(try BundleSummary(folder).lines.joined(separator: "\n"))
    }
  }

  private static let verifyBundle = Command(
    name: "verify", summary: "Check a bundle without network: hashes, signature, golden logits.",
    discussion:
      "With --key the signature is verified before anything is parsed. Then the manifest is read "
      + "strictly, every file is compared with its size and hash, nothing else may be there (but what git "
      + "and hubs leave: .git, .gitattributes, .cache, …, which is named), and the model must give the logits in golden.json again (to 1e-4).",
    examples: [
      ("zoo bundle verify pair", "an unsigned bundle"),
      ("zoo bundle verify pair --key zoo.pub", "a signed one"),
    ],
    options: [.value("key", "KEY|FILE", "The public key it must be signed by.")],
    arguments: [Argument("BUNDLE", "A bundle's folder or name.")]
  ) { arguments in
    let (kernels, registry) = (try kernels(arguments), try registry())
    let path = try modelFolder(arguments.argument("BUNDLE"), registry)
    let key = try arguments.optionalString("key").map(MinisignPublicKey.given)
    let found = try BundleVerification(path: path, key: key, registry: registry, kernels: kernels)
    print((found.lines + ["\(found.folder.manifest.name) is whole"]).joined(separator: "\n"))
  }

  private static let diffBundles = Command(
    name: "diff", summary: "Tell two bundles apart: facts, figures, files, weights.",
    discussion: "Ends with status 0 in any case.",
    examples: [("zoo bundle diff pair@1.0.0 pair@1.1.0", "two installed versions")],
    arguments: [
      Argument("OLD", "A bundle's folder or name."), Argument("NEW", "Another one."),
    ]
  ) { arguments in
    let difference = try BundleDifference(
      bundleFolder(arguments.argument("OLD")), bundleFolder(arguments.argument("NEW")))
    print(difference.lines.isEmpty ? "no difference" : difference.lines.joined(separator: "\n"))
  }

  private static let listBundles = Command(
    name: "list", summary: "List the bundles that are there: installed, or with the program.",
    examples: [("zoo bundle list", "names to predict, explain and train with")]
  ) { _ in
    let store = try BundleStore.standard()
    var lines: [String] = []
    for bundle in try store.installed() {
      let revocation = try store.revocation(of: bundle.record.sha256)
      let mark = revocation.map { "; REVOKED: \($0.reason)" } ?? ""
      lines.append("\(bundle.name)  installed from \(bundle.record.source)\(mark)")
    }
    for folder in ModelFolders(try registry().catalogue).shippedBundles {
      lines.append("\(folder.manifest.name)  \(folder.manifest.summary)")
    }
    print(lines.isEmpty ? "no bundles" : lines.joined(separator: "\n"))
  }

  static func bundleFolder(_ name: String) throws -> BundleFolder {
    try BundleFolder(try modelFolder(name, try registry()))
  }
}
