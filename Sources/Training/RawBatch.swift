/// A batch before it is a tensor.
///
/// Images, maps and texts are of the cases that have them, one after another.
package struct RawBatch: Sendable {
  /// The cases.
  package var indices: [Int]
  /// Pixels, `[images, size, size, channels]`.
  package var images: [Float]?
  /// Word indices.
  package var texts: [[Int32]]?
  /// What a text encoder that is frozen whole made of the texts, in place of those.
  package var textFeatures: [[Float]]?
  /// What the encoders gave before, in place of all else.
  package var features: [CaseFeatures]?
  /// What frozen stages made, `[images] + mapShape`, in place of images.
  package var maps: [Float]?
  /// The same of the mirror images.
  package var mirroredMaps: [Float]?
  package var mapShape: [Int] = []
  /// The row of each case among images or maps, nil where it has none; nil altogether where every case
  /// has its own.
  package var imageRows: [Int?]?
  /// The row of each case among the texts, as `imageRows`.
  package var textRows: [Int?]?
  /// The row of each picture of each case that has images, by slots; nil where a case has one.
  package var pictures: [[Int?]]?
  /// How many images or maps there are; nil where there are as many as cases.
  package var presentImages: Int?

  package init(indices: [Int]) { self.indices = indices }

  /// How many images or maps there are; nil for features.
  var imageCount: Int? { features == nil ? presentImages ?? indices.count : nil }
}
