/// What was found out about a case's image file, besides that it can be read.
package struct CasePicture: Sendable, Equatable {
  /// The SHA-256 of the file's bytes.
  package let file: String
  /// What all cases have in common that show this picture, byte by byte or pixel by pixel.
  ///
  /// Nil where no other case shows it, and where all its pixels are alike: that tells nothing of who
  /// is on it.
  package let shared: String?

  /// What all cases have in common whose pictures are nearly the same: the id of the first of them.
  ///
  /// Nil where there is no other, and where nobody looked for them.
  package var near: String?

  package init(file: String, shared: String? = nil, near: String? = nil) {
    self.file = file
    self.shared = shared
    self.near = near
  }
}
