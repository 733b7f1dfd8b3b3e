import Basics
import Foundation

/// `bundle.json`: what a bundle is, and every file of it by size and hash.
///
/// Read strictly: an unknown key, a missing one, a number that is not whole where one is due, two
/// files of one path or of paths that some disks can't tell apart are refused.
package struct BundleManifest: Sendable, Equatable {
  /// A plugin that the model needs.
  package struct Plugin: Sendable, Equatable {
    package let id: String
    /// The version of the kit it was compiled against.
    package let kit: Int

    package init(id: String, kit: Int) {
      self.id = id
      self.kit = kit
    }
  }

  package var id: String
  package var version: BundleVersion
  package var created: Timestamp
  /// A sentence.
  package var summary: String
  /// The version of the program that wrote it.
  package var program: String
  package var plugins: [Plugin]
  package var architecture: BundleArchitecture
  package var preprocessing: BundlePreprocessing
  package var output: BundleOutput
  package var training: BundleTraining
  package var metrics: [BundleMetric]
  package var intendedUse: String
  package var limitations: [String]
  package var licences: BundleLicences
  /// All files but the manifest and its signature, sorted by path.
  package var files: [BundleFile]

  package init(
    id: String, version: BundleVersion, created: Timestamp, summary: String, program: String,
    plugins: [Plugin], architecture: BundleArchitecture, preprocessing: BundlePreprocessing,
    output: BundleOutput, training: BundleTraining, metrics: [BundleMetric], intendedUse: String,
    limitations: [String], licences: BundleLicences, files: [BundleFile]
  ) {
    self.id = id
    self.version = version
    self.created = created
    self.summary = summary
    self.program = program
    self.plugins = plugins
    self.architecture = architecture
    self.preprocessing = preprocessing
    self.output = output
    self.training = training
    self.metrics = metrics
    self.intendedUse = intendedUse
    self.limitations = limitations
    self.licences = licences
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  package static let fileName = "bundle.json"
  package static let signatureName = "bundle.json.minisig"
  /// Most bytes of a manifest.
  package static let maximumSize = 4 << 20
  /// Most files of a bundle.
  static let maximumFiles = 1000

  /// Bytes of all files.
  package var totalSize: Int { files.reduce(0) { $0 + $1.size } }

  /// `NAME@VERSION`.
  package var name: String { "\(id)@\(version)" }

  /// What the model reads.
  package var inputs: [String] {
    (architecture.image == nil ? [] : ["image"]) + (architecture.text == nil ? [] : ["text"])
  }

  /// The files of a role.
  package func files(_ role: BundleFile.Role) -> [BundleFile] { files.filter { $0.role == role } }

  /// Reads the bytes of a manifest; `path` is for messages.
  ///
  /// - Throws: `ZooError` of code `.badFormat`, `.badValue` or `.unsupported` with line and key.
  package static func parse(_ data: Data, path: String) throws -> BundleManifest {
    guard data.count <= maximumSize else {
      throw ZooError(
        .badFormat, "has \(data.count) bytes; expected at most \(maximumSize)",
        at: Place(path: path))
    }
    let value = try JSONValue.parse(data, path: path, maximumDepth: 16)
    var root = try value.object()
    try checkSchema(&root)
    let (id, version) = try identity(&root)
    let created = try root.required("created")
    let manifest = BundleManifest(
      id: id, version: version, created: try Timestamp(created.string(), at: created.place),
      summary: try root.string("summary"), program: try root.string("program"),
      plugins: try root.required("plugins").array().map { try Plugin($0) },
      architecture: try BundleArchitecture(root.required("architecture")),
      preprocessing: try BundlePreprocessing(root.required("preprocessing")),
      output: try BundleOutput(root.required("output")),
      training: try BundleTraining(root.required("training")),
      metrics: try root.required("metrics").array().map { try BundleMetric($0) },
      intendedUse: try root.string("intendedUse"),
      limitations: try root.required("limitations").array().map { try $0.string() },
      licences: try BundleLicences(root.required("licences")),
      files: try files(root.required("files")))
    let inputs = try root.required("input")
    try root.finish()
    guard try inputs.array().map({ try $0.string() }) == manifest.inputs,
      (manifest.preprocessing.image == nil) == (manifest.architecture.image == nil),
      (manifest.preprocessing.text == nil) == (manifest.architecture.text == nil)
    else {
      throw ZooError(
        .badValue, "input, architecture and preprocessing speak of different inputs",
        at: inputs.place)
    }
    return manifest
  }

  static func checkSchema(_ root: inout JSONObject) throws {
    let schema = try root.required("schema")
    guard try schema.integer() == 1 else {
      throw ZooError(
        .unsupported, "unknown schema; this program reads schema 1", at: schema.place,
        advice: "a newer version of the program may read it")
    }
  }

  /// The members `id` and `version`.
  static func identity(_ root: inout JSONObject) throws -> (String, BundleVersion) {
    let name = try root.required("id")
    let id = try name.string()
    try BundleName.check(id, at: name.place)
    let number = try root.required("version")
    return (id, try BundleVersion(number.string(), at: number.place))
  }

  private static func files(_ value: JSONValue) throws -> [BundleFile] {
    let elements = try value.array()
    guard (1...maximumFiles).contains(elements.count) else {
      throw ZooError(
        .badValue, "found \(elements.count) files; expected 1 to \(maximumFiles)", at: value.place)
    }
    var seen: [String: String] = [:]
    var total = 0
    return try elements.map { element in
      let file = try BundleFile(element)
      for reserved in [fileName, signatureName] where file.path.lowercased() == reserved {
        throw ZooError(
          .badValue, "the path \"\(file.path)\" is the manifest's own", at: element.place)
      }
      if let other = seen.updateValue(file.path, forKey: file.path.lowercased()) {
        throw ZooError(
          .badValue,
          other == file.path
            ? "two files have the path \"\(other)\""
            : "the paths \"\(other)\" and \"\(file.path)\" differ in case alone", at: element.place)
      }
      total += file.size
      guard total <= BundleFile.maximumSize else {
        throw ZooError(
          .badValue, "the files have more than \(BundleFile.maximumSize) bytes together",
          at: element.place)
      }
      return file
    }
  }
}

extension BundleManifest.Plugin {
  init(_ value: JSONValue) throws {
    var object = try value.object()
    id = try object.string("id")
    kit = try object.required("kit").integer(in: 1...1_000_000)
    try object.finish()
  }
}
