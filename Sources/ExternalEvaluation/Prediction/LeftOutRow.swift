import Basics

/// A case without a prediction: a row of the list beside the table.
struct LeftOutRow {
  static let columns = ["id", "place", "reason"]

  let id: String
  let error: ZooError

  var fields: [String] { [id, error.place?.description ?? "", error.message] }

  /// The error where bad cases are not to be left out.
  func refusal(of count: Int, _ source: CaseSource) -> ZooError {
    let more = count > 1 ? "; \(count - 1) more of the same batch can't be used either" : ""
    return ZooError(
      error.code, "the case \"\(id)\": \(error.message)\(more)", at: error.place,
      advice: "repair it, or leave such cases out with --skip-bad")
  }
}
