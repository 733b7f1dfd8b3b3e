/// What the evaluations of several splits say: each sentence once, with how many of them say it.
struct SplitSentences {
  private var counts: [(text: String, splits: Int)] = []
  private var places: [String: Int] = [:]
  private var splits = 0

  /// Adds the sentences of one more split.
  mutating func add(_ sentences: [String]) {
    splits += 1
    var said: Set<String> = []
    for text in sentences where said.insert(text).inserted {
      if let place = places[text] {
        counts[place].splits += 1
      } else {
        places[text] = counts.count
        counts.append((text, 1))
      }
    }
  }

  /// All of them, in the order in which they were said first; those of a single split as they are.
  var sentences: [String] {
    counts.map { splits == 1 ? $0.text : "\($0.text) (\($0.splits) of \(splits) splits)" }
  }
}
