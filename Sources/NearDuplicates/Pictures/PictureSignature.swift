import Images

/// What is kept of a picture to find its near-duplicates: up to 40 local hashes of 24 bytes, and a small copy of at
/// most 64 × 64 bytes for the final check; about 4 KiB.
package struct PictureSignature: Sendable, Equatable {
  /// The longer side of the grey picture that is looked at, in pixels.
  package static let side = 128
  /// The most places of a picture that are hashed.
  static let mostHashes = 40
  /// The standard deviation, in pixels of that picture, of what counts as around a pixel.
  private static let surroundings: Float = 8
  /// The same for the final check, which looks at finer details.
  private static let detailSurroundings: Float = 3

  /// Sizes of the grey picture, the longer of which is ``side``.
  let width: Int
  let height: Int
  let hashes: [LocalHash]
  /// The contrast-normalised picture at half its size, 1 standing for 1/24.
  let detail: DetailPlane

  /// Whether the picture has too few places that stand out to be told from others, as a blank one.
  package var isFeatureless: Bool { hashes.count < PlaceMatch.leastPlaces }

  /// What another has found.
  init(width: Int, height: Int, hashes: [LocalHash], detail: DetailPlane) {
    (self.width, self.height, self.hashes, self.detail) = (width, height, hashes, detail)
  }

  /// Looks at a picture of any size, depth and kind; its proportions are kept.
  package init(_ image: PixelImage) {
    let longer = max(image.width, image.height)
    func scaled(_ side: Int) -> Int {
      max(PictureSignature.side / 8, (side * PictureSignature.side + longer / 2) / longer)
    }
    let small = image.resized(width: scaled(image.width), height: scaled(image.height)).eightBit
    let grey = small.channels == 3 ? small.converted(channels: 1) : small
    let plane = GreyPlane(
      width: grey.width, height: grey.height, values: grey.pixels.map { Float($0) / 255 })
    (width, height) = (plane.width, plane.height)
    hashes = ScaleSpace.hashes(
      plane.contrastNormalised(PictureSignature.surroundings), limit: PictureSignature.mostHashes)
    detail = DetailPlane(
      plane.contrastNormalised(PictureSignature.detailSurroundings).blurred(1).halved)
  }
}
