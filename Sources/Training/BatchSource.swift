import Basics
import EncoderKit

/// Where the batches of one model come from: pictures, word indices, or features computed before.
package struct BatchSource: Sendable {
  package var images: ImageStore?
  /// What the image encoder's frozen stages made of the pictures, in place of those.
  package var maps: FrozenMaps?
  package var texts: [[Int32]]?
  /// Features of each case in each view, `[width]`; the first view is not augmented.
  package var features: [[[Float]]]?

  package init(images: ImageStore? = nil, texts: [[Int32]]? = nil, features: [[[Float]]]? = nil) {
    self.images = images
    self.texts = texts
    self.features = features
  }

  /// The batch of some cases; `random` augments it for training.
  package func batch(_ indices: [Int], augmentedBy random: RandomStream?) -> RawBatch {
    var batch = RawBatch(indices: indices)
    if let features {
      batch.features = indices.flatMap { index -> [Float] in
        let views = features[index]
        guard var stream = random?.derived(index), views.count > 1 else { return views[0] }
        return views[stream.below(views.count)]
      }
      return batch
    }
    if let maps {
      (batch.maps, batch.mirroredMaps) = maps.batch(indices, random: random)
      batch.mapShape = maps.shape
    } else {
      batch.images = images?.batch(indices, augmentedBy: random)
    }
    batch.texts = texts.map { texts in indices.map { texts[$0] } }
    return batch
  }
}
