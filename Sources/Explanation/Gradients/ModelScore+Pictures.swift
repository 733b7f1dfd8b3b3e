import EncoderKit
import Fusion
import Tensors

/// Several pictures of a case.
extension ModelScore {
  /// The image side of several pictures, those that vary `[batch, height, width, channels]` each.
  func joined(_ varied: [Tensor], _ pass: inout Forward) -> ImageSide {
    let features = variedPictures.enumerated().map { index, place in
      classifier.features(of: varied[index], slot: slot(of: place), &pass)
    }
    return joined(features: features, count: varied[0].shape[0], &pass)
  }

  /// The image side of the features of the pictures that vary, beside those of the others.
  func joined(features: [Tensor], count: Int, _ pass: inout Forward) -> ImageSide {
    classifier.imageSide(joining: bySlot(features, count), count: count, &pass)
  }

  private func bySlot(_ features: [Tensor], _ count: Int) -> [Tensor?] {
    (pictures?.slots ?? []).map { place in
      guard let place else { return nil }
      return variedPictures.firstIndex(of: place).map { features[$0] }
        ?? fixedFeatures[place]?.repeated(count)
    }
  }

  /// The slot of a picture.
  private func slot(of place: Int) -> Int { pictures?.slots.firstIndex(of: place) ?? 0 }

  /// The slot of the picture that varies alone.
  var variedSlot: Int { slot(of: variedPictures[0]) }

  /// The attention of each picture of the case, in their order; nil where pictures are joined otherwise.
  package func attention() -> [Float]? {
    guard classifier.views != nil, let pictures else { return nil }
    var pass = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let features = variedPictures.map { place in
      classifier.features(
        of: Tensor(pictures.pixels[place], shape: imageShape), slot: slot(of: place), &pass)
    }
    guard
      let weights = classifier.viewWeights(joining: bySlot(features, 1), count: 1, &pass)?[0]
    else { return nil }
    return pictures.pixels.indices.map { weights[slot(of: $0)] }
  }
}
