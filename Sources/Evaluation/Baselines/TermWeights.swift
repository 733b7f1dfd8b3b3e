import Foundation

/// TF-IDF of tokens, with the definitions of scikit-learn's `TfidfVectorizer`
/// (https://scikit-learn.org/stable/modules/feature_extraction.html#text-feature-extraction):
/// a term counted c times in a document weighs c · (ln((1 + n) / (1 + df)) + 1), n documents in
/// the training subset, df of them with the term; then the row is divided by its length (l2).
package struct TermWeights: Sendable {
  /// Terms are single tokens; with `usesBigrams` also pairs of neighbours.
  package let usesBigrams: Bool
  private var tokens: [String: Int32] = [:]
  /// Term → column; a term is a token, or two of them in the upper and lower half.
  private var terms: [UInt64: Int32] = [:]
  private var inverseFrequencies: [Double] = []

  /// How many terms have a column.
  package var termCount: Int { inverseFrequencies.count }

  /// Learns the terms and their document frequencies.
  ///
  /// - Parameters:
  ///   - documents: the tokens of each document of the training subset.
  ///   - usesBigrams: adds pairs of neighbouring tokens.
  ///   - minimumDocuments: terms of fewer documents are left out; at least 1.
  package init(training documents: [[String]], usesBigrams: Bool, minimumDocuments: Int) {
    self.usesBigrams = usesBigrams
    let encoded = documents.map { document in
      document.map { token -> Int32 in
        if let known = tokens[token] { return known }
        let new = Int32(tokens.count)
        tokens[token] = new
        return new
      }
    }
    var order: [UInt64] = []
    var documentFrequencies: [UInt64: Int] = [:]
    for document in encoded {
      for term in Set(Self.terms(of: document, usesBigrams)).sorted() {
        if documentFrequencies[term, default: 0] == 0 { order.append(term) }
        documentFrequencies[term, default: 0] += 1
      }
    }
    let count = Double(documents.count)
    for term in order {
      let frequency = documentFrequencies[term] ?? 0
      guard frequency >= minimumDocuments else { continue }
      terms[term] = Int32(inverseFrequencies.count)
      inverseFrequencies.append(log((1 + count) / (1 + Double(frequency))) + 1)
    }
  }

  /// The rows of documents, shape `[documents, terms]`; terms not learned are ignored.
  package func rows(_ documents: [[String]]) -> SparseRows {
    var rows = SparseRows(columnCount: termCount)
    for document in documents {
      // A token never learned breaks the pairs it is in: -1 makes no term.
      let encoded = document.map { tokens[$0] ?? -1 }
      var columns = Self.terms(of: encoded, usesBigrams).compactMap { terms[$0] }
      columns.sort()
      var entries: [(column: Int, value: Double)] = []
      for column in columns {
        if entries.last?.column == Int(column) {
          entries[entries.count - 1].value += 1
        } else {
          entries.append((Int(column), 1))
        }
      }
      var square = 0.0
      for i in entries.indices {
        entries[i].value *= inverseFrequencies[entries[i].column]
        square += entries[i].value * entries[i].value
      }
      let length = square.squareRoot()
      if length > 0 { for i in entries.indices { entries[i].value /= length } }
      rows.append(entries)
    }
    return rows
  }

  private static func terms(of document: [Int32], _ usesBigrams: Bool) -> [UInt64] {
    var terms: [UInt64] = []
    terms.reserveCapacity(document.count * (usesBigrams ? 2 : 1))
    for (index, token) in document.enumerated() where token >= 0 {
      terms.append(UInt64(token))
      if usesBigrams, index + 1 < document.count, document[index + 1] >= 0 {
        // + 1 keeps a pair that begins with token 0 apart from a single token.
        terms.append((UInt64(token) + 1) << 32 | UInt64(document[index + 1]))
      }
    }
    return terms
  }
}
