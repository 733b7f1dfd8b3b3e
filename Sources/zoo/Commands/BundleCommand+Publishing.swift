import Basics
import Bundles
import Foundation
import Packaging
import Registry
import Studies

extension ZooCommand {
  static let keyOption = Option.value(
    "key", "FILE", isRequired: true, "The secret key's file, from zoo bundle keygen or minisign -G."
  )
  static let daysOption = Option.value(
    "days", "N", default: "365",
    "Days after which readers refuse the catalogue unless it is renewed.")
  static let passphraseOption = Option.value(
    "passphrase-file", "FILE",
    "A file whose first line is the key's passphrase; else $ENCODERZOO_PASSPHRASE, else it is asked for."
  )

  static let generateKey = Command(
    name: "keygen", summary: "Make a key pair to sign with, in minisign's form.",
    discussion:
      "Writes FILE.key (secret, encrypted by a passphrase) and FILE.pub. Keep the secret key and its "
      + "passphrase: what was signed by a lost key can't be passed on to another one.",
    examples: [("zoo bundle keygen --output zoo", "zoo.key and zoo.pub")],
    options: [
      .value("output", "FILE", isRequired: true, "The names without .key and .pub."),
      .flag("plain", "Leave the secret key unencrypted: whoever reads the file can sign."),
      passphraseOption,
    ]
  ) { arguments in
    let output = try arguments.string("output")
    for path in ["\(output).key", "\(output).pub"] { try OutputPlace.checkFile(path) }
    let passphrase =
      arguments.flag("plain") ? nil : try KeyPassphrase(arguments).get("\(output).key", isNew: true)
    let key = MinisignSecretKey()
    // Nobody else may read it, from its first byte on.
    let text = try key.fileText(passphrase: passphrase)
    let mask = umask(0o077)
    do {
      defer { umask(mask) }
      try AtomicFile.write(text, to: "\(output).key")
    }
    try AtomicFile.write(key.publicKey.fileText, to: "\(output).pub")
    print("\(output).key: keep it secret\n\(output).pub: \(key.publicKey)")
  }

  static let signBundle = Command(
    name: "sign", summary: "Sign a bundle's manifest, and with it every file.",
    discussion: "Writes bundle.json.minisig, which minisign -V verifies, too.",
    examples: [("zoo bundle sign pair --key zoo.key", "then zoo bundle verify pair --key zoo.pub")],
    options: [keyOption, passphraseOption],
    arguments: [Argument("DIR", "A bundle's folder.")]
  ) { arguments in
    let folder = try BundleFolder(arguments.argument("DIR"))
    try folder.verify()
    let key = try secretKey(arguments, "key")
    let signature = key.sign(
      folder.manifestData, trustedComment: "bundle \(folder.manifest.name)")
    let path = "\(folder.path)/\(BundleManifest.signatureName)"
    guard try folder.signatureData().map({ $0 == signature }) ?? true else {
      throw ZooError(
        .conflict, "another signature is there already", at: Place(path: path),
        advice: "remove it first")
    }
    try AtomicFile.write(signature, to: path)
    print("\(path): of the key \(key.publicKey.id)")
  }

  static let publishBundles = Command(
    name: "publish", summary: "Publish bundles to a folder that any web server can serve.",
    discussion:
      "Verifies each bundle, golden logits included, adds its files to the tree under their SHA-256, "
      + "and signs the new registry.json. Nothing is overwritten and a version is final. A stop at any "
      + "moment leaves the old state or the new one. Without a bundle the catalogue is renewed.",
    examples: [
      ("zoo bundle publish pair --to site --key zoo.key", "one bundle"),
      ("zoo bundle publish --to site --key zoo.key", "a later expiry"),
    ],
    options: [
      .value("to", "DIR", isRequired: true, "The tree; made when it is not there."), keyOption,
      passphraseOption, daysOption,
    ],
    arguments: [
      Argument("DIR", "Bundles' folders.", isOptional: true, isRepeatable: true)
    ]
  ) { arguments in
    try OutputPlace.checkWritable(arguments.string("to"))
    let (kernels, registry) = (try kernels(arguments), try registry())
    let bundles = try arguments.arguments("DIR").map { path in
      try BundleVerification(path: path, key: nil, registry: registry, kernels: kernels).folder
    }
    let tree = PublishedTree(folder: try arguments.string("to"), client: try clientVersion())
    let lines = try tree.publish(
      bundles, key: secretKey(arguments, "key"), days: days(arguments))
    print(lines.joined(separator: "\n"))
  }

  static let revokeBundle = Command(
    name: "revoke", summary: "Tell all readers that a published version must not be used any more.",
    discussion:
      "It can't be installed any more; where it is installed, update and predict say so. Its files stay, "
      + "and so does its version number.",
    examples: [
      (
        "zoo bundle revoke pair@1.0.0 --to site --key zoo.key --reason \"labels were swapped\"",
        "then publish 1.0.1"
      )
    ],
    options: [
      .value("to", "DIR", isRequired: true, "The published tree."), keyOption, passphraseOption,
      .value("reason", "TEXT", isRequired: true, "A sentence for those who have it."), daysOption,
    ],
    arguments: [Argument("NAME@VERSION", "The version.")]
  ) { arguments in
    let tree = PublishedTree(folder: try arguments.string("to"), client: try clientVersion())
    let lines = try tree.revoke(
      BundleName(arguments.argument("NAME@VERSION")), reason: arguments.string("reason"),
      key: secretKey(arguments, "key"), days: days(arguments))
    print(lines.joined(separator: "\n"))
  }

  static let rotateKey = Command(
    name: "rotate", summary: "Pass a published tree on to a new key, which the old one signs.",
    discussion:
      "Readers that trust the old key follow to the new one by themselves, now or years later; keep the "
      + "folder keys of the tree.",
    examples: [
      ("zoo bundle rotate site --key old.key --new-key new.key", "before old.key is retired")
    ],
    options: [
      keyOption, .value("new-key", "FILE", isRequired: true, "The new secret key's file."),
      passphraseOption, daysOption,
    ],
    arguments: [Argument("DIR", "The published tree.")]
  ) { arguments in
    let tree = PublishedTree(folder: arguments.argument("DIR"), client: try clientVersion())
    let lines = try tree.rotate(
      from: secretKey(arguments, "key"), to: secretKey(arguments, "new-key"),
      days: days(arguments))
    print(lines.joined(separator: "\n"))
  }

  static func clientVersion() throws -> BundleVersion { try BundleVersion(programVersion) }

  private static func days(_ arguments: ParsedArguments) throws -> Int {
    try arguments.integer("days", in: 1...3650) ?? 365
  }

  private static func secretKey(_ arguments: ParsedArguments, _ option: String) throws
    -> MinisignSecretKey
  {
    let path = try arguments.string(option)
    return try MinisignSecretKey(file: readFile(path), path: path) {
      try KeyPassphrase(arguments).get(path, isNew: false)
    }
  }
}
