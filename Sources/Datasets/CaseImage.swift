/// One picture of a case.
package struct CaseImage: Sendable, Equatable {
  /// The path of its file.
  package var path: String
  /// Which view it is, such as `frontal`; nil where the data do not tell.
  package var view: String?
  /// What is known of its file; nil before pictures were read.
  package var picture: CasePicture?

  package init(path: String, view: String? = nil, picture: CasePicture? = nil) {
    self.path = path
    self.view = view
    self.picture = picture
  }
}
