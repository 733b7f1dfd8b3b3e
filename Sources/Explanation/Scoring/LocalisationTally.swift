/// What was counted on one image, for each of `LocalisationQuestion.all` in order.
struct LocalisationTally: Sendable {
  private let kinds: Int
  /// The lesions found, `[questions, kinds]`.
  private(set) var found: [Double]
  /// Detections that are no lesion, by question.
  private(set) var falsePositives: [Double]

  /// Nothing counted yet, of some kinds of lesions.
  init(kinds: Int) {
    self.kinds = kinds
    found = [Double](repeating: 0, count: LocalisationQuestion.all.count * kinds)
    falsePositives = [Double](repeating: 0, count: LocalisationQuestion.all.count)
  }

  /// Adds what circles and a peak find on a case's image, times a weight; `lesionKinds` are the indices
  /// of its lesions' kinds.
  ///
  /// A lesion is found where some circle covers enough of it; a circle is a false positive where it
  /// covers enough of none, a point where it hits none.
  mutating func add(
    _ item: LocalisationCase, circles: [Circle], peak: (x: Double, y: Double)?,
    lesionKinds: [Int], as shape: Overlap.Shape, weight: Double
  ) {
    let overlaps = circles.map { circle in
      item.lesions.map { Overlap(circle, $0.box, on: item.image, as: shape) }
    }
    for (question, asked) in LocalisationQuestion.all.enumerated() {
      switch asked {
      case .overlap(let measure, let threshold):
        for lesion in item.lesions.indices
        where overlaps.contains(where: { $0[lesion][measure] >= threshold }) {
          found[question * kinds + lesionKinds[lesion]] += weight
        }
        for circle in overlaps where !circle.contains(where: { $0[measure] >= threshold }) {
          falsePositives[question] += weight
        }
      case .circlePointing:
        point(
          circles.first.map { ($0.x, $0.y) }, item.lesions, question, lesionKinds, weight: weight)
      case .peakPointing: point(peak, item.lesions, question, lesionKinds, weight: weight)
      }
    }
  }

  private mutating func point(
    _ place: (x: Double, y: Double)?, _ lesions: [LocalisationCase.Lesion], _ question: Int,
    _ lesionKinds: [Int], weight: Double
  ) {
    guard let place else { return }
    var hitsAny = false
    for (lesion, kind) in zip(lesions, lesionKinds)
    where lesion.box.contains(x: place.x, y: place.y) {
      found[question * kinds + kind] += weight
      hitsAny = true
    }
    if !hitsAny { falsePositives[question] += weight }
  }
}
