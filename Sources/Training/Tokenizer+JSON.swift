import Basics
import Datasets

extension Tokenizer {
  /// The tokenizer of studies that say nothing else.
  ///
  /// Models that were saved before there was a choice name none, and go on reading runs.
  package static let ofStudies = Tokenizer(unspaced: .characters)

  /// Reads the tokenizer of a specification or a model; what is left out keeps its default, that of
  /// `unspaced` is given.
  ///
  /// - Throws: `ZooError` for an unknown key or value.
  package init(_ object: JSONObject?, unspaced fallback: Unspaced) throws {
    self.init(unspaced: fallback)
    guard var object else { return }
    numbers = try object.choice("numbers", default: numbers)
    keepsRemovedWords = try object.boolean("keepsRemovedWords", default: keepsRemovedWords)
    keepsSentenceEnds = try object.boolean("keepsSentenceEnds", default: keepsSentenceEnds)
    unspaced = try object.choice("unspaced", default: fallback)
    try object.finish()
  }

  /// The tokenizer as a model writes it: runs, as of models from before there was a choice, go without a
  /// key, so that their bundles stay what they are.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("numbers", numbers.rawValue.json), ("keepsRemovedWords", keepsRemovedWords.json),
      ("keepsSentenceEnds", keepsSentenceEnds.json),
    ]
    if unspaced != .runs { members.append(("unspaced", unspaced.rawValue.json)) }
    return JSONValue(.object(members))
  }
}
