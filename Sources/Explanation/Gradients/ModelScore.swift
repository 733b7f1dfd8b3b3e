import Basics
import EncoderKit
import Fusion
import Tensors
import Training

/// A number of a trained model's logits as a function of an image's pixels, of the vectors of a text's words, or
/// of both, in evaluation mode.
///
/// The vector is the normalised image `[size, size, channels]`, of several pictures one after another, then the
/// vectors of the words that the encoder reads, `[words, dimension]`; only what varies is in it. The features of other
/// pictures and of the other modality are computed once. Parameters get no gradient.
package final class ModelScore: ScoreFunction {
  /// Which part of the case varies.
  package enum Varied: Sendable {
    case image
    case text
    case both
  }

  /// The share of a logit that rounding may change on its way through a network: eight times the last
  /// place of single precision.
  static let rounding = 0x1p-20

  package let count: Int
  /// The case's own vector.
  package let input: [Float]
  /// How many of its elements are pixels; they come first.
  package let imageCount: Int
  /// How many words the text encoder reads; 0 where the text does not vary.
  package let wordCount: Int
  let classifier: MultimodalClassifier
  let target: ScoreTarget
  let kernels: any Kernels
  let imageShape: [Int]
  private let words: [Int32]
  private let varies: (image: Bool, text: Bool)
  let pictures: ScoredPictures?
  /// The pictures that vary, by their places.
  let variedPictures: [Int]
  /// The features of those that do not, of a model that joins several.
  let fixedFeatures: [Int: Tensor]
  /// What the encoder gives of the side that does not vary, one row; nil where it is missing.
  let fixed: (image: ImageSide?, text: TextSide?)

  /// The function around one case; `target` is what of the logits is explained.
  ///
  /// A side that is nil is missing, and its missing-modality embedding takes its place.
  ///
  /// - Precondition: what varies is there and read; what is missing has a missing-modality embedding.
  /// - Throws: `ZooError` of code `.unsupported` when the text encoder looks its words up in a way
  ///   that can't be followed.
  package convenience init(
    _ model: TrainedModel, image: [Float]?, words: [Int32]?, varying: Varied,
    target: ScoreTarget = .logit(0), kernels: any Kernels
  ) throws {
    try self.init(
      model, pictures: image.map { ScoredPictures($0) }, varied: nil, words: words,
      varying: varying, target: target, kernels: kernels)
  }

  /// The same of several pictures, of which those at `varied` vary, all where it is nil.
  ///
  /// - Throws: as of one.
  package init(
    _ model: TrainedModel, pictures: ScoredPictures?, varied: [Int]?, words: [Int32]?,
    varying: Varied, target: ScoreTarget = .logit(0), kernels: any Kernels
  ) throws {
    self.target = target
    var classifier = model.classifier
    // Frozen stages leave the tape; here the gradient must reach the pixels.
    classifier.frozenImageStages = 0
    self.classifier = classifier
    self.kernels = kernels
    self.words = words ?? []
    let size =
      model.image.map {
        [1, $0.preprocessing.size, $0.preprocessing.size, $0.preprocessing.channels]
      } ?? []
    imageShape = size
    varies = (varying != .text, varying != .image)
    precondition(
      (!varies.image || classifier.image != nil) && (!varies.text || classifier.text != nil),
      "the model does not read what is to vary")
    var pass = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    var input: [Float] = []
    var fixedImage: ImageSide?
    var fixedText: TextSide?
    self.pictures = pictures
    variedPictures =
      varies.image ? varied ?? pictures.map { Array($0.pixels.indices) } ?? [] : []
    var fixedFeatures: [Int: Tensor] = [:]
    if classifier.image != nil, let pictures {
      for pixels in pictures.pixels {
        precondition(pixels.count == size.reduce(1, *), "\(pixels.count) pixels for \(size)")
      }
      input = variedPictures.flatMap { pictures.pixels[$0] }
      if classifier.views == nil {
        if !varies.image {
          fixedImage = classifier.imageSide(Tensor(pictures.pixels[0], shape: size), &pass)
        }
      } else {
        for (slot, place) in pictures.slots.enumerated() {
          guard let place, !variedPictures.contains(place) else { continue }
          fixedFeatures[place] = classifier.features(
            of: Tensor(pictures.pixels[place], shape: size), slot: slot, &pass)
        }
        if !varies.image {
          fixedImage = classifier.imageSide(
            joining: pictures.slots.map { $0.flatMap { fixedFeatures[$0] } }, count: 1, &pass)
        }
      }
    }
    self.fixedFeatures = fixedFeatures
    imageCount = input.count
    var wordCount = 0
    if classifier.text != nil, words != nil {
      if varies.text {
        let tap = EmbeddingTap()
        pass.embeddingTap = tap
        _ = classifier.textSide([self.words], &pass)
        guard tap.calls == 1 else {
          throw ZooError(
            .unsupported,
            "the text encoder looks its words up \(tap.calls) times; words can be explained where "
              + "it does so once")
        }
        wordCount = tap.width == 0 ? 0 : tap.rows.count / tap.width
        input += tap.rows
      } else {
        fixedText = classifier.textSide([self.words], &pass)
      }
    }
    self.wordCount = wordCount
    fixed = (fixedImage, fixedText)
    self.input = input
    count = input.count
  }

  /// Where a path to the text begins: zero vectors for its words, and what no text holds as it is.
  func textBaseline(_ reading: TextReading) -> [Float] {
    var vectors = [Float](repeating: 0, count: count - imageCount)
    guard wordCount > 0 else { return vectors }
    let width = vectors.count / wordCount
    for (row, word) in reading.words.prefix(wordCount).enumerated() where word == nil {
      let places = row * width..<(row + 1) * width
      vectors.replaceSubrange(
        places, with: input[imageCount + places.lowerBound..<imageCount + places.upperBound])
    }
    return vectors
  }

  /// All logits of the case itself.
  var logits: [Double] { run(input, tape: nil).logits.values.map(Double.init) }

  package func scores(_ inputs: [Float]) -> [Double] {
    chosen(run(inputs, tape: nil).logits)
  }

  package func gradients(_ inputs: [Float]) -> (scores: [Double], gradients: [Float]) {
    let tape = Tape()
    let outcome = run(inputs, tape: tape)
    tape.backward(from: outcome.logits, gradient: choice(of: outcome.logits))
    let batch = inputs.count / max(1, count)
    let pixels = outcome.imageNodes.map(\.gradient)
    let size = imageShape.reduce(1, *)
    let vectors = outcome.tap?.gradient ?? []
    let textCount = count - imageCount
    var gradients = [Float](repeating: 0, count: inputs.count)
    for row in 0..<batch {
      let start = row * count
      for (place, gradient) in pixels.enumerated() {
        let first = start + place * size
        gradient?.withFloats {
          gradients.replaceSubrange(first..<first + size, with: $0[row * size..<(row + 1) * size])
        }
      }
      gradients.replaceSubrange(
        start + imageCount..<start + count, with: vectors[row * textCount..<(row + 1) * textCount])
    }
    return (chosen(outcome.logits), gradients)
  }

  /// A convolution of the pictures sends the sum back once, and not what each of them gets.
  package func gradientSum(_ inputs: [Float], weights: [Double]) -> (
    scores: [Double], sum: [Double]
  ) {
    let tape = Tape()
    let outcome = run(inputs, tape: tape, wantsSum: true)
    let slopes = choice(of: outcome.logits)
    let width = slopes.channels
    let weighted = slopes.values.enumerated().map { $1 * Float(weights[$0 / width]) }
    tape.backward(from: outcome.logits, gradient: Tensor(weighted, shape: slopes.shape))
    var sum = [Double](repeating: 0, count: count)
    let size = imageShape.reduce(1, *)
    for (place, node) in outcome.imageNodes.enumerated() {
      for values in [node.gradient, node.summed].compactMap(\.self) {
        values.withFloats { add($0, to: &sum, from: place * size, width: size) }
      }
    }
    (outcome.tap?.gradient ?? []).withUnsafeBufferPointer {
      add($0, to: &sum, from: imageCount, width: count - imageCount)
    }
    return (chosen(outcome.logits), sum)
  }

  /// Adds rows of `width` to some of the elements of a sum.
  private func add(
    _ rows: UnsafeBufferPointer<Float>, to sum: inout [Double], from first: Int, width: Int
  ) {
    sum.withUnsafeMutableBufferPointer { sum in
      for row in stride(from: 0, to: rows.count, by: max(1, width)) {
        for i in 0..<width { sum[first + i] += Double(rows[row + i]) }
      }
    }
  }

  /// What is explained, of each row.
  func chosen(_ logits: Tensor) -> [Double] {
    let (values, width) = (logits.values, logits.channels)
    return stride(from: 0, to: values.count, by: width).map {
      target.score(values[$0..<$0 + width])
    }
  }

  /// Its derivative by each logit.
  func choice(of logits: Tensor) -> Tensor {
    let (values, width) = (logits.values, logits.channels)
    return Tensor(
      stride(from: 0, to: values.count, by: width).flatMap {
        target.slopes(values[$0..<$0 + width])
      }, shape: logits.shape)
  }

  /// The scores of other texts in place of the case's own, by the indices of their words.
  ///
  /// - Precondition: the text varies alone.
  package func scores(texts: [[Int32]]) -> [Double] {
    guard classifier.text != nil, !varies.image else {
      preconditionFailure("other texts for an image that varies")
    }
    var pass = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let text = classifier.textSide(texts, &pass)
    return chosen(logits(fixed.image?.repeated(texts.count), text, count: texts.count, &pass))
  }

  private func run(_ inputs: [Float], tape: Tape?, wantsSum: Bool = false)
    -> (logits: Tensor, imageNodes: [GradientNode], tap: EmbeddingTap?)
  {
    precondition(inputs.count % max(1, count) == 0, "\(inputs.count) numbers of \(count) a vector")
    let batch = inputs.count / max(1, count)
    var pass = Forward(.evaluation, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
    pass.tracksParameters = false
    var (image, text) = (fixed.image?.repeated(batch), fixed.text?.repeated(batch))
    let nodes = variedPictures.map { _ in GradientNode(wantsSum: wantsSum) }
    if varies.image {
      let size = imageShape.reduce(1, *)
      let varied = variedPictures.indices.map { place in
        var images = Tensor(
          column(inputs, from: place * size, width: size), shape: [batch] + imageShape.dropFirst())
        if tape != nil { images.node = nodes[place] }
        return images
      }
      image =
        classifier.views == nil ? classifier.imageSide(varied[0], &pass) : joined(varied, &pass)
    }
    var tap: EmbeddingTap?
    if varies.text {
      let vectors = EmbeddingTap(
        replacement: column(inputs, from: imageCount, width: count - imageCount))
      pass.embeddingTap = vectors
      text = classifier.textSide(Array(repeating: words, count: batch), &pass)
      pass.embeddingTap = nil
      tap = vectors
    }
    return (logits(image, text, count: batch, &pass), nodes, tap)
  }

  /// The logits of both sides; a missing one of a model that reads both gets its embedding.
  func logits(
    _ image: ImageSide?, _ text: TextSide?, count: Int, _ pass: inout Forward
  ) -> Tensor {
    let missing = [Int?](repeating: nil, count: count)
    return classifier.logits(
      EncodedBatch(
        image: image, text: text, imageRows: image == nil ? missing : nil,
        textRows: text == nil ? missing : nil), &pass)
  }

  /// Some columns of all rows.
  private func column(_ inputs: [Float], from first: Int, width: Int) -> [Float] {
    if width == count { return inputs }
    return stride(from: first, to: inputs.count, by: count).flatMap { inputs[$0..<$0 + width] }
  }
}

/// A stage's output for one view of an image, `[1, height, width, channels]`, and the gradient there.
package struct StageMap {
  package let activations: Tensor
  package let gradient: Tensor
  package let isMirrored: Bool
}

extension Tensor {
  /// One case, several times.
  func repeated(_ times: Int) -> Tensor {
    times == 1
      ? self : Tensor((0..<times).flatMap { _ in values }, shape: [times] + shape.dropFirst())
  }
}

extension ImageSide {
  fileprivate func repeated(_ times: Int) -> ImageSide {
    ImageSide(features: features.repeated(times), regions: regions?.repeated(times))
  }
}

extension TextSide {
  fileprivate func repeated(_ times: Int) -> TextSide {
    TextSide(
      features: features.repeated(times), words: words?.repeated(times),
      wordCounts: wordCounts.flatMap { Array(repeating: $0, count: times) })
  }
}
