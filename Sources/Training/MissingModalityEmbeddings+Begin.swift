import EncoderKit
import Fusion

extension MissingModalityEmbeddings {
  /// Begins at the mean of what the training cases have, so that nothing starts, or stays, at zero by
  /// accident.
  ///
  /// The mean over cases, and within a case over its regions or words. A side that no case has keeps
  /// what it was.
  package func begin(_ cases: [CaseFeatures]) {
    set(
      image: mean(cases.compactMap(\.image)), text: mean(cases.compactMap(\.text)),
      regions: mean(cases.compactMap { mean($0.regions, width: $0.regionWidth) }),
      words: mean(
        cases.compactMap { item in
          item.wordCount > 0 ? mean(item.words, width: item.words.count / item.wordCount) : nil
        }))
  }

  private func mean(_ rows: [Float], width: Int) -> [Float]? {
    guard width > 0, !rows.isEmpty else { return nil }
    return mean(
      stride(from: 0, to: rows.count, by: width).map { Array(rows[$0..<$0 + width]) })
  }

  private func mean(_ rows: [[Float]]) -> [Float]? {
    guard let first = rows.first else { return nil }
    var sums = [Double](repeating: 0, count: first.count)
    for row in rows { for index in row.indices { sums[index] += Double(row[index]) } }
    return sums.map { Float($0 / Double(rows.count)) }
  }
}
