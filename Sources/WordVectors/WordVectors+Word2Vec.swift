import Basics
import CWordVectors

extension WordVectors {
  /// Reads the text of word2vec's C tool and of gensim: a header `V D`, then `word v1 … vD` a line.
  ///
  /// Lines are checked as `readGloVe` does, and there must be exactly V of them.
  ///
  /// T. Mikolov et al., "Distributed Representations of Words and Phrases and their
  /// Compositionality", https://arxiv.org/abs/1310.4546; the C tool is at
  /// https://code.google.com/archive/p/word2vec/.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe.
  ///   - wanted: The words to keep; nil keeps all, and memory is then bounded by the file.
  ///   - progress: Is told the share that is read, 0…1, and answers whether to go on.
  /// - Returns: The vectors found, in the order of the file.
  /// - Throws: `ZooError` that names path, line and remedy; `Interrupted` when `progress` says no.
  public static func readWord2VecText(
    path: String, keeping wanted: (any Collection<String>)? = nil,
    progress: (Double) -> Bool = { _ in true }
  ) throws -> WordVectorTable {
    let stream = try ByteStream(path: path)
    try refusePacked(stream.buffered, path: path)
    let header = try Word2VecHeader(stream) { 2 * $0 + 2 }
    var table = TableBuilder(
      wanted: wanted.map { ByteIndex($0) }, dimension: header.dimension,
      limit: stream.size == nil ? nil : header.words)
    var pace = ReadingPace()
    for number in 0..<header.words {
      guard let line = try stream.line() else { throw cutOff(after: number, header, stream) }
      try read(line, header.dimension, stream, &table)
      try pace.check(stream, progress)
    }
    if try stream.line() != nil {
      throw ZooError(
        .badFormat, "the header promises \(header.words) words, but more lines follow",
        at: stream.place, advice: "Correct the header, or write the file again.")
    }
    return try table.table(path: path, format: .word2vecText, wordsInFile: header.words)
  }

  /// Reads the binary of word2vec's C tool and of gensim: a header `V D`, then V times word, 0x20,
  /// D little-endian 32-bit floats and an optional newline.
  ///
  /// Every number must be finite, kept or not, and nothing may follow. A word that is no UTF-8 (word2vec.c
  /// cuts long ones within a letter) is left out and counted; more than half of them are refused.
  ///
  /// - Parameters:
  ///   - path: The file, or a pipe.
  ///   - wanted: The words to keep; nil keeps all, and memory is then bounded by the file.
  ///   - progress: Is told the share that is read, 0…1, and answers whether to go on.
  /// - Returns: The vectors found, in the order of the file.
  /// - Throws: `ZooError` that names path, word and remedy; `Interrupted` when `progress` says no.
  public static func readWord2VecBinary(
    path: String, keeping wanted: (any Collection<String>)? = nil,
    progress: (Double) -> Bool = { _ in true }
  ) throws -> WordVectorTable {
    let stream = try ByteStream(path: path)
    try refusePacked(stream.buffered, path: path)
    let header = try Word2VecHeader(stream) { 4 * $0 + 2 }
    var table = TableBuilder(
      wanted: wanted.map { ByteIndex($0) }, dimension: header.dimension,
      limit: stream.size == nil ? nil : header.words)
    var pace = ReadingPace()
    for number in 0..<header.words {
      try readBinaryWord(number, header, stream, &table)
      try pace.check(stream, progress)
    }
    if try skipNewline(stream), try stream.has(1) {
      throw ZooError(
        .badFormat, "bytes follow the \(header.words) words that the header promises",
        at: Place(path: path, key: "byte \(stream.offset)"),
        advice: "Correct the header, or write the file again.")
    }
    return try table.table(path: path, format: .word2vecBinary, wordsInFile: header.words)
  }

  /// The bytes of the next word and of its vector, which hold until the stream is asked again.
  static func nextBinaryEntry(_ number: Int, _ header: Word2VecHeader, _ stream: ByteStream) throws
    -> (token: UnsafeRawBufferPointer, vector: UnsafeRawBufferPointer)
  {
    guard try skipNewline(stream) else { throw cutOff(after: number, header, stream) }
    var place: Place { Place(path: stream.path, key: "word \(number + 1)") }
    _ = try stream.has(maximumWordBytes + 1)
    let head = stream.buffered.prefix(maximumWordBytes + 1)
    guard let space = head.firstIndex(of: 0x20) else {
      if head.count <= maximumWordBytes { throw cutOff(after: number, header, stream) }
      throw ZooError(
        .badFormat, "no space within \(maximumWordBytes) bytes; expected one behind the word",
        at: place, advice: "The header's dimension is wrong, or the file is no word2vec binary.")
    }
    let length = space - head.startIndex
    let size = 4 * header.dimension
    guard let entry = try stream.bytes(length + 1 + size) else {
      throw cutOff(after: number, header, stream)
    }
    let token = UnsafeRawBufferPointer(rebasing: entry[..<length])
    let vector = UnsafeRawBufferPointer(rebasing: entry[(length + 1)...])
    guard !token.isEmpty else {
      throw ZooError(.badFormat, "the word is empty", at: place)
    }
    return (token, vector)
  }

  private static func readBinaryWord(
    _ number: Int, _ header: Word2VecHeader, _ stream: ByteStream, _ table: inout TableBuilder
  ) throws {
    let (token, vector) = try nextBinaryEntry(number, header, stream)
    var place: Place { Place(path: stream.path, key: "word \(number + 1)") }
    if let base = vector.baseAddress {
      let bad = ez_first_not_finite(base.assumingMemoryBound(to: UInt8.self), header.dimension)
      if bad < header.dimension {
        throw ZooError(
          .badFormat,
          "number \(bad + 1) of \"\(DecimalNumber.excerpt(token))\" is NaN or infinite; expected "
            + "finite numbers", at: place,
          advice: "The training diverged or the file is damaged: write it again.")
      }
    }
    guard VectorLine.isText(token) else {
      table.leaveOut(token, at: place)
      return
    }
    guard table.wants(token) else { return }
    for index in 0..<header.dimension {
      let bits = vector.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      table.row[index] = Float(bitPattern: UInt32(littleEndian: bits))
    }
    table.add(try VectorLine.word(token, at: place), token)
  }

  /// Skips a newline if one follows; false at the end of the file.
  private static func skipNewline(_ stream: ByteStream) throws -> Bool {
    guard try stream.has(1) else { return false }
    if stream.buffered[0] == 0x0a { _ = try stream.bytes(1) }
    return true
  }

  private static func cutOff(after words: Int, _ header: Word2VecHeader, _ stream: ByteStream)
    -> ZooError
  {
    ZooError(
      .badFormat, "the file ends after \(words) words; the header promises \(header.words)",
      at: Place(path: stream.path), advice: "It was cut off: download or write it again.")
  }
}
