import EncoderKit

/// A fusion head over both sides of a few cases, normally distributed; the text's words are of several
/// numbers.
struct HeadSubject: Subject {
  let entry: any FusionHeadEntry
  let options: JSONValue
  let shape: FusionShape
  /// Regions of each image.
  let regionCount: Int
  let count = 4

  /// As the program would build the head: regions and words only where it reads them.
  init(
    _ entry: any FusionHeadEntry, options: JSONValue, imageWidth: Int = 12, textWidth: Int = 10,
    regionWidth: Int = 8, wordWidth: Int = 6, outputs: Int = 2, regionCount: Int = 4
  ) {
    let reads = entry.description.reads
    self.entry = entry
    self.options = options
    self.regionCount = regionCount
    shape = FusionShape(
      imageWidth: imageWidth, textWidth: textWidth,
      regionWidth: reads.contains(.regions) ? regionWidth : nil,
      wordWidth: reads.contains(.words) ? wordWidth : nil, outputs: outputs)
  }

  var name: String { entry.description.name }
  var variant: String { "\(shape)" }

  func make(_ store: ParameterStore) throws -> any Network {
    HeadNetwork(
      head: try entry.makeNamed(options: options.object(), shape: shape, scope: Scope(store)),
      cases: cases)
  }

  var cases: HeadCases {
    HeadCases(shape: shape, reads: entry.description.reads, regionCount: regionCount)
  }
}

/// Cases as a fusion head is given them, all that belongs to one side by side in one row.
///
/// So there is one tensor that a check can change, and one gradient.
struct HeadCases {
  /// The words of each case; one has a single word.
  private static let wordCounts = [3, 1, 5, 2]

  let shape: FusionShape
  let reads: Set<FusionHeadDescription.Reading>
  let regionCount: Int

  private var places: Int { Self.wordCounts.max() ?? 1 }

  /// The columns of each part.
  var columns: (image: Range<Int>, text: Range<Int>, more: [(what: String, range: Range<Int>)]) {
    var end = 0
    func next(_ width: Int) -> Range<Int> {
      defer { end += width }
      return end..<end + width
    }
    let (image, text) = (next(shape.imageWidth), next(shape.textWidth))
    var more: [(String, Range<Int>)] = []
    if let width = shape.regionWidth { more.append(("regions", next(regionCount * width))) }
    if let width = shape.wordWidth { more.append(("words", next(places * width))) }
    if reads.contains(.logits) {
      more += [("image's logits", next(shape.outputs)), ("text's logits", next(shape.outputs))]
    }
    return (image, text, more)
  }

  /// The rows of some cases, `[cases, columns]`.
  func rows(_ samples: [Int]) -> Tensor {
    let columns = columns
    let width = (columns.more.last?.range ?? columns.text).upperBound
    let words = columns.more.first { $0.what == "words" }?.range
    let values = samples.flatMap { sample -> [Float] in
      var random = RandomStream(seed: 11).derived("case \(sample)")
      let own = (0..<width).map { _ in Float(random.normal()) }
      // Zeros behind a text's last word.
      guard let words, let wordWidth = shape.wordWidth else { return own }
      let end = words.lowerBound + Self.wordCounts[sample] * wordWidth
      return own.indices.map { words.contains($0) && $0 >= end ? 0 : own[$0] }
    }
    return Tensor(values, shape: [samples.count, width])
  }

  /// What the head is given of such rows.
  func input(_ rows: Tensor, _ samples: [Int], _ pass: inout Forward) -> FusionInput {
    let columns = columns
    let parts = Dictionary(
      uniqueKeysWithValues: columns.more.map { ($0.what, pass.slice(rows, $0.range)) })
    let counts = samples.map { Self.wordCounts[$0] }
    // As many places as the longest text of the batch has words.
    let longest = counts.max() ?? 1
    var (regions, words): (Tensor?, Tensor?)
    if let maps = parts["regions"], let width = shape.regionWidth {
      regions = pass.reshape(maps, to: [samples.count, regionCount, width])
    }
    if let all = parts["words"], let width = shape.wordWidth {
      words = pass.reshape(
        pass.slice(all, 0..<longest * width), to: [samples.count, longest, width])
    }
    return FusionInput(
      image: pass.slice(rows, columns.image), text: pass.slice(rows, columns.text),
      regions: regions, words: words, wordCounts: words == nil ? [] : counts,
      imageLogits: parts["image's logits"], textLogits: parts["text's logits"])
  }
}

struct HeadNetwork: Network {
  let head: any FusionHead
  let cases: HeadCases

  var featureWidth: Int { head.width }

  func features(_ samples: [Int], _ pass: inout Forward, change: (Tensor) -> Tensor) -> Tensor {
    head.fuse(cases.input(change(cases.rows(samples)), samples, &pass), &pass)
  }
}
