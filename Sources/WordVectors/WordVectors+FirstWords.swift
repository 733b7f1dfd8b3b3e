import Basics

extension WordVectors {
  /// The first words of a file of any of the formats that are UTF-8; later ones are not looked at.
  ///
  /// - Parameters:
  ///   - count: The most words.
  ///   - path: A regular file.
  /// - Returns: The words in the order of the file, repeated ones included.
  /// - Throws: `ZooError` that names path, line and remedy.
  public static func firstWords(_ count: Int, path: String) throws -> [String] {
    let format = try WordVectorFormat.detect(path: path)
    let stream = try ByteStream(path: path)
    var words: [String] = []
    switch format {
    case .gloveText:
      let dimension = try GloVeProbe(stream).checkedDimension(asked: nil)
      while words.count < count, let word = try nextWord(stream, dimension) {
        if let word { words.append(word) }
      }
    case .word2vecText:
      let header = try Word2VecHeader(stream) { 2 * $0 + 2 }
      while words.count < min(count, header.words),
        let word = try nextWord(stream, header.dimension)
      {
        if let word { words.append(word) }
      }
    case .word2vecBinary:
      let header = try Word2VecHeader(stream) { 4 * $0 + 2 }
      for number in 0..<header.words where words.count < count {
        let token = try nextBinaryEntry(number, header, stream).token
        if let word = String(validating: token, as: UTF8.self) { words.append(word) }
      }
    }
    return words
  }

  /// The word of the next line, nil within where it is no UTF-8; nil at the end of the file.
  private static func nextWord(_ stream: ByteStream, _ dimension: Int) throws -> String?? {
    guard let text = try stream.line() else { return nil }
    let line = VectorLine(text, dimension: dimension)
    guard let end = line.wordEnd else {
      throw ragged(numbers: line.spaces, line, dimension, stream.place)
    }
    return .some(
      String(validating: UnsafeRawBufferPointer(rebasing: line.bytes[..<end]), as: UTF8.self))
  }
}
