import Basics
import Foundation

/// The folder of a comparison, as far as its models go: `cells/SPLIT/COMBINATION/model`.
package struct ComparisonFolder: Sendable {
  package let path: String
  /// The splits with a finished model.
  package let splits: [String]
  /// The combinations with a finished model in the first of them.
  package let combinations: [String]

  /// Looks into a folder; nil where it is none of a comparison.
  package init?(_ path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    func names(_ folder: String) -> [String]? {
      (try? FileManager.default.contentsOfDirectory(atPath: folder))?
        .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    }
    func models(_ split: String) -> [String] {
      names("\(path)/cells/\(split)")?.filter {
        ModelFolders.isModel("\(path)/cells/\(split)/\($0)/model")
      } ?? []
    }
    guard let all = names("\(path)/cells") else { return nil }
    self.path = path
    splits = all.filter { !models($0).isEmpty }
    combinations = splits.first.map(models) ?? []
  }

  /// The error where one model is asked for.
  package var refusal: ZooError {
    guard let split = splits.first, let name = combinations.first else {
      return ZooError(
        .notFound, "holds a comparison without a finished model", at: Place(path: path),
        advice: "go on with it by zoo compare --resume")
    }
    return ZooError(
      .notFound, "holds a comparison of many models; one is asked for", at: Place(path: path),
      advice: "its models are \(path)/cells/SPLIT/NAME/model, such as"
        + " \"\(path)/cells/\(split)/\(name)/model\"; NAME is one of: "
        + combinations.joined(separator: ", ")
        + (splits.count > 1 ? "; SPLIT is one of: \(splits.joined(separator: ", "))" : ""))
  }
}
