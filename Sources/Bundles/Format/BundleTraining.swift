import Basics

/// What a bundle's model was trained on, and how.
package struct BundleTraining: Sendable, Equatable {
  package var dataSet: String
  package var description: String
  /// Whether the data were made by a program.
  package var isSynthetic: Bool
  /// SHA-256 of the data set's table, which tells one revision from another; nil for many files.
  package var revision: String?
  /// The split it was trained on, such as `r1f1`.
  package var split: String
  package var folds: String
  /// Cases of the training, validation and test subset.
  package var cases: [Int]
  package var seed: Int
  /// SHA-256 of the specification.
  package var configuration: String
  /// The weight sets or models it started from.
  package var startedFrom: [String]
  /// The published collections that its cases are of, such as `chestx-ray14`; nil in bundles of versions that did not
  /// look.
  package var collections: [String]?

  package init(
    dataSet: String, description: String, isSynthetic: Bool, revision: String?, split: String,
    folds: String, cases: [Int], seed: Int, configuration: String, startedFrom: [String],
    collections: [String]? = nil
  ) {
    self.dataSet = dataSet
    self.description = description
    self.isSynthetic = isSynthetic
    self.revision = revision
    self.split = split
    self.folds = folds
    self.cases = cases
    self.seed = seed
    self.configuration = configuration
    self.startedFrom = startedFrom
    self.collections = collections
  }

  private static let parts = ["training", "validation", "test"]

  init(_ value: JSONValue) throws {
    var object = try value.object()
    dataSet = try object.string("dataSet")
    description = try object.string("description")
    isSynthetic = try object.required("synthetic").boolean()
    revision = try object.value("revision").map(checkedDigest)
    split = try object.string("split")
    folds = try object.string("folds")
    var counts = try object.required("cases").object()
    cases = try BundleTraining.parts.map { try counts.required($0).integer(in: 0...Int.max) }
    try counts.finish()
    seed = try object.required("seed").integer(in: 0...Int.max)
    configuration = try checkedDigest(object.required("configuration"))
    startedFrom = try object.strings("startedFrom") ?? []
    collections = try object.strings("collections")
    try object.finish()
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("dataSet", dataSet.json), ("description", description.json),
      ("synthetic", isSynthetic.json),
    ]
    if let revision { members.append(("revision", revision.json)) }
    members += [
      ("split", split.json), ("folds", folds.json),
      (
        "cases",
        JSONValue(
          .object(
            zip(BundleTraining.parts, cases).map { (key: $0, value: $1.json) }))
      ), ("seed", seed.json), ("configuration", configuration.json),
    ]
    if !startedFrom.isEmpty {
      members.append(
        ("startedFrom", startedFrom.json))
    }
    if let collections { members.append(("collections", collections.json)) }
    return JSONValue(.object(members))
  }
}
