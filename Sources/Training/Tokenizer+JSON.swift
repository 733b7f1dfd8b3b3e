import Basics
import Datasets

extension Tokenizer {
  /// Reads the tokenizer of a specification or a model; what is left out keeps its default.
  ///
  /// - Throws: `ZooError` for an unknown key or value.
  package init(_ object: JSONObject?) throws {
    self.init()
    guard var object else { return }
    let kinds = Numbers.allCases.map(\.rawValue)
    let numbers = try object.choice("numbers", among: kinds, default: self.numbers.rawValue)
    self.numbers = Numbers(rawValue: numbers) ?? self.numbers
    keepsRemovedWords = try object.boolean("keepsRemovedWords", default: keepsRemovedWords)
    keepsSentenceEnds = try object.boolean("keepsSentenceEnds", default: keepsSentenceEnds)
    try object.finish()
  }

  /// The tokenizer as a specification would give it.
  package var json: JSONValue {
    [
      "numbers": JSONValue(.string(numbers.rawValue)),
      "keepsRemovedWords": JSONValue(.boolean(keepsRemovedWords)),
      "keepsSentenceEnds": JSONValue(.boolean(keepsSentenceEnds)),
    ]
  }
}
