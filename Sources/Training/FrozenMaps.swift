import Basics

/// What the frozen stages of an image encoder make of every picture, computed once.
///
/// Maps `[height, width, channels]`, or features `[width]` where all stages are frozen.
package struct FrozenMaps: Sendable {
  /// The shape of one map.
  package let shape: [Int]
  /// A map of each picture in each view; the first view is not augmented.
  let views: [FeatureRows]
  /// Of the mirror images, where evaluation wants them.
  let mirrored: FeatureRows?

  /// Maps of the given views.
  init(shape: [Int], views: [FeatureRows], mirrored: FeatureRows? = nil) {
    self.shape = shape
    self.views = views
    self.mirrored = mirrored
  }

  /// The maps of some pictures, one after another; with a random stream each in a view that is drawn,
  /// else as they are, followed by those of the mirror images where there are any.
  ///
  /// - Throws: `ZooError` where they are in a file that can't be read any more.
  func batch(_ pictures: [PictureReference], random: RandomStream?) throws -> (
    maps: [Float], mirrored: [Float]?
  ) {
    guard let random else {
      let places = pictures.map(\.index)
      return (try views[0].values(places), try mirrored?.values(places))
    }
    var maps: [Float] = []
    maps.reserveCapacity(pictures.count * views[0].width)
    for picture in pictures {
      var stream = picture.stream(random)
      try views[views.count > 1 ? stream.below(views.count) : 0].append(picture.index, to: &maps)
    }
    return (maps, nil)
  }
}
