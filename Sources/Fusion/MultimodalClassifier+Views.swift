import EncoderKit

extension MultimodalClassifier {
  /// What the image encoders give of cases of several pictures, joined: `[cases, featureWidth]`.
  ///
  /// Images are `[pictures, height, width, channels]`, nil where no case of the batch has one; `pictures` holds the row
  /// of each picture of each case.
  ///
  /// - Precondition: the classifier has `views`.
  package func imageSide(_ images: Tensor?, of pictures: [[Int?]], _ pass: inout Forward)
    -> ImageSide?
  {
    let slots = slots(of: pictures)
    let start = images.map { frozenMaps($0, slots: slots, &pass) }
    let averages = averagesFlip && pass.mode == .evaluation
    let mirrored = averages ? images.map { frozenMaps(pass.mirror($0), slots: slots, &pass) } : nil
    return imageSide(maps: start, mirrored: mirrored, of: pictures, &pass)
  }

  /// The same from what `frozenMaps` made of the pictures, and in evaluation of their mirror images.
  package func imageSide(
    maps: Tensor?, mirrored: Tensor?, of pictures: [[Int?]], _ pass: inout Forward
  ) -> ImageSide? {
    guard let views, !pictures.isEmpty else { return nil }
    let (features, rows) = pictureFeatures(maps, mirrored: mirrored, pictures, &pass)
    return ImageSide(features: views.join(features, rows, &pass))
  }

  /// The features of pictures of one slot, `[pictures, featureWidth]`.
  package func features(of images: Tensor, slot: Int, _ pass: inout Forward) -> Tensor {
    let slots = [Int](repeating: slot, count: images.shape[0])
    let start = frozenMaps(images, slots: slots, &pass)
    let averages = averagesFlip && pass.mode == .evaluation
    let mirrored = averages ? frozenMaps(pass.mirror(images), slots: slots, &pass) : nil
    guard
      let features = features(start, mirrored: mirrored, by: encoder(ofSlot: slot), &pass)
    else { preconditionFailure("no features of pictures") }
    return features
  }

  /// The encoder that reads the pictures of a slot.
  package func encoder(ofSlot slot: Int) -> any ImageEncoder {
    let own = views?.encoders ?? []
    guard let encoder = own.isEmpty ? image : own[slot] else {
      preconditionFailure("a classifier that reads no pictures")
    }
    return encoder
  }

  /// The image side of cases whose pictures' features are given slot by slot, `[cases, featureWidth]` each; nil for one
  /// that is missing.
  package func imageSide(joining features: [Tensor?], count: Int, _ pass: inout Forward)
    -> ImageSide
  {
    guard let views else { preconditionFailure("a classifier of one picture a case") }
    return ImageSide(features: views.join(features, rows(features, count), &pass))
  }

  /// The attention that each slot of such cases gets; nil where pictures are joined otherwise.
  package func viewWeights(joining features: [Tensor?], count: Int, _ pass: inout Forward)
    -> [[Float]]?
  {
    views?.join.weights(features, rows(features, count), &pass)
  }

  private func rows(_ features: [Tensor?], _ count: Int) -> [[Int?]] {
    (0..<count).map { row in features.map { $0 == nil ? nil : row } }
  }

  /// What the frozen stages make of pictures, each of the encoder of its slot; the pictures themselves where no stage
  /// is frozen.
  package func frozenMaps(_ images: Tensor, slots: [Int], _ pass: inout Forward) -> Tensor {
    guard let views, !views.encoders.isEmpty, frozenImageStages > 0 else {
      return frozenMaps(images, &pass)
    }
    var still = pass.inEvaluation(records: false)
    var (shape, values): ([Int], [Int: [Float]]) = ([], [:])
    for (slot, encoder) in views.encoders.enumerated() {
      let own = slots.indices.filter { slots[$0] == slot }
      guard !own.isEmpty else { continue }
      let made = encoder.run(
        stages: 0..<frozenImageStages, on: gathered(images, own, &still), &still)
      shape = Array(made.shape.dropFirst())
      let (all, size) = (made.values, made.count / own.count)
      for (place, row) in own.enumerated() {
        values[row] = Array(all[place * size..<(place + 1) * size])
      }
    }
    return Tensor(slots.indices.flatMap { values[$0] ?? [] }, shape: [slots.count] + shape)
  }

  /// The features of pictures, of all or of each slot's, and the rows of each case's pictures among them.
  private func pictureFeatures(
    _ maps: Tensor?, mirrored: Tensor?, _ pictures: [[Int?]], _ pass: inout Forward
  ) -> ([Tensor?], [[Int?]]) {
    guard let image, let views else { preconditionFailure("a classifier that reads no pictures") }
    guard !views.encoders.isEmpty else {
      return ([features(maps, mirrored: mirrored, by: image, &pass)], pictures)
    }
    var rows = pictures
    var features: [Tensor?] = []
    for (slot, encoder) in views.encoders.enumerated() {
      let own = pictures.compactMap { $0[slot] }
      var next = 0
      for item in rows.indices where rows[item][slot] != nil {
        rows[item][slot] = next
        next += 1
      }
      guard !own.isEmpty else {
        features.append(nil)
        continue
      }
      let part = maps.map { gathered($0, own, &pass) }
      let other = mirrored.map { gathered($0, own, &pass) }
      features.append(self.features(part, mirrored: other, by: encoder, &pass))
    }
    return (features, rows)
  }

  /// The features of the output of the stage before the first that is not frozen; the mean with the mirror images'
  /// where there are any.
  private func features(
    _ maps: Tensor?, mirrored: Tensor?, by encoder: any ImageEncoder, _ pass: inout Forward
  ) -> Tensor? {
    guard var maps else { return nil }
    // Batch statistics need two pictures.
    if pass.mode == .training, maps.shape[0] == 1 { maps = gathered(maps, [0, 0], &pass) }
    let plain = features(from: frozenImageStages, of: maps, by: encoder, &pass)
    guard let mirrored else { return plain }
    let other = features(from: frozenImageStages, of: mirrored, by: encoder, &pass)
    return pass.multiply(pass.add(plain, other), 0.5)
  }

  /// Some rows of a batch, `[rows, …]`.
  private func gathered(_ x: Tensor, _ rows: [Int], _ pass: inout Forward) -> Tensor {
    if rows == Array(0..<x.shape[0]) { return x }
    let flat = pass.reshape(x, to: [x.shape[0], x.count / max(1, x.shape[0])])
    return pass.reshape(
      pass.gatherRows(flat, rows.map(Int32.init)), to: [rows.count] + x.shape.dropFirst())
  }

  /// The slot of each picture.
  private func slots(of pictures: [[Int?]]) -> [Int] {
    var slots: [Int: Int] = [:]
    for item in pictures {
      for (slot, row) in item.enumerated() { if let row { slots[row] = slot } }
    }
    return (0..<slots.count).map { slots[$0] ?? 0 }
  }
}
