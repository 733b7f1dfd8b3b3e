import EncoderKit

/// Learned vectors in the place of what a case lacks.
///
/// Keys, below the head's scope: `missing.image` `[imageWidth]`, `missing.text` `[textWidth]` and,
/// where the head reads them, `missing.regions` `[regionWidth]`, which stands at every region, and
/// `missing.words` `[wordWidth]`, the only word of a missing text.
package struct MissingModalityEmbeddings {
  package let image: Parameter
  package let text: Parameter
  package let regions: Parameter?
  package let words: Parameter?

  init(_ scope: Scope, _ shape: FusionShape) throws {
    func made(_ name: String, _ width: Int) throws -> Parameter {
      try scope.parameter(name, shape: [width], kind: .offset, initializer: .constant(0))
    }
    image = try made("image", shape.imageWidth)
    text = try made("text", shape.textWidth)
    regions = try shape.regionWidth.map { try made("regions", $0) }
    words = try shape.wordWidth.map { try made("words", $0) }
  }

  /// The image side of every case, `[cases, …]`.
  func completed(_ side: ImageSide?, _ rows: [Int?], _ pass: inout Forward) -> ImageSide {
    ImageSide(
      features: pass.rows(side?.features, at: rows, otherwise: image),
      regions: regions.map { places(side?.regions, rows, $0, &pass) })
  }

  /// The text side of every case, `[cases, …]`.
  func completed(_ side: TextSide?, _ rows: [Int?], _ pass: inout Forward) -> TextSide {
    TextSide(
      features: pass.rows(side?.features, at: rows, otherwise: text),
      words: words.map { onlyWord(places(side?.words, rows, $0, &pass), rows, &pass) },
      wordCounts: words == nil ? [] : rows.map { row in row.map { side?.wordCounts[$0] ?? 1 } ?? 1 }
    )
  }

  /// Zeros behind the only word of each missing text, as behind any text's last word.
  private func onlyWord(_ x: Tensor, _ rows: [Int?], _ pass: inout Forward) -> Tensor {
    let (places, width) = (x.shape[1], x.channels)
    guard places > 1, rows.contains(where: { $0 == nil }) else { return x }
    let keeps = rows.flatMap { row in
      (0..<places * width).map { Float(row != nil || $0 < width ? 1 : 0) }
    }
    return pass.multiply(x, Tensor(keeps, shape: x.shape))
  }

  /// `[rows, places, width]` for every case.
  private func places(
    _ x: Tensor?, _ rows: [Int?], _ other: Parameter, _ pass: inout Forward
  ) -> Tensor {
    let (count, width) = (x?.shape[1] ?? 1, other.value.count)
    let flat = x.map { pass.reshape($0, to: [$0.shape[0] * count, width]) }
    let all = rows.flatMap { row in
      (0..<count).map { place in row.map { $0 * count + place } }
    }
    return pass.reshape(
      pass.rows(flat, at: all, otherwise: other), to: [rows.count, count, width])
  }

  /// Makes them these vectors; nil leaves one as it is.
  package func set(image: [Float]?, text: [Float]?, regions: [Float]?, words: [Float]?) {
    for (parameter, values) in [
      (self.image, image), (self.text, text), (self.regions, regions), (self.words, words),
    ] {
      guard let parameter, let values else { continue }
      parameter.replace(Tensor(values, shape: [values.count]))
    }
  }
}
