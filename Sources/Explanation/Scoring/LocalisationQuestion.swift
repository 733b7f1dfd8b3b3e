/// What is asked of each lesion.
package enum LocalisationQuestion: Sendable, Hashable {
  /// Whether some circle's overlap with its box reaches a threshold.
  case overlap(Overlap.Measure, Double)
  /// Whether the centre of the strongest circle lies in its box.
  case circlePointing
  /// Whether the place of the largest score lies in its box.
  case peakPointing

  /// All that are published: both measures at their thresholds, both pointing games.
  package static let all: [LocalisationQuestion] =
    Overlap.Measure.allCases.flatMap { measure in
      measure.thresholds.map { .overlap(measure, $0) }
    } + [.circlePointing, .peakPointing]

  /// As a table calls it, such as `IoBB ≥ 0.25`.
  package var name: String {
    switch self {
    case .overlap(let measure, let threshold): "\(measure.rawValue) ≥ \(threshold)"
    case .circlePointing: "pointing, strongest circle"
    case .peakPointing: "pointing, largest score"
    }
  }

  /// The same in a dozen letters.
  var shortName: String {
    switch self {
    case .overlap: name
    case .circlePointing: "point, circle"
    case .peakPointing: "point, peak"
    }
  }
}
