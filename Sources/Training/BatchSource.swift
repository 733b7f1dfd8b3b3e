import Basics
import EncoderKit

/// Where the batches of one model come from: pictures, word indices, or features computed before.
package struct BatchSource: Sendable {
  /// One of the two sides of a case.
  package enum Side: Sendable {
    case image
    case text
  }

  /// What of a case is passed over.
  package enum Hidden: Sendable, Equatable {
    case image
    case text
    /// The pictures of all slots but one.
    case otherViews(than: Int)
  }

  package var images: ImageStore?
  /// Which pictures of each case are read; nil where every case has the picture of its own index.
  package var pictures: PictureChoice?
  /// What the image encoder's frozen stages made of the pictures, in place of those.
  package var maps: FrozenMaps?
  package var texts: [[Int32]]?
  /// What a text encoder that is frozen whole made of each text, in place of those.
  package var textFeatures: FeatureRows?
  /// What the encoders gave of each case in each view; the first view is not augmented.
  package var features: [[CaseFeatures]]?
  /// Whether each case has no image; nil where none lacks one.
  package var lacksImage: [Bool]?
  /// Whether each case has no text; nil where none lacks one.
  package var lacksText: [Bool]?
  /// What is passed over, as if every case lacked it.
  package var hides: Hidden?

  package init(
    images: ImageStore? = nil, texts: [[Int32]]? = nil, features: [[CaseFeatures]]? = nil
  ) {
    self.images = images
    self.texts = texts
    self.features = features
  }

  /// The batch of some cases; `random` augments it for training.
  ///
  /// - Throws: `ZooError` that names an image file that has vanished or changed.
  package func batch(_ indices: [Int], augmentedBy random: RandomStream?) throws -> RawBatch {
    var batch = RawBatch(indices: indices)
    if let features {
      batch.features = indices.map { index in
        let views = features[index]
        guard var stream = random?.derived(index), views.count > 1 else { return views[0] }
        return views[stream.below(views.count)]
      }
      return batch
    }
    let pictures = present(
      indices, hides == .image ? { _ in true } : lacksImage.map { marks in { marks[$0] } },
      forTraining: random != nil)
    batch.imageRows = pictures.rows
    let (references, rows) = references(pictures.cases)
    batch.presentImages = references.count
    batch.pictures = rows
    if let maps {
      (batch.maps, batch.mirroredMaps) = try maps.batch(references, random: random)
      batch.mapShape = maps.shape
    } else {
      batch.images = try images?.batch(references, augmentedBy: random)
    }
    if texts != nil || textFeatures != nil {
      let written = present(
        indices, hides == .text ? { _ in true } : lacksText.map { marks in { marks[$0] } },
        forTraining: false)
      batch.textRows = written.rows
      if let textFeatures {
        batch.textFeatures = try written.cases.map { try textFeatures.row($0) }
      } else {
        batch.texts = written.cases.compactMap { texts?[$0] }
      }
    }
    return batch
  }

  /// The pictures of some cases one after another, and the row of each slot's among them where they are joined.
  private func references(_ cases: [Int]) -> ([PictureReference], rows: [[Int?]]?) {
    guard let pictures else { return (cases.map { PictureReference(case: $0) }, nil) }
    var references: [PictureReference] = []
    let rows = cases.map { item in
      pictures.slots[item].enumerated().map { slot, index -> Int? in
        if case .otherViews(let shown) = hides, slot != shown { return nil }
        guard let index else { return nil }
        references.append(pictures.reference(case: item, index))
        return references.count - 1
      }
    }
    return (references, pictures.joins ? rows : nil)
  }

  /// A batch of pictures alone, by their places in the store.
  ///
  /// - Throws: `ZooError` that names an image file that has vanished or changed.
  func batch(ofPictures references: [PictureReference], augmentedBy random: RandomStream?) throws
    -> RawBatch
  {
    var batch = RawBatch(indices: references.map(\.index))
    batch.presentImages = references.count
    batch.images = try images?.batch(references, augmentedBy: random)
    return batch
  }

  /// The cases that have a side, and each case's row among them.
  ///
  /// A single one is taken twice in training, since batch statistics need two.
  private func present(_ indices: [Int], _ lacks: ((Int) -> Bool)?, forTraining: Bool) -> (
    cases: [Int], rows: [Int?]?
  ) {
    guard let lacks else { return (indices, nil) }
    var cases: [Int] = []
    let rows = indices.map { index -> Int? in
      guard !lacks(index) else { return nil }
      cases.append(index)
      return cases.count - 1
    }
    if forTraining, cases.count == 1 { cases.append(cases[0]) }
    return (cases, rows)
  }
}
