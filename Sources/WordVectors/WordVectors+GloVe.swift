import Basics

extension WordVectors {
  /// The lines at the front of a GloVe file from which its dimension is found.
  static let probedLines = 64

  /// Reads GloVe's text: no header, `word v1 … vD` a line.
  ///
  /// The numbers are the last D fields between bytes 0x20 and the word is all before, so a word
  /// may contain spaces (`. . .`) or no-break spaces. D, where it is not given, is what most of the
  /// first 64 lines have.
  ///
  /// A word that is no UTF-8 is left out and counted; more than half of them are refused. What is
  /// checked: of every line, that at least D fields stand behind its word;
  /// of every line that begins with a wanted word, that no number is too many; of the lines that are
  /// kept and of the first 64 lines, that they have exactly D numbers, each decimal and finite. Of
  /// other lines the numbers are not parsed. A carriage return or spaces at the end of a line are
  /// ignored, and so is a missing newline at the end of the file. Of a word's lines the first
  /// counts.
  ///
  /// J. Pennington, R. Socher, C. Manning, "GloVe: Global Vectors for Word Representation",
  /// https://nlp.stanford.edu/projects/glove/.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe.
  ///   - dimension: The numbers of a word; nil finds them.
  ///   - wanted: The words to keep; nil keeps all, and memory is then bounded by the file.
  ///   - progress: Is told the share that is read, 0…1, and answers whether to go on.
  /// - Returns: The vectors found, in the order of the file.
  /// - Throws: `ZooError` that names path, line and remedy; `Interrupted` when `progress` says no.
  public static func readGloVe(
    path: String, dimension: Int? = nil, keeping wanted: (any Collection<String>)? = nil,
    progress: (Double) -> Bool = { _ in true }
  ) throws -> WordVectorTable {
    if let dimension, !(1...maximumDimension).contains(dimension) {
      throw ZooError(
        .badValue, "dimension is \(dimension); expected 1 to \(maximumDimension)",
        at: Place(path: path))
    }
    let stream = try ByteStream(path: path)
    try refusePacked(stream.buffered, path: path)
    let dimension = try GloVeProbe(stream).checkedDimension(asked: dimension)
    // A number takes at least a digit and a space.
    var table = TableBuilder(
      wanted: wanted.map { ByteIndex($0) }, dimension: dimension,
      limit: stream.size.map { $0 / (2 * dimension) + 1 })
    var pace = ReadingPace()
    while let line = try stream.line() {
      try read(line, dimension, stream, &table)
      try pace.check(stream, progress)
    }
    return try table.table(path: path, format: .gloveText, wordsInFile: stream.lineNumber)
  }

  /// Reads one line of a text file into the table if its word is wanted.
  @inline(__always)
  static func read(
    _ text: UnsafeRawBufferPointer, _ dimension: Int, _ stream: ByteStream,
    _ table: inout TableBuilder
  ) throws {
    let line = VectorLine(text, dimension: dimension)
    guard let end = line.wordEnd else {
      throw ragged(numbers: line.spaces, line, dimension, stream.place)
    }
    let token = UnsafeRawBufferPointer(rebasing: line.bytes[..<end])
    guard VectorLine.isText(token) else {
      table.leaveOut(token, at: stream.place)
      return
    }
    if line.spaces > dimension { table.wordsWithSpaces += 1 }
    guard table.wants(token) else {
      if line.spaces > dimension { try refuseExtraNumbers(line, token, dimension, stream, table) }
      return
    }
    if token.isEmpty {
      throw ZooError(
        .badFormat, "the line has no word; expected a word and \(dimension) numbers",
        at: stream.place)
    }
    try VectorLine.numbers(line.bytes, after: end, into: &table.row, at: stream.place)
    table.add(try VectorLine.word(token, at: stream.place), token)
  }

  /// A wanted word, a number too many: not to be taken for a longer word that nobody wants.
  private static func refuseExtraNumbers(
    _ line: VectorLine, _ token: UnsafeRawBufferPointer, _ dimension: Int, _ stream: ByteStream,
    _ table: TableBuilder
  ) throws {
    let fields = VectorLine.fields(token)
    guard let first = fields.first, table.isListed(first), !table.isListed(token),
      fields.dropFirst().allSatisfy(DecimalNumber.looksNumeric)
    else { return }
    throw ragged(numbers: line.spaces, line, dimension, stream.place)
  }

  /// The error of a line with too few or too many numbers.
  static func ragged(numbers: Int, _ line: VectorLine, _ dimension: Int, _ place: Place)
    -> ZooError
  {
    if line.bytes.isEmpty {
      return ZooError(
        .badFormat, "the line is empty; expected a word and \(dimension) numbers", at: place,
        advice: "Remove the line.")
    }
    let start = DecimalNumber.excerpt(line.bytes)
    return ZooError(
      .badFormat,
      "the line \"\(start)\" has \(numbers) numbers; expected a word and \(dimension) numbers, "
        + "separated by single spaces", at: place,
      advice: "The file is damaged or cut off: repair or remove the line, or download it again.")
  }
}
