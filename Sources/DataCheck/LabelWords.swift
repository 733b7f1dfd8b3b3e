import Datasets

/// Words of reports that give a label away: a model that reads them need not understand anything else.
///
/// For each label and each word, or pair of neighbouring words, Youden's J = |share of the texts with the label that
/// hold it − share of those without it|. Words that are rare among both are passed over.
package struct LabelWords: Sendable, Equatable {
  /// From this J on a word is said to give a label away.
  package static let leastJ = 0.85
  /// The fewest cases with and without a label for which words are looked at.
  package static let leastCases = 10

  /// A word and the texts that hold it.
  package struct Word: Sendable, Equatable {
    package let word: String
    /// Texts with the label that hold it, and how many there are.
    package let with: (count: Int, of: Int)
    /// The same without the label.
    package let without: (count: Int, of: Int)
    /// Whether it is the label's own name.
    package let isName: Bool

    /// How well it tells the label, 0 to 1.
    package var j: Double {
      abs(Double(with.count) / Double(with.of) - Double(without.count) / Double(without.of))
    }

    /// Whether texts with the label hold it more often.
    package var speaksFor: Bool { with.count * without.of > without.count * with.of }

    package static func == (one: Word, other: Word) -> Bool {
      one.word == other.word && one.with == other.with && one.without == other.without
        && one.isName == other.isName
    }
  }

  /// A label and its strongest words, the best first.
  package struct Label: Sendable, Equatable {
    package let name: String
    package let words: [Word]
  }

  package let labels: [Label]
  /// Labels that too few texts have, or too few lack, to look at their words.
  package let passedOver: [String]

  /// Looks through texts.
  ///
  /// - Parameters:
  ///   - texts: the words of each case's text; empty where it has none.
  ///   - matrix: a row for each case.
  ///   - outputs: the labels that are asked about; of two classes the second alone.
  ///   - count: how many words are kept of each label.
  package init(_ texts: [[String]], _ matrix: LabelMatrix, outputs: [Int], keeping count: Int = 8) {
    var places: [String: [Int32]] = [:]
    for (index, words) in texts.enumerated() where !words.isEmpty {
      for word in LabelWords.terms(words) { places[word, default: []].append(Int32(index)) }
    }
    let common = places.filter { $0.value.count >= LabelWords.leastCases / 2 }
    let width = matrix.names.count
    var passedOver: [String] = []
    labels = outputs.compactMap { output in
      // 1 with the label, 0 without, −1 unknown or without text.
      let truth: [Int8] = texts.indices.map { row in
        texts[row].isEmpty || !matrix.isKnown[row * width + output]
          ? -1 : matrix.answers[row * width + output] ? 1 : 0
      }
      let (positives, negatives) = (truth.count { $0 == 1 }, truth.count { $0 == 0 })
      guard min(positives, negatives) >= LabelWords.leastCases else {
        passedOver.append(matrix.names[output])
        return nil
      }
      let name = Tokenizer().words(matrix.names[output]).joined(separator: " ")
      let words = common.map { word, cases in
        var (with, without) = (0, 0)
        for place in cases {
          if truth[Int(place)] == 1 { with += 1 }
          if truth[Int(place)] == 0 { without += 1 }
        }
        return Word(
          word: word, with: (with, positives), without: (without, negatives), isName: word == name)
      }
      // Of words that tell alike the label's name, then those that it has, the shorter, the first by its bytes.
      let best = words.sorted { one, other in
        if one.j != other.j { return one.j > other.j }
        if one.isName != other.isName { return one.isName }
        if one.speaksFor != other.speaksFor { return one.speaksFor }
        if one.word.utf8.count != other.word.utf8.count {
          return one.word.utf8.count < other.word.utf8.count
        }
        return one.word.utf8.lexicographicallyPrecedes(other.word.utf8)
      }
      let named = best.filter(\.isName)
      return Label(
        name: matrix.names[output],
        words: Array(best.prefix(count)) + named.filter { !best.prefix(count).contains($0) })
    }
    self.passedOver = passedOver
  }

  /// The words of a text and its pairs of neighbouring words, each once.
  private static func terms(_ words: [String]) -> Set<String> {
    var terms = Set(words)
    for (first, second) in zip(words, words.dropFirst()) { terms.insert("\(first) \(second)") }
    return terms
  }

  /// What must be said: labels that a word gives away.
  package var findings: [DataFinding] {
    let notes =
      passedOver.isEmpty
      ? []
      : [
        DataFinding(
          .labelWord, .note,
          "words were not looked at for \(passedOver.map { "“\($0)”" }.joined(separator: ", ")): fewer than"
            + " \(LabelWords.leastCases) texts have the label, or lack it")
      ]
    return notes
      + labels.compactMap { label in
        let telling = label.words.filter { $0.j >= LabelWords.leastJ }
        guard let first = telling.first else { return nil }
        let others = telling.dropFirst().filter { $0.speaksFor == first.speaksFor }.prefix(3)
          .map { "“\($0.word)”" }
        let named = telling.contains(where: \.isName) ? ": the report names it" : ""
        return DataFinding(
          .labelWord, .warning,
          "“\(first.word)” stands in \(first.with.count) of the \(first.with.of) texts with “\(label.name)” and in"
            + " \(first.without.count) of the \(first.without.of) without it\(named)"
            + (others.isEmpty ? "" : "; so do \(others.joined(separator: ", "))"),
          advice:
            "a model may read this word alone; leave the section or sentence out, or do not call what it scores"
            + " understanding")
      }
  }
}
