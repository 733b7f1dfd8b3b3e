import Basics

extension WordVectorFormat {
  /// Finds the format of a file by its content; the name plays no part.
  ///
  /// - Throws: `ZooError` that says what was found instead, and for a packed file the command that
  ///   unpacks it.
  public static func detect(path: String) throws -> WordVectorFormat {
    let stream = try ByteStream(path: path)
    try WordVectors.refusePacked(stream.buffered, path: path)
    let first = UnsafeRawBufferPointer(rebasing: stream.buffered.prefix { $0 != 0x0a })
    guard Word2VecHeader.sizes(VectorLine.trimmed(first)) != nil else {
      _ = try GloVeProbe(stream).checkedDimension(asked: nil)
      return .gloveText
    }
    let header = try Word2VecHeader(stream) { 2 * $0 + 2 }
    // The bytes of the first vector: a text has nothing but printable characters there.
    _ = try stream.has(WordVectors.maximumWordBytes + 4 * header.dimension)
    let head = stream.buffered
    guard let space = head.prefix(WordVectors.maximumWordBytes + 1).firstIndex(of: 0x20) else {
      throw ZooError(
        .badFormat, "no space behind the first word; expected its numbers",
        at: Place(path: path, line: 2), advice: "The file is no word2vec file, or cut off.")
    }
    let vector = head[(space + 1)...].prefix(max(16, 4 * header.dimension))
    let isText = vector.allSatisfy { (0x20...0x7e).contains($0) || (0x09...0x0d).contains($0) }
    return isText ? .word2vecText : .word2vecBinary
  }
}

extension WordVectors {
  /// Refuses packed files by their first bytes, with the command that unpacks them.
  static func refusePacked(_ head: UnsafeRawBufferPointer, path: String) throws {
    let kinds: [(magic: [UInt8], name: String, command: String)] = [
      ([0x1f, 0x8b], "gzip", "gunzip -k"),
      ([0x50, 0x4b, 0x03, 0x04], "zip", "unzip"),
      ([0x50, 0x4b, 0x05, 0x06], "zip", "unzip"),
      (Array("BZh".utf8), "bzip2", "bunzip2 -k"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz", "unxz -k"),
      ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "unzstd"),
      ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "7z", "7z x"),
    ]
    guard let kind = kinds.first(where: { head.starts(with: $0.magic) }) else { return }
    // "BZh" could be a word: behind it stand the block size and the block's magic.
    if kind.name == "bzip2", !head.dropFirst(4).starts(with: [0x31, 0x41, 0x59]) { return }
    throw ZooError(
      .unsupported, "the file is packed with \(kind.name); expected an unpacked file",
      at: Place(path: path), advice: "Unpack it: \(kind.command) \(shellQuoted(path))")
  }

  private static func shellQuoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
        || "/._-".utf8.contains(byte)
    }
    return plain
      ? path
      : "'"
        + path.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}
