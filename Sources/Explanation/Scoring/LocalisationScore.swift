import Basics
import Evaluation

/// How well circles find lesions, beside a random control with the same circles.
///
/// A lesion is found at a threshold when some circle's overlap with its box reaches it; a circle that
/// reaches it with no box of its image is a false positive. The pointing game (Zhang et al. 2016,
/// https://arxiv.org/abs/1608.00507) asks whether one point lies within a lesion's box: the centre of
/// the strongest circle, and the map's largest score. The accuracy of a kind is the share of its
/// lesions that are found; the macro accuracy is the mean over kinds. Intervals are percentile
/// bootstraps over images. The control puts circles of the same number and radii at random places,
/// averaged over draws.
package struct LocalisationScore: Sendable {
  /// What is asked of each image.
  package enum Question: Sendable, Hashable {
    case overlap(Overlap.Measure, Double)
    /// The centre of the strongest circle.
    case circlePointing
    /// The place of the largest score.
    case peakPointing

    /// All that are published: both measures at their thresholds, both pointing games.
    package static let all: [Question] =
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
  }

  /// The answer to a question.
  package struct Answer: Sendable {
    package let question: Question
    /// The accuracy of each kind and the number of its lesions, by name.
    package let kinds: [(kind: String, accuracy: Double, lesions: Int)]
    /// The mean over kinds; nil without a lesion.
    package let macro: Double?
    package let interval: Interval?
    /// A mean over all images, those without lesions too.
    package let falsePositives: Double
    /// The same of the random control.
    package let controlMacro: Double?
    package let controlFalsePositives: Double
  }

  package let shape: Overlap.Shape
  package let images: Int
  package let lesions: Int
  /// The mean number of circles an image.
  package let circles: Double
  package let answers: [Answer]

  /// Scores detections.
  ///
  /// Each image's control is drawn from a stream of its own name.
  package init(
    _ cases: [LocalisationCase], as shape: Overlap.Shape, controlDraws: Int = 100,
    resamples: Int = 2000, stream: RandomStream
  ) {
    self.shape = shape
    images = cases.count
    lesions = cases.reduce(0) { $0 + $1.lesions.count }
    circles = cases.reduce(0.0) { $0 + Double($1.circles.count) } / Double(max(1, cases.count))
    let controls = cases.map { item in
      var random = stream.derived("control").derived(item.name)
      return (0..<controlDraws).map { _ in item.randomised(&random) }
    }
    answers = Question.all.map { question in
      let tallies = cases.map { Self.tally($0, question, shape) }
      let control = controls.map { draws in
        LocalisationTally(mean: draws.map { Self.tally($0, question, shape) })
      }
      let found = Self.kinds(tallies)
      let names = found.map(\.kind)
      let counts = tallies.map { tally in names.map { tally.lesions[$0] ?? (0, 0) } }
      let bootstrap = Bootstrap(
        count: cases.count, resamples: resamples, stream: stream.derived("bootstrap")
      ) { indices in Self.macro(indices, of: counts, kinds: names.count) }
      return Answer(
        question: question, kinds: found, macro: Self.macro(found), interval: bootstrap?.interval,
        falsePositives: Self.falsePositives(tallies), controlMacro: Self.macro(Self.kinds(control)),
        controlFalsePositives: Self.falsePositives(control))
    }
  }

  private static func tally(
    _ item: LocalisationCase, _ question: Question, _ shape: Overlap.Shape
  ) -> LocalisationTally {
    switch question {
    case .overlap(let measure, let threshold):
      LocalisationTally(item, measure: measure, threshold: threshold, as: shape)
    case .circlePointing: LocalisationTally(item, point: item.circles.first.map { ($0.x, $0.y) })
    case .peakPointing: LocalisationTally(item, point: item.peak)
    }
  }

  private static func kinds(_ tallies: [LocalisationTally])
    -> [(kind: String, accuracy: Double, lesions: Int)]
  {
    var sums: [String: (found: Double, all: Double)] = [:]
    for tally in tallies {
      for (kind, counts) in tally.lesions {
        let sum = sums[kind] ?? (0, 0)
        sums[kind] = (sum.found + counts.found, sum.all + counts.all)
      }
    }
    return sums.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.found / $0.value.all, Int($0.value.all.rounded()))
    }
  }

  private static func macro(_ kinds: [(kind: String, accuracy: Double, lesions: Int)]) -> Double? {
    kinds.isEmpty ? nil : kinds.reduce(0) { $0 + $1.accuracy } / Double(kinds.count)
  }

  /// The macro accuracy of some cases, repeated ones counted so, over the kinds that occur in them.
  private static func macro(
    _ indices: [Int], of counts: [[(found: Double, all: Double)]], kinds: Int
  ) -> Double? {
    var sums = [(found: Double, all: Double)](repeating: (0, 0), count: kinds)
    for index in indices {
      for kind in 0..<kinds {
        sums[kind].found += counts[index][kind].found
        sums[kind].all += counts[index][kind].all
      }
    }
    let accuracies = sums.filter { $0.all > 0 }.map { $0.found / $0.all }
    return mean(accuracies)
  }

  private static func falsePositives(_ tallies: [LocalisationTally]) -> Double {
    tallies.reduce(0) { $0 + $1.falsePositives } / Double(max(1, tallies.count))
  }
}
