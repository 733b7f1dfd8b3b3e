/// Finds the words of well-formed UTF-8; see `Tokenizer` for what a word is.
struct WordScanner {
  /// A word's place and what it is made of.
  struct Word {
    var range: Range<Int>
    var isASCII = true
    /// Digits, and perhaps a decimal point, alone.
    var isNumber = true
    /// Four or more `X` and nothing else.
    var isRemoved = false
    /// A full stop, exclamation or question mark.
    var isSentenceEnd = false
  }

  let bytes: UnsafeBufferPointer<UInt8>
  /// Whether sentence ends are handed out, a run of them once.
  let marksSentenceEnds: Bool
  /// Whether every character of a script without spaces is a word.
  let cutsCharacters: Bool
  private var position = 0
  private var isAfterWord = false

  init(bytes: UnsafeBufferPointer<UInt8>, marksSentenceEnds: Bool, cutsCharacters: Bool) {
    self.bytes = bytes
    self.marksSentenceEnds = marksSentenceEnds
    self.cutsCharacters = cutsCharacters
  }

  private enum Kind {
    case letter, digit, other
    /// A letter that is a word.
    case character
  }

  mutating func next() -> Word? {
    while position < bytes.count {
      let (kind, length) = classify(position)
      if kind != .other {
        isAfterWord = true
        return kind == .character ? readCharacter(length) : readWord()
      }
      let start = position
      position += length
      if marksSentenceEnds, isAfterWord, isSentenceEnd(start, length) {
        isAfterWord = false
        return Word(range: start..<position, isSentenceEnd: true)
      }
    }
    return nil
  }

  private func isSentenceEnd(_ index: Int, _ length: Int) -> Bool {
    if length == 1 { return ".!?".utf8.contains(bytes[index]) }
    return cutsCharacters && ["\u{3002}", "\u{ff01}", "\u{ff1f}"].contains(scalar(index, length))
  }

  /// A character of a script without spaces, and the marks that stand on it.
  private mutating func readCharacter(_ length: Int) -> Word {
    let start = position
    position += length
    while position < bytes.count, bytes[position] >= 0x80 {
      let length = self.length(position)
      guard let mark = scalar(position, length), isMark(mark) else { break }
      position += length
    }
    return Word(range: start..<position, isASCII: false, isNumber: false)
  }

  private mutating func readWord() -> Word {
    let start = position
    var word = Word(range: start..<start)
    var onlyX = true
    var hasPoint = false
    var previous = Kind.other
    while position < bytes.count {
      let byte = bytes[position]
      let (kind, length) = classify(position)
      if kind == .character { break }
      if kind == .other {
        if let joint = apostropheLength(position), previous == .letter,
          kindAt(position + joint) == .letter
        {
          word.isASCII = word.isASCII && joint == 1
          onlyX = false
          position += joint
          continue
        }
        guard byte == UInt8(ascii: "."), word.isNumber, !hasPoint,
          kindAt(position + 1) == .digit
        else { break }
        hasPoint = true
      }
      if kind == .letter { word.isNumber = false }
      if byte >= 0x80 { word.isASCII = false }
      if byte | 0x20 != UInt8(ascii: "x") { onlyX = false }
      previous = kind
      position += length
    }
    word.range = start..<position
    word.isRemoved = onlyX && position - start >= 4
    return word
  }

  /// The word in lower case, its apostrophes straight.
  func lowercased(_ word: Word) -> String {
    if word.isASCII {
      let range = word.range
      return String(unsafeUninitializedCapacity: range.count) { target in
        for (offset, index) in range.enumerated() {
          let byte = bytes[index]
          target[offset] = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
        }
        return range.count
      }
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[word.range]), as: UTF8.self)
    return String(
      String.UnicodeScalarView(text.lowercased().unicodeScalars.map { $0 == "\u{2019}" ? "'" : $0 })
    )
  }

  private func kindAt(_ index: Int) -> Kind {
    index < bytes.count ? classify(index).kind : .other
  }

  /// The length of an apostrophe, `'` or U+2019, at an offset.
  private func apostropheLength(_ index: Int) -> Int? {
    if bytes[index] == UInt8(ascii: "'") { return 1 }
    guard bytes[index] == 0xe2, index + 2 < bytes.count, bytes[index + 1] == 0x80,
      bytes[index + 2] == 0x99
    else { return nil }
    return 3
  }

  @inline(__always)
  private func classify(_ index: Int) -> (kind: Kind, length: Int) {
    let byte = bytes[index]
    if byte < 0x80 {
      if (byte | 0x20) &- UInt8(ascii: "a") < 26 { return (.letter, 1) }
      return (byte &- UInt8(ascii: "0") < 10 ? .digit : .other, 1)
    }
    return classifyWide(index)
  }

  private func classifyWide(_ index: Int) -> (kind: Kind, length: Int) {
    let length = self.length(index)
    guard let scalar = scalar(index, length) else { return (.other, length) }
    let properties = scalar.properties
    if properties.numericType == .decimal { return (.digit, length) }
    if isMark(scalar) { return (.letter, length) }
    guard properties.isAlphabetic else { return (.other, length) }
    let isCharacter = cutsCharacters && UnspacedScript(scalar.value) != nil
    return (isCharacter ? .character : .letter, length)
  }

  private func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark: true
    default: false
    }
  }

  /// The length of the scalar of several bytes at an offset.
  private func length(_ index: Int) -> Int {
    bytes[index] < 0xe0 ? 2 : bytes[index] < 0xf0 ? 3 : 4
  }

  /// The scalar of several bytes at an offset.
  private func scalar(_ index: Int, _ length: Int) -> Unicode.Scalar? {
    let lead = bytes[index]
    var value = UInt32(lead) & (lead < 0xe0 ? 0x1f : lead < 0xf0 ? 0x0f : 0x07)
    for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3f) }
    return Unicode.Scalar(value)
  }
}
