import Basics
import Fusion
import Training

extension Explainer {
  /// The maps of each picture of a case, the others as they are, and its share.
  func views(
    _ pictures: Pictures, _ report: Report?, _ question: Question, progress: ProgressReporter?
  ) throws -> (views: [ViewExplanation], score: ModelScore?) {
    guard let branch = model.image else { return ([], nil) }
    var first: ModelScore?
    var made: [[ImageExplanation]] = []
    for (place, picture) in pictures.all.enumerated() {
      let function = try score(.image, pictures, places: [place], report, question)
      first = first ?? function
      made.append(try maps(of: function, branch: branch, picture: picture, progress: progress))
    }
    let shares =
      first?.attention().map { $0.map(Double.init) } ?? ViewExplanation.shares(of: made)
    return (
      zip(pictures.all, made).enumerated().map { place, found in
        ViewExplanation(
          view: pictures.views[place], picture: found.0.shown, images: found.1,
          share: shares?[place], isAttention: branch.views?.join == .attention)
      }, first
    )
  }
}
