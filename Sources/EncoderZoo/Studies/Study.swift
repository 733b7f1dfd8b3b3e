import Basics
import Evaluation
import Foundation

/// A study: which cases, which folds, which encoders and fusion heads, how they are trained.
///
/// Every image encoder and every text encoder is a combination of its own; every pair of them under
/// every head is a multimodal one. It is the same specification that `zoo compare` reads from a
/// file, and is written into the run's folder as `study.json`.
///
/// ```swift
/// var study = Study(
///   name: "First", data: .table("cases.csv", image: "file", text: "report", label: "finding"))
/// study.images = [.init("densenet121", size: 128, training: .init(epochs: 30))]
/// study.texts = [.init("word2vec")]
/// study.folds = .kFold(5)
/// ```
public struct Study: StudyPart {
  /// The specification as JSON, of schema 1.
  public var json: JSONValue
  /// The folder that paths in ``data-swift.property`` are relative to; empty for the working
  /// directory.
  public var dataFolder: String

  /// A study of some cases; encoders are added by ``images`` and ``texts``.
  public init(name: String, data: Data) {
    json = ["schema": 1]
    dataFolder = ""
    self.name = name
    self.data = data
  }

  /// Reads a specification file.
  ///
  /// Keys and values are checked when it is run, or by ``Zoo/check(_:)``.
  ///
  /// - Parameters:
  ///   - path: a JSON file as docs/compare.md describes it.
  ///   - dataFolder: the folder its data paths are relative to; nil for the file's own.
  /// - Throws: `ZooError` that names the line where it is no JSON.
  public init(contentsOf path: String, dataFolder: String? = nil) throws {
    json = try JSONValue.parse(contentsOf: path)
    self.dataFolder = dataFolder ?? parentFolder(of: path)
  }

  /// What the report calls it.
  public var name: String {
    get { self["name", as: String.self] ?? "" }
    set { self["name", as: String.self] = newValue }
  }
  /// Where the cases are.
  public var data: Data {
    get { self["data", as: Data.self] ?? Data(format: .table, path: "") }
    set { self["data", as: Data.self] = newValue }
  }
  /// How the cases are divided.
  public var folds: Folds {
    get { self["folds", as: Folds.self] ?? Folds.kFold(5) }
    set { self["folds", as: Folds.self] = newValue }
  }
  /// What everything random is drawn from; the same seed gives the same numbers.
  public var seed: Int {
    get { self["seed", as: Int.self] ?? 1 }
    set { self["seed", as: Int.self] = newValue }
  }
  /// The image encoders that are compared.
  public var images: [ImageEncoder] {
    get { self["image", as: [ImageEncoder].self] ?? [] }
    set { self["image", as: [ImageEncoder].self] = newValue.isEmpty ? nil : newValue }
  }
  /// The text encoders that are compared.
  public var texts: [TextEncoder] {
    get { self["text", as: [TextEncoder].self] ?? [] }
    set { self["text", as: [TextEncoder].self] = newValue.isEmpty ? nil : newValue }
  }
  /// The fusion heads under which pairs are joined; `concat` where none is given.
  public var fusionHeads: [FusionHead] {
    get { self["fusion", as: [FusionHead].self] ?? [] }
    set { self["fusion", as: [FusionHead].self] = newValue.isEmpty ? nil : newValue }
  }
  /// How everything is trained that does not say otherwise.
  public var training: Training {
    get { self["training", as: Training.self] ?? Training() }
    set { self["training", as: Training.self] = newValue }
  }
  /// What combinations are compared and chosen by; nil lets the data decide: accuracy, or AUROC
  /// where the classes are very unequal.
  public var metric: Metric? {
    get { self["metric", as: String.self].flatMap(Metric.init(named:)) }
    set { self["metric", as: String.self] = newValue?.score.rawValue }
  }

  /// The specification as text, as a file of it would hold.
  public var text: String { json.text() + "\n" }
}
