import Basics

/// The first line of word2vec's formats: the number of words and of the numbers of each.
struct Word2VecHeader {
  let words: Int
  let dimension: Int

  /// Takes the header line from a stream.
  ///
  /// - Parameters:
  ///   - stream: A file at its start.
  ///   - minimumBytes: The fewest bytes a word with so many numbers takes.
  /// - Throws: `ZooError` for anything else, or for sizes that the file can't hold.
  init(_ stream: ByteStream, minimumBytes: (_ dimension: Int) -> Int) throws {
    let line = VectorLine.trimmed(try stream.line() ?? UnsafeRawBufferPointer(start: nil, count: 0))
    guard let sizes = Word2VecHeader.sizes(line) else {
      throw ZooError(
        .badFormat,
        "the line \"\(DecimalNumber.excerpt(line))\" is no word2vec header; expected two numbers, "
          + "the words and the dimension", at: stream.place,
        advice: "GloVe's text has no header: read such a file as GloVe.")
    }
    guard let words = Int(sizes.words), words > 0 else {
      throw ZooError(
        .badFormat, "the header promises \(sizes.words) words; expected 1 or more",
        at: stream.place)
    }
    guard let dimension = Int(sizes.dimension), (1...WordVectors.maximumDimension) ~= dimension
    else {
      throw ZooError(
        .badFormat,
        "the header promises vectors of \(sizes.dimension) numbers; expected 1 to "
          + "\(WordVectors.maximumDimension)", at: stream.place)
    }
    if let size = stream.size {
      let possible = (size - stream.offset + 1) / minimumBytes(dimension)
      guard words <= possible else {
        throw ZooError(
          .badFormat,
          "the header promises \(words) words of \(dimension) numbers; the file's \(size) bytes "
            + "hold at most \(possible)", at: stream.place,
          advice: "The file is cut off or the header is wrong: download or write it again.")
      }
    }
    self.words = words
    self.dimension = dimension
  }

  /// The two whole numbers of a header line, as written, or nil when it is none.
  static func sizes(_ line: UnsafeRawBufferPointer) -> (words: String, dimension: String)? {
    guard line.count <= 64 else { return nil }
    let fields = VectorLine.fields(line)
    guard fields.count == 2, fields.allSatisfy(isWholeNumber) else { return nil }
    return (
      String(decoding: fields[0], as: UTF8.self), String(decoding: fields[1], as: UTF8.self)
    )
  }

  private static func isWholeNumber(_ field: UnsafeRawBufferPointer) -> Bool {
    let digits = field.first == UInt8(ascii: "-") ? field.dropFirst() : field[...]
    return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}
