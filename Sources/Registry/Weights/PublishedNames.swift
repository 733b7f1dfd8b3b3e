import EncoderKit

/// A file's names as an encoder's keys: its own spelling first where the shape fits, then those that it says it knows.
struct PublishedNames {
  private let encoder: any EncoderEntry
  private let outline: EncoderOutline

  init(_ encoder: any EncoderEntry, _ outline: EncoderOutline) {
    (self.encoder, self.outline) = (encoder, outline)
  }

  /// What a tensor is by its name, without what a wrapper put before it, and its shape.
  func name(_ plain: String, _ shape: [Int]) -> PublishedName {
    if outline.fits(plain, shape) { return .key(plain) }
    let byShape = (encoder as? any ShapedNames)?.published(plain, shape: shape)
    if byShape == nil, outline.has(plain) { return .key(plain) }
    return byShape ?? encoder.published(plain) ?? .key(plain)
  }

  /// The key of a name that stands for a whole tensor; any other name as it is.
  func key(_ plain: String, _ shape: [Int]) -> String {
    if case .key(let key) = name(plain, shape) { key } else { plain }
  }

  /// Whether a tensor has the shape that the encoder needs of it; nil where it has no use for the name.
  func fits(_ plain: String, _ shape: [Int]) -> Bool? {
    switch name(plain, shape) {
    case .leftOut: nil
    case .key(let key): outline.has(key) ? outline.fits(key, shape) : nil
    case .piece(let key, _, let count):
      outline.has(key) ? outline.fits(key, shape.whole(of: count)) : nil
    }
  }
}

extension [Int] {
  /// The shape of one of so many equal pieces along the first axis.
  func piece(of count: Int) -> [Int] {
    isEmpty || count == 1 ? self : [self[0] / count] + dropFirst()
  }

  /// The shape that so many pieces have together.
  fileprivate func whole(of count: Int) -> [Int] {
    isEmpty || count == 1 ? self : [self[0] * count] + dropFirst()
  }
}
