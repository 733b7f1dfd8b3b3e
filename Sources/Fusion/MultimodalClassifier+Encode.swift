import EncoderKit

extension MultimodalClassifier {
  /// What the image encoder gives of images; nil where the model reads none.
  ///
  /// Images are `[images, height, width, channels]`. In evaluation the features may be the mean
  /// with the mirror images'.
  package func imageSide(_ images: Tensor, _ pass: inout Forward) -> ImageSide? {
    guard let image else { return nil }
    let averages = averagesFlip && pass.mode == .evaluation
    let start = frozenMaps(images, by: image, &pass)
    let mirrored = averages ? frozenMaps(pass.mirror(images), by: image, &pass) : nil
    return imageSide(start, mirrored: mirrored, by: image, &pass)
  }

  /// The same from what `frozenMaps` made of images, and in evaluation of their mirror images.
  package func imageSide(maps: Tensor, mirrored: Tensor?, _ pass: inout Forward) -> ImageSide? {
    guard let image else { return nil }
    let averages = averagesFlip && pass.mode == .evaluation
    return imageSide(maps, mirrored: averages ? mirrored : nil, by: image, &pass)
  }

  private func imageSide(
    _ maps: Tensor, mirrored: Tensor?, by image: any ImageEncoder, _ pass: inout Forward
  ) -> ImageSide {
    let plain = side(of: maps, from: frozenImageStages, by: image, &pass)
    guard let mirrored else { return plain }
    // Regions have no positions, so the plain image's stand for its mirror image's.
    let other = features(from: frozenImageStages, of: mirrored, by: image, &pass)
    return ImageSide(
      features: pass.multiply(pass.add(plain.features, other), 0.5), regions: plain.regions)
  }

  /// What the image encoder gives of the output of the stage before `first`, `[images, …]`.
  ///
  /// - Precondition: the regions that the head reads, if any, do not lie before that.
  package func side(
    of maps: Tensor, from first: Int, by image: any ImageEncoder, _ pass: inout Forward
  ) -> ImageSide {
    guard let place = regionPlace else {
      return ImageSide(features: features(from: first, of: maps, by: image, &pass))
    }
    let last = place.stage + 1
    precondition(first <= last, "the regions lie before the stage that is begun with")
    let regions =
      first == last
      ? maps : withStatistics(&pass) { pass in image.run(stages: first..<last, on: maps, &pass) }
    let places = regions.shape.dropFirst().dropLast().reduce(1, *)
    return ImageSide(
      features: features(from: last, of: regions, by: image, &pass),
      regions: pass.reshape(regions, to: [regions.shape[0], places, place.width]))
  }

  /// The features from the output of the stage before `first`.
  func features(
    from first: Int, of maps: Tensor, by image: any ImageEncoder, _ pass: inout Forward
  ) -> Tensor {
    let features = withStatistics(&pass) { pass in image.features(from: first, of: maps, &pass) }
    let expected = [maps.shape[0], image.featureWidth]
    requireShapes(
      features.shape == expected,
      "features: the image encoder made \(features.shape); expected \(expected), by its featureWidth"
    )
    return features
  }

  private func withStatistics(_ pass: inout Forward, _ body: (inout Forward) -> Tensor) -> Tensor {
    let kept = pass.freezesStatistics
    pass.freezesStatistics = freezesImageStatistics
    defer { pass.freezesStatistics = kept }
    return body(&pass)
  }

  /// What the frozen stages make of images; the images themselves where none is frozen.
  package func frozenMaps(_ images: Tensor, _ pass: inout Forward) -> Tensor {
    guard let image else { return images }
    return frozenMaps(images, by: image, &pass)
  }

  private func frozenMaps(_ images: Tensor, by image: any ImageEncoder, _ pass: inout Forward)
    -> Tensor
  {
    guard frozenImageStages > 0 else { return images }
    var still = pass.inEvaluation(records: false)
    return image.run(stages: 0..<frozenImageStages, on: images, &still)
  }

  /// What the text encoder gives of texts, each a list of word indices; nil where the model reads
  /// none.
  package func textSide(_ texts: [[Int32]], _ pass: inout Forward) -> TextSide? {
    guard let text else { return nil }
    guard fusion?.description.reads.contains(.words) == true else {
      return TextSide(features: checked(text.features(texts, &pass), texts.count, by: text))
    }
    let (features, words) = text.featuresAndWords(texts, &pass)
    guard let words else {
      endProcess("featuresAndWords: the text encoder gives no words, and its wordWidth is not nil")
    }
    requireShapes(
      words.rows.channels == text.wordWidth,
      "words: the text encoder made \(words.rows.shape); its wordWidth is \(text.wordWidth ?? 0)")
    return TextSide(
      features: checked(features, texts.count, by: text),
      words: pass.unpacked(words.rows, words.layout),
      wordCounts: words.layout.lengths.map(Int.init))
  }

  private func checked(_ features: Tensor, _ count: Int, by text: any TextEncoder) -> Tensor {
    let expected = [count, text.featureWidth]
    requireShapes(
      features.shape == expected,
      "features: the text encoder made \(features.shape); expected \(expected), by its featureWidth"
    )
    return features
  }
}
