import Basics

extension Study {
  /// Where a study's cases are.
  public struct Data: StudyPart, StudyValue {
    /// The layouts that can be read.
    public enum Format: String, Sendable, CaseIterable {
      /// A table of one's own: CSV or Excel.
      case table = "csv"
      /// Open-i's reports as XML.
      case openI = "open-i"
      /// Open-i as Kaggle's tables.
      case openIKaggle = "open-i-kaggle"
      /// ChestX-ray14's table.
      case chestXray14 = "chestx-ray14"
    }

    /// The object as JSON.
    public var json: JSONValue

    /// Cases in a layout; further keys by subscript.
    public init(format: Format, path: String) {
      json = [:]
      self["format", as: String.self] = format.rawValue
      self.path = path
    }

    init?(studyValue: JSONValue) { json = studyValue }

    /// Cases in a table, a row each.
    ///
    /// - Parameters:
    ///   - path: a CSV or Excel file.
    ///   - image: the column of image paths, relative to the table; nil where there are none.
    ///   - text: the column of reports; nil where there are none.
    ///   - label: the column of the class.
    ///   - patient: the column of the patient, whose cases stay in one fold; nil where it is not
    ///     known.
    ///   - id: the column of unique names; nil numbers the rows.
    ///   - labels: the negative class first, the positive class second; nil takes them in
    ///     alphabetical order, as the run says.
    /// - Returns: where the cases are.
    public static func table(
      _ path: String, image: String? = nil, text: String? = nil, label: String,
      patient: String? = nil, id: String? = nil, labels: [String]? = nil
    ) -> Data {
      var data = Data(format: .table, path: path)
      let columns = [
        ("id", id), ("image", image), ("text", text), ("label", label), ("patient", patient),
      ]
      data["columns"] = JSONValue(
        .object(columns.compactMap { key, name in name.map { (key: key, value: $0.studyValue) } }))
      data.labels = labels
      return data
    }

    /// The cases of a phantom sample that ``PhantomSample`` wrote to a folder.
    public static func phantomSample(at folder: String) -> Data {
      table(
        "\(folder)/cases.csv", image: "image", text: "text", label: "label", patient: "patient",
        id: "id", labels: ["normal", "abnormal"])
    }

    /// The layout; nil where it is unknown.
    public var format: Format? { self["format", as: String.self].flatMap(Format.init(rawValue:)) }
    /// The table or folder, relative to the study's `dataFolder`.
    public var path: String {
      get { self["path", as: String.self] ?? "" }
      set { self["path", as: String.self] = newValue }
    }
    /// The folder that image paths are relative to; nil for the table's own.
    public var imageRoot: String? {
      get { self["imageRoot"] }
      set { self["imageRoot"] = newValue }
    }
    /// What is asked about a case.
    public var task: ModelTask {
      get { self["task", as: String.self].flatMap(ModelTask.init(rawValue:)) ?? .binary }
      set { self["task", as: String.self] = newValue == .binary ? nil : newValue.rawValue }
    }
    /// The negative class first, the positive class second; the classes or the findings of other tasks.
    public var labels: [String]? {
      get { self["labels"] }
      set { self["labels"] = newValue }
    }
    /// The published collection that the cases are of, such as `chestx-ray14`, or `own`; nil where it is recognised.
    public var collection: String? {
      get { self["collection"] }
      set { self["collection"] = newValue }
    }
    /// Whether the study goes on, under a banner, where starting weights have seen the cases.
    public var allowsSeen: Bool {
      get { self["allowSeen"] ?? false }
      set { self["allowSeen", as: Bool.self] = newValue ? true : nil }
    }
    /// What else is kept of each case: columns of a table, or of ChestX-ray14 `view`, `sex` and `ageBand`.
    public var attributes: [String] {
      get { self["attributes"] ?? [] }
      set { self["attributes", as: [String].self] = newValue.isEmpty ? nil : newValue }
    }
  }

  /// How cases are divided into training, validation and test.
  public struct Folds: StudyPart, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    init?(studyValue: JSONValue) { json = studyValue }

    private init(kind: String, count: Int?, validation: Double?) {
      json = [:]
      self["kind", as: String.self] = kind
      self["count", as: Int.self] = count
      self["validation", as: Double.self] = validation
    }

    /// Every case is in the test subset of one of `count` folds, `repeats` times over.
    ///
    /// - Parameters:
    ///   - count: folds, from 2.
    ///   - repeats: how often, from 1.
    ///   - validation: the share of what is not tested that is kept for validation; nil for .1.
    /// - Returns: the folds.
    public static func kFold(_ count: Int, repeats: Int = 1, validation: Double? = nil) -> Folds {
      var folds = Folds(kind: "k-fold", count: count, validation: validation)
      folds["repeats", as: Int.self] = repeats
      return folds
    }

    /// Each site once the test: all cases that have one value of an attribute.
    ///
    /// - Parameters:
    ///   - column: the attribute, such as `site`.
    ///   - validation: the share of the other sites' cases that is kept for validation; nil for .1.
    /// - Returns: the folds.
    public static func bySite(_ column: String, validation: Double? = nil) -> Folds {
      var folds = Folds(kind: "group-out", count: nil, validation: validation)
      folds["column", as: String.self] = column
      return folds
    }

    /// `count` random divisions.
    ///
    /// - Parameters:
    ///   - count: divisions, from 1.
    ///   - test: the share of the test subset, 0.01…0.99.
    ///   - validation: the share of the rest that is kept for validation; nil for .1.
    /// - Returns: the divisions.
    public static func splits(_ count: Int, test: Double, validation: Double? = nil) -> Folds {
      var folds = Folds(kind: "splits", count: count, validation: validation)
      folds["test", as: Double.self] = test
      return folds
    }
  }
}
