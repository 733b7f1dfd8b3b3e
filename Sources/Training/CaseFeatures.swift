import EncoderKit
import Fusion

/// What both encoders give of one case, kept while a head trains over them.
package struct CaseFeatures: Sendable, Equatable {
  /// The image's features; nil where the case has no image.
  package var image: [Float]?
  /// The text's features; nil where the case has no text.
  package var text: [Float]?
  /// `[regions, regionWidth]`; empty where the head reads none.
  package var regions: [Float] = []
  /// The width of a region; 0 where the head reads none.
  package var regionWidth = 0
  /// `[words, wordWidth]`; empty where the head reads none.
  package var words: [Float] = []
  /// The words of the text; 0 where the head reads none.
  package var wordCount = 0

  package init() {}

  /// The features that `floats` holds.
  init(floats: [Float]) {
    var rest = floats[...]
    func take(_ count: Int) -> [Float] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    let counts = take(6).map { Int($0) }
    image = counts[0] < 0 ? nil : take(counts[0])
    text = counts[1] < 0 ? nil : take(counts[1])
    (regions, words) = (take(counts[2]), take(counts[3]))
    (regionWidth, wordCount) = (counts[4], counts[5])
  }

  /// All of it in one row, to send: counts, which single precision holds up to 2²⁴, and values.
  var floats: [Float] {
    let counts = [
      image?.count ?? -1, text?.count ?? -1, regions.count, words.count, regionWidth, wordCount,
    ]
    return counts.map { Float($0) } + (image ?? []) + (text ?? []) + regions + words
  }

  /// The features of each case of a batch that was encoded.
  package static func cases(of batch: EncodedBatch) -> [CaseFeatures] {
    let image = batch.image.map {
      (side: $0, features: $0.features.values, regions: $0.regions?.values)
    }
    let text = batch.text.map { (side: $0, features: $0.features.values, words: $0.words?.values) }
    return (0..<batch.count).map { index in
      var item = CaseFeatures()
      if let image, let row = batch.imageRows.map({ $0[index] }) ?? index {
        item.image = slice(image.features, row, width: image.side.features.channels)
        if let values = image.regions, let shape = image.side.regions?.shape {
          item.regions = slice(values, row, width: shape[1] * shape[2])
          item.regionWidth = shape[2]
        }
      }
      if let text, let row = batch.textRows.map({ $0[index] }) ?? index {
        item.text = slice(text.features, row, width: text.side.features.channels)
        if let values = text.words, let shape = text.side.words?.shape {
          item.wordCount = text.side.wordCounts[row]
          let start = row * shape[1] * shape[2]
          item.words = Array(values[start..<start + item.wordCount * shape[2]])
        }
      }
      return item
    }
  }

  /// The batch of some cases' features.
  package static func batch(_ cases: [CaseFeatures]) -> EncodedBatch {
    let images = cases.filter { $0.image != nil }
    let texts = cases.filter { $0.text != nil }
    return EncodedBatch(
      image: imageSide(images), text: textSide(texts),
      imageRows: rows(cases) { $0.image != nil }, textRows: rows(cases) { $0.text != nil })
  }

  private static func imageSide(_ cases: [CaseFeatures]) -> ImageSide? {
    guard let first = cases.first, let width = first.image?.count else { return nil }
    var side = ImageSide(
      features: Tensor(cases.flatMap { $0.image ?? [] }, shape: [cases.count, width]))
    if first.regionWidth > 0 {
      side.regions = Tensor(
        cases.flatMap(\.regions),
        shape: [cases.count, first.regions.count / first.regionWidth, first.regionWidth])
    }
    return side
  }

  private static func textSide(_ cases: [CaseFeatures]) -> TextSide? {
    guard let first = cases.first, let width = first.text?.count else { return nil }
    var side = TextSide(
      features: Tensor(cases.flatMap { $0.text ?? [] }, shape: [cases.count, width]))
    if first.wordCount > 0 {
      let wordWidth = first.words.count / first.wordCount
      let longest = cases.map(\.wordCount).max() ?? 1
      side.words = Tensor(
        cases.flatMap { item in
          item.words + [Float](repeating: 0, count: longest * wordWidth - item.words.count)
        }, shape: [cases.count, longest, wordWidth])
      side.wordCounts = cases.map(\.wordCount)
    }
    return side
  }

  /// The row of each case among those that have a side; nil where all have it.
  private static func rows(_ cases: [CaseFeatures], _ has: (CaseFeatures) -> Bool) -> [Int?]? {
    guard !cases.allSatisfy(has) else { return nil }
    var next = 0
    return cases.map { item in
      guard has(item) else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private static func slice(_ values: [Float], _ row: Int, width: Int) -> [Float] {
    Array(values[row * width..<(row + 1) * width])
  }
}
