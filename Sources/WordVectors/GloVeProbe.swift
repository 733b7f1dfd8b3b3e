import Basics

/// What the first lines of a text without a header have to say about its dimension.
struct GloVeProbe {
  private let path: String
  private let lines: [UnsafeRawBufferPointer]
  /// Per line, the fields at its end that are numbers or want to be.
  private let numbers: [Int]

  /// Looks at the first lines without handing them out.
  ///
  /// - Throws: `ZooError` for a header, a byte-order mark, or an endless line.
  init(_ stream: ByteStream) throws {
    path = stream.path
    let peeked = try stream.peekLines(WordVectors.probedLines)
    lines = peeked.map(VectorLine.trimmed)
    numbers = lines.map(GloVeProbe.trailingNumbers)
    try refuseMarksAndHeader()
  }

  /// The dimension, if all first lines agree with it.
  ///
  /// - Throws: `ZooError` that names the first line that does not.
  func checkedDimension(asked: Int?) throws -> Int {
    let common = mostFrequent()
    if let asked, asked != common, common > 0, numbers.allSatisfy({ $0 == common }) {
      throw ZooError(
        .badValue, "the lines have \(common) numbers; expected \(asked), as asked for",
        at: Place(path: path, line: 1), advice: "Ask for dimension \(common) or for none.")
    }
    let dimension = asked ?? common
    guard dimension > 0 else { throw noVectors() }
    guard dimension <= WordVectors.maximumDimension else {
      throw ZooError(
        .badFormat,
        "the lines have \(dimension) numbers; expected at most \(WordVectors.maximumDimension)",
        at: Place(path: path, line: 1))
    }
    var row = [Float](repeating: 0, count: dimension)
    for (index, line) in lines.enumerated() {
      let place = Place(path: path, line: index + 1)
      let cut = VectorLine(line, dimension: dimension)
      if let end = cut.wordEnd {
        try VectorLine.numbers(line, after: end, into: &row, at: place)
      }
      if numbers[index] != dimension {
        throw WordVectors.ragged(numbers: numbers[index], cut, dimension, place)
      }
    }
    return dimension
  }

  /// The fields at the end of a line that are numbers; the first field is part of the word.
  static func trailingNumbers(_ line: UnsafeRawBufferPointer) -> Int {
    let fields = VectorLine.fields(line)
    return fields.dropFirst().reversed().prefix(while: DecimalNumber.looksNumeric).count
  }

  /// The count that most lines have; of equally frequent ones the earliest.
  private func mostFrequent() -> Int {
    var times: [Int: Int] = [:]
    for count in numbers { times[count, default: 0] += 1 }
    let most = times.values.max() ?? 0
    return numbers.first { times[$0] == most } ?? 0
  }

  private func refuseMarksAndHeader() throws {
    guard let first = lines.first else { return }
    let place = Place(path: path, line: 1)
    if first.starts(with: [0xef, 0xbb, 0xbf]) || first.starts(with: [0xff, 0xfe])
      || first.starts(with: [0xfe, 0xff])
    {
      throw ZooError(
        .badFormat, "the file starts with a byte-order mark; expected plain UTF-8", at: place,
        advice: "Convert it, for example: iconv -f utf-16 -t utf-8 IN > OUT, or remove the mark.")
    }
    if let header = Word2VecHeader.sizes(first) {
      throw ZooError(
        .badFormat,
        "the line is a word2vec header (\(header.words) words, \(header.dimension) numbers each); "
          + "GloVe's text has none", at: place,
        advice: "Read the file as word2vec text or binary, or remove the line.")
    }
  }

  private func noVectors() -> ZooError {
    let start = lines.first.map { DecimalNumber.excerpt($0) } ?? ""
    return ZooError(
      .badFormat,
      "the line \"\(start)\" has no numbers behind its word; expected a word and its numbers, "
        + "separated by single spaces", at: Place(path: path, line: 1),
      advice: "Expected is GloVe's text as it is inside the zip files of nlp.stanford.edu.")
  }
}
