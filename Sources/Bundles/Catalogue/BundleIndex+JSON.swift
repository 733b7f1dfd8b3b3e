import Basics
import Foundation

extension BundleIndex {
  /// The keys of the program's own catalogue, which may stand in the same file.
  private static let others = ["encoders", "fusionHeads", "weightSets", "vectorSets"]

  /// Reads the bytes of a published `registry.json`, whose signature was verified before.
  ///
  /// - Throws: `ZooError` of code `.badFormat`, `.badValue` or `.unsupported` with line and key.
  package static func parse(_ data: Data, path: String) throws -> BundleIndex {
    guard data.count <= maximumSize else {
      throw ZooError(
        .badFormat, "has \(data.count) bytes; expected at most \(maximumSize)",
        at: Place(path: path))
    }
    var root = try JSONValue.parse(data, path: path, maximumDepth: 16).object()
    try BundleManifest.checkSchema(&root)
    let index = try BundleIndex(&root)
    for key in others { _ = root.value(key) }
    try root.finish()
    return index
  }

  /// Reads the members of this part from a file that holds others, too.
  ///
  /// - Throws: `ZooError` of code `.badValue` with line and key.
  package init(_ root: inout JSONObject) throws {
    func time(_ value: JSONValue) throws -> Timestamp {
      try Timestamp(value.string(), at: value.place)
    }
    version = try root.required("version").integer(in: 1...Int.max)
    generated = try time(root.required("generated"))
    expires = try time(root.required("expires"))
    let client = try root.required("minimumClient")
    minimumClient = try BundleVersion(client.string(), at: client.place)
    var seen: Set<String> = []
    entries = try root.required("models").array().map { value in
      let entry = try Entry(value)
      guard seen.insert(entry.name).inserted else {
        throw ZooError(.badValue, "\(entry.name) stands twice", at: value.place)
      }
      return entry
    }
    revoked = try root.required("revoked").array().map { try Revocation($0) }
  }

  /// The bytes of a published file: the same for the same content.
  package var data: Data {
    let value: JSONValue = [
      "schema": 1, "version": version.json, "generated": "\(generated)".json,
      "expires": "\(expires)".json, "minimumClient": "\(minimumClient)".json,
      "models": entries.map(\.json).json, "revoked": revoked.map(\.json).json,
    ]
    return Data((value.text() + "\n").utf8)
  }
}

extension BundleIndex.Entry {
  init(_ value: JSONValue) throws {
    var object = try value.object()
    (id, version) = try BundleManifest.identity(&object)
    summary = try object.string("summary")
    licence = try object.string("licence")
    var manifest = try object.required("manifest").object()
    sha256 = try checkedDigest(manifest.required("sha256"))
    size = try manifest.required("size").integer(in: 1...BundleManifest.maximumSize)
    try manifest.finish()
    totalSize = try object.required("size").integer(in: 1...BundleFile.maximumSize)
    if var given = try object.object("signature") {
      signature = Signature(
        sha256: try checkedDigest(given.required("sha256")),
        size: try given.required("size").integer(in: 1...MinisignSignature.maximumSize))
      try given.finish()
    } else {
      signature = nil
    }
    status = try object.choice("status")
    try object.finish()
  }

  /// The entry of a bundle in a folder.
  ///
  /// - Throws: `ZooError` that names the file that can't be read.
  package init(_ folder: BundleFolder, status: BundleIndex.Status = .active) throws {
    let manifest = folder.manifest
    (id, version, summary) = (manifest.id, manifest.version, manifest.summary)
    licence = manifest.licences.weights
    sha256 = try folder.manifestDigest()
    size = folder.manifestData.count
    totalSize = manifest.totalSize
    signature = try folder.signatureData().map {
      Signature(sha256: try Bundles.sha256(of: $0), size: $0.count)
    }
    self.status = status
  }

  var json: JSONValue {
    func blob(_ sha256: String, _ size: Int) -> JSONValue {
      ["sha256": sha256.json, "size": size.json]
    }
    var members: [(key: String, value: JSONValue)] = [
      ("id", id.json), ("version", "\(version)".json),
      ("summary", summary.json), ("licence", licence.json),
      ("manifest", blob(sha256, size)), ("size", totalSize.json),
    ]
    if let signature {
      members.append(("signature", blob(signature.sha256, signature.size)))
    }
    members.append(("status", status.rawValue.json))
    return JSONValue(.object(members))
  }
}

extension BundleIndex.Revocation {
  init(_ value: JSONValue) throws {
    var object = try value.object()
    sha256 = try checkedDigest(object.required("sha256"))
    reason = try object.string("reason")
    try object.finish()
  }

  var json: JSONValue {
    ["sha256": sha256.json, "reason": reason.json]
  }
}
