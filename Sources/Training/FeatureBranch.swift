import Basics
import Datasets
import Registry

/// A branch whose features were computed elsewhere: `{"features": FILE}`, with a name and a training.
package enum FeatureBranch {
  /// What such a branch may say.
  private static let keys: Set<String> = ["name", "features", "training", "decoder"]

  /// The branch as a saved model has it, with its encoder and the width of its vectors; any other branch as it is.
  ///
  /// - Throws: `ZooError` for keys that it has no use for, and a file that can't be read.
  static func whole(_ value: JSONValue, isSaved: Bool) throws -> JSONValue {
    guard !isSaved, case .object(let members) = value.content else { return value }
    if let encoder = members.first(where: { $0.key == "encoder" })?.value,
      try encoder.string() == GivenFeatures.encoder
    {
      throw ZooError(
        .badValue, "no encoder is called \"\(GivenFeatures.encoder)\"", at: encoder.place,
        advice: "vectors that were computed elsewhere are named by {\"features\": FILE}")
    }
    guard let named = members.first(where: { $0.key == "features" }) else { return value }
    if let other = members.first(where: { !keys.contains($0.key) }) {
      throw ZooError(
        .badValue,
        "\"features\" are vectors that were computed elsewhere, and have no \"\(other.key)\"",
        at: other.value.place, advice: "leave it out, or name an encoder instead")
    }
    let path = try named.value.string()
    let table: FeatureTable
    do { table = try FeatureTable(path: path) } catch let error as ZooError {
      throw ZooError(
        error.code, "\(path) \(error.message)", at: named.value.place, advice: error.advice)
    }
    var whole = members
    if !members.contains(where: { $0.key == "name" }) {
      let file = path.split(separator: "/").last.map(String.init) ?? "features"
      whole.append(("name", (file.split(separator: ".").first.map(String.init) ?? file).json))
    }
    whole.append(("encoder", GivenFeatures.encoder.json))
    whole.append(("options", ["width": table.width.json]))
    return JSONValue(.object(whole), at: value.place)
  }

  /// The vectors of the cases of a study.
  ///
  /// - Throws: `ZooError` where a case has none.
  static func rows(_ path: String, of cases: StudyCases) throws -> FeatureRows {
    try FeatureTable(path: path).rows(of: cases.set.cases.map(\.id))
  }

  /// Sees that every case has its vectors, and tells what is not known of them.
  ///
  /// - Throws: `ZooError` where a case has none.
  package static func check(
    _ images: [ImageBranch], _ texts: [TextBranch], ids: [String], progress: ProgressReporter
  ) throws {
    let branches =
      images.map { ($0.name, $0.features) } + texts.map { ($0.name, $0.features) }
    for case (let name, let path?) in branches {
      let table = try FeatureTable(path: path)
      _ = try table.rows(of: ids)
      let others = table.count - Set(ids).count
      progress.note(
        "\(name): its \(table.width) features a case were computed elsewhere; whether what computed them has seen"
          + " cases that are tested can't be told"
          + (others > 0
            ? "; \(others) of the \(table.count) vectors are of no case of the study" : ""))
    }
  }
}

extension TrainedModel {
  /// Refuses a model whose features are computed elsewhere, where new cases are to be read.
  ///
  /// - Throws: `ZooError` of code `.unsupported`.
  package func checkReadsCases(at folder: String) throws {
    guard let file = image?.features ?? text?.features else { return }
    throw ZooError(
      .unsupported,
      "not built: the model reads vectors that were computed elsewhere (\(lastName(of: file))), and no cases",
      at: Place(path: folder),
      advice: "the study's results.csv and report hold its answers to the cases of the study")
  }
}
