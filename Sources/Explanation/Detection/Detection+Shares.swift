import Basics
import Datasets

extension Detection {
  /// What of an answer rests on one of several pictures of a case.
  package struct Share: Sendable {
    package let split: String?
    /// The case's id.
    package let item: String
    package let image: String
    /// Which view it is; nil where the model tells none apart.
    package let view: String?
    /// The finding that was asked for; nil for a model of one question.
    package let finding: String?
    /// As of ``ViewExplanation/share``.
    package let share: Double?
    package let isAttention: Bool
    /// Whether its circles are scored; a picture without a box that was not to be looked at is not.
    package let isScored: Bool

    /// The file of all shares.
    static let tableName = "pictures.csv"

    init(
      _ seen: ViewExplanation, of item: Case, image: String, finding: String?, split: String?,
      isScored: Bool
    ) {
      self.split = split
      self.item = item.id
      self.image = image
      self.finding = finding
      self.isScored = isScored
      (view, share, isAttention) = (seen.view, seen.share, seen.isAttention)
    }

    /// What the share is of, in files.
    var shareOf: String { isAttention ? "attention" : "attribution" }
  }

  /// The shares of the pictures of one view.
  struct ViewShares {
    /// Nil where the model tells no views apart.
    let view: String?
    let pictures: Int
    /// Nil where no picture of the view has a share.
    let mean: Double?
    let least: Double?
    let largest: Double?
  }

  /// The shares by view, in the order in which views come up.
  var sharesByView: [ViewShares] {
    var views: [String?] = []
    for one in shares where !views.contains(one.view) { views.append(one.view) }
    return views.map { view in
      let own = shares.filter { $0.view == view }
      let known = own.compactMap(\.share)
      return ViewShares(
        view: view, pictures: own.count,
        mean: known.isEmpty ? nil : known.reduce(0, +) / Double(known.count), least: known.min(),
        largest: known.max())
    }
  }

  /// A row for each picture and finding.
  var pictures: CSVWriter {
    var writer = CSVWriter(columns: [
      "split", "id", "image", "view", "finding", "share", "shareOf", "scored",
    ])
    for one in shares {
      writer.append([
        one.split ?? "", one.item, one.image, one.view ?? "", one.finding ?? "",
        one.share.map { "\($0)" } ?? "", one.shareOf, "\(one.isScored)",
      ])
    }
    return writer
  }

  /// The shares by view for `detection.json`; nil where the model reads one picture a case.
  var sharesJSON: JSONValue? {
    guard let first = shares.first else { return nil }
    return [
      "shareOf": first.shareOf.json,
      "views": JSONValue(
        .array(
          sharesByView.map {
            [
              "view": $0.view.json, "pictures": $0.pictures.json, "mean": $0.mean.json,
              "least": $0.least.json, "largest": $0.largest.json,
            ]
          })),
    ]
  }
}
