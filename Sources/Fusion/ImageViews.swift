import EncoderKit

/// How the image side of a model reads several pictures of a case.
package struct ImageViews {
  package let join: ViewJoin
  /// An encoder for each slot, the first of them the classifier's own; empty where all pictures share that one.
  package let encoders: [any ImageEncoder]

  package init(join: ViewJoin, encoders: [any ImageEncoder] = []) {
    self.join = join
    self.encoders = encoders
  }
}
