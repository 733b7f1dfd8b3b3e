import Basics

/// What the frozen stages of an image encoder make of every picture, computed once.
///
/// Maps `[height, width, channels]`, or features `[width]` where all stages are frozen.
package struct FrozenMaps: Sendable, Equatable {
  /// The shape of one map.
  package let shape: [Int]
  /// `[views][pictures]`, each as `shape` says; the first view is not augmented.
  package private(set) var views: [[[Float]]]
  /// Of the mirror images, `[pictures]`, where evaluation wants them; else empty.
  package private(set) var mirrored: [[Float]]

  /// Maps of the given views.
  package init(shape: [Int], views: [[[Float]]], mirrored: [[Float]] = []) {
    self.shape = shape
    self.views = views
    self.mirrored = mirrored
  }

  /// The maps of some pictures, one after another; with a random stream each in a view that is drawn,
  /// else as they are, followed by those of the mirror images where there are any.
  func batch(_ pictures: [PictureReference], random: RandomStream?) -> (
    maps: [Float], mirrored: [Float]?
  ) {
    if let random {
      return (
        pictures.flatMap { picture -> [Float] in
          var stream = picture.stream(random)
          return views[views.count > 1 ? stream.below(views.count) : 0][picture.index]
        }, nil
      )
    }
    return (
      pictures.flatMap { views[0][$0.index] },
      mirrored.isEmpty ? nil : pictures.flatMap { mirrored[$0.index] }
    )
  }
}
