import Basics
import Datasets
import Fusion

/// How an image branch reads several pictures of a case.
package struct ViewSettings: Sendable, Equatable {
  /// Which encoder reads a picture.
  package enum Encoders: String, Sendable, CaseIterable {
    /// One reads all.
    case shared
    /// One for each view.
    case each
  }

  package var join: ViewJoin.Rule
  package var encoders: Encoders
  /// How likely a training case of several pictures loses one of them, 0…0.9.
  package var dropRate: Double
  /// The rows of the attention's hidden layers.
  package var attentionWidth: Int
  /// The views that are read, by their names; nil for all of the data's.
  package var use: [String]?
  /// The views, each a slot; nil where cases have any number of pictures.
  package private(set) var slots: ViewSlots?
  package let place: Place

  /// Joins all pictures by the mean of their features.
  package init(slots: ViewSlots?, place: Place) {
    (join, encoders, dropRate, attentionWidth) = (.mean, .shared, ViewSettings.defaultRate, 64)
    (self.slots, self.place) = (slots, place)
  }

  private static let defaultRate = 0.2

  /// Reads `views` of a branch; one of a saved model has its slots.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package init(_ value: JSONValue, isSaved: Bool) throws {
    var object = try value.object()
    place = value.place
    join = try object.choice("join", default: .mean)
    encoders = try object.choice("encoders", default: .shared)
    dropRate = try object.number("drop", in: 0...0.9, default: ViewSettings.defaultRate)
    attentionWidth = try object.integer("attentionWidth", in: 1...4096, default: 64)
    use = try object.strings("use")
    slots = isSaved ? try object.value("slots").map { try ViewSlots($0) } : nil
    try object.finish()
  }

  /// The settings as a specification, or a saved model, holds them.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("join", join.rawValue.json), ("encoders", encoders.rawValue.json), ("drop", dropRate.json),
    ]
    if join == .attention { members.append(("attentionWidth", attentionWidth.json)) }
    if let use { members.append(("use", use.json)) }
    if let slots { members.append(("slots", slots.json)) }
    return JSONValue(.object(members))
  }

  /// What is read of a case and how, in words for a model card.
  package var sentence: String {
    let read = slots.map {
      "views \($0.names.joined(separator: ", ")), \(encoders == .each ? "an encoder for each" : "one encoder for all")"
    }
    return (read ?? "any number, one encoder for all") + ", joined by \(join.rawValue)"
      + (slots == nil ? "" : "; a learned vector takes the place of a view that a case lacks")
  }

  /// Takes the views of the data, nil where their cases have any number of pictures.
  ///
  /// - Throws: `ZooError` of code `.badValue` for what needs views that are told apart.
  mutating func settle(_ views: ViewSlots?) throws {
    guard let views else {
      guard use == nil, encoders == .shared else {
        throw ZooError(
          .badValue,
          use != nil
            ? "\"use\" names views, and the data tell none apart"
            : "an encoder for each view, and the data tell no views apart",
          at: place, advice: "name them in \"data\": \"views\": [\"frontal\", \"lateral\"]")
      }
      return
    }
    slots = try use.map { try views.named($0, at: place) } ?? views
    guard slots?.slots.isEmpty == false else {
      throw ZooError(.badValue, "\"use\" names no view", at: place)
    }
    guard Set(slots?.names ?? []).count == slots?.slots.count else {
      throw ZooError(.badValue, "\"use\" names a view twice", at: place)
    }
  }

  /// The number of encoders.
  var encoderCount: Int { encoders == .each ? slots?.slots.count ?? 1 : 1 }
}

extension ImageBranch {
  /// Takes the views of a study's data: `several` tells whether its cases may have several pictures, `slots` which views
  /// they are of.
  ///
  /// - Throws: `ZooError` of code `.badValue` for settings that do not fit the data or the branch.
  package mutating func settleViews(_ slots: ViewSlots?, several: Bool) throws {
    guard several else {
      guard let views else { return }
      throw ZooError(
        .badValue, "\"views\" joins the pictures of a case, and the data have one picture a case",
        at: views.place,
        advice: "name the column of views in \"columns\" and the views in \"data\", or leave it out"
      )
    }
    var own = views ?? ViewSettings(slots: slots, place: place)
    try own.settle(slots)
    guard members == 1 else {
      throw ZooError(
        .unsupported, "not built: \"members\" over several pictures a case", at: place,
        advice: "leave \"members\" out, or read one picture a case")
    }
    views = own
  }

  /// Which of a case's pictures the branch reads: their places, in each slot; all where there are no slots, the first
  /// where it joins none.
  package func pictures(of item: Case) -> [Int?] {
    guard let views else { return item.images.isEmpty ? [] : [0] }
    return views.slots.map { $0.picked(from: item.images) } ?? item.images.indices.map { $0 }
  }

  /// A case with the pictures alone that the branch reads.
  package func reduced(_ item: Case) -> Case {
    var reduced = item
    reduced.images = pictures(of: item).compactMap { $0.map { item.images[$0] } }
    return reduced
  }
}
