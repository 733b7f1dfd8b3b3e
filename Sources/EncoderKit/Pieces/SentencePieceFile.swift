/// A model file of SentencePiece: pieces with their scores, and the table of characters.
///
/// A Protocol Buffers message, `ModelProto` of https://github.com/google/sentencepiece: field 1 are the pieces (text, score,
/// kind), field 2 how they were trained, field 3 how texts are cleaned. The ids are those that fairseq gave: the four special
/// pieces first, then the file's from its fourth on, `<mask>` last.
struct SentencePieceFile {
  private var pieces: [(piece: String, score: Double)] = []
  private var characterMap: [UInt8] = []
  private let place: Place

  /// - Throws: `ZooError` of code `.badFormat` where a length runs over the end, and of code `.unsupported` for pieces that
  ///   were not trained as unigrams.
  init(_ bytes: [UInt8], at place: Place) throws {
    self.place = place
    var message = WireMessage(bytes[...], at: place)
    while let field = try message.next() {
      switch field.number {
      case 1: try addPiece(field.bytes)
      case 2:
        var training = WireMessage(field.bytes, at: place)
        while let part = try training.next() {
          guard part.number != 3 || part.value == 1 else {
            throw ZooError(
              .unsupported, "not built: a SentencePiece model other than of unigrams", at: place)
          }
        }
      case 3:
        var cleaning = WireMessage(field.bytes, at: place)
        while let part = try cleaning.next() {
          if part.number == 2 { characterMap = Array(part.bytes) }
        }
      default: break
      }
    }
    guard pieces.count > 3 else {
      throw ZooError(.badFormat, "holds no pieces of SentencePiece", at: place)
    }
  }

  private mutating func addPiece(_ bytes: ArraySlice<UInt8>) throws {
    var piece = WireMessage(bytes, at: place)
    var (text, score) = ("", 0.0)
    while let part = try piece.next() {
      if part.number == 1 { text = String(decoding: part.bytes, as: UTF8.self) }
      if part.number == 2 {
        score = Double(Float(bitPattern: UInt32(truncatingIfNeeded: part.value)))
      }
    }
    pieces.append((text, score))
  }

  /// The tokenizer.
  ///
  /// - Throws: `ZooError` where the table of characters is damaged.
  func tokenizer(_ special: SpecialPieces) throws -> UnigramTokenizer {
    let first = [special.beginning, special.padding, special.end, special.unknown]
    return try UnigramTokenizer(
      pieces: first.map { ($0, 0) } + pieces.dropFirst(3) + [("<mask>", 0)],
      characterMap: characterMap.isEmpty ? nil : characterMap, joinsSpaces: true, special: special)
  }
}

/// The fields of a Protocol Buffers message, one after another.
private struct WireMessage {
  struct Field {
    let number: Int
    /// The number of a field of fixed or varying length.
    var value: UInt64 = 0
    /// The content of a field with a length.
    var bytes: ArraySlice<UInt8> = []
  }

  private var bytes: ArraySlice<UInt8>
  private let place: Place

  init(_ bytes: ArraySlice<UInt8>, at place: Place) { (self.bytes, self.place) = (bytes, place) }

  private var damaged: ZooError {
    ZooError(.badFormat, "is no model file of SentencePiece, or is cut off", at: place)
  }

  mutating func next() throws -> Field? {
    guard !bytes.isEmpty else { return nil }
    let key = try varying()
    var field = Field(number: Int(truncatingIfNeeded: key >> 3))
    switch key & 7 {
    case 0: field.value = try varying()
    case 1: field.value = try fixed(8)
    case 5: field.value = try fixed(4)
    case 2: field.bytes = try take(Int(exactly: varying()) ?? .max)
    default: throw damaged
    }
    return field
  }

  private mutating func varying() throws -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while shift < 64, let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw damaged
  }

  private mutating func fixed(_ count: Int) throws -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count else { throw damaged }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }
}
