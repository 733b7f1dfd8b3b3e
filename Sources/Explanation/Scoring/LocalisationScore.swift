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
  /// The accuracy of one kind of lesion.
  package struct KindAccuracy: Sendable, Equatable {
    package let kind: String
    package let accuracy: Double
    package let lesions: Int
  }

  /// The answer to a question.
  package struct Answer: Sendable {
    package let question: LocalisationQuestion
    /// By name.
    package let kinds: [KindAccuracy]
    /// The mean over kinds; nil without a lesion.
    package let macro: Double?
    /// The share of all lesions that are found; nil without one.
    package let micro: Double?
    /// Of the macro accuracy.
    package let interval: Interval?
    /// A mean over all images, those without lesions too.
    package let falsePositives: Double
    /// The same of the random control, and of its kinds in their order.
    package let controlMacro: Double?
    package let controlKinds: [Double]
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
    let names = Set(cases.flatMap { $0.lesions.map(\.kind) }).sorted()
    let place = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let kinds = cases.map { item in item.lesions.map { place[$0.kind] ?? 0 } }
    let found = zip(cases, kinds).map { item, kinds in
      var tally = LocalisationTally(kinds: names.count)
      tally.add(
        item, circles: item.circles, peak: item.peak, lesionKinds: kinds, as: shape, weight: 1)
      return tally
    }
    let controls = zip(cases, kinds).map { item, kinds in
      var random = stream.derived("control").derived(item.name)
      var tally = LocalisationTally(kinds: names.count)
      for _ in 0..<controlDraws {
        let drawn = item.randomised(&random)
        tally.add(
          item, circles: drawn.circles, peak: drawn.peak, lesionKinds: kinds, as: shape,
          weight: 1 / Double(controlDraws))
      }
      return tally
    }
    let counts = kinds.map { kinds in
      kinds.reduce(into: [Double](repeating: 0, count: names.count)) { $0[$1] += 1 }
    }
    let all = (0..<names.count).map { kind in counts.reduce(0) { $0 + $1[kind] } }
    let images = Double(max(1, cases.count))
    answers = LocalisationQuestion.all.enumerated().map { question, asked in
      func accuracies(_ tallies: [LocalisationTally]) -> [Double] {
        all.indices.map { kind in
          tallies.reduce(0) { $0 + $1.found[question * names.count + kind] } / all[kind]
        }
      }
      let own = accuracies(found)
      let control = accuracies(controls)
      let bootstrap = Bootstrap(
        count: cases.count, resamples: resamples, stream: stream.derived("bootstrap")
      ) { indices -> Double? in
        var hits = [Double](repeating: 0, count: names.count)
        var among = hits
        for index in indices {
          for kind in 0..<names.count {
            hits[kind] += found[index].found[question * names.count + kind]
            among[kind] += counts[index][kind]
          }
        }
        // Over the kinds that occur in the resample.
        return mean(zip(hits, among).filter { $1 > 0 }.map { $0 / $1 })
      }
      let lesions = all.reduce(0, +)
      return Answer(
        question: asked,
        kinds: names.indices.map {
          KindAccuracy(kind: names[$0], accuracy: own[$0], lesions: Int(all[$0]))
        },
        macro: mean(own),
        micro: lesions > 0 ? zip(own, all).reduce(0) { $0 + $1.0 * $1.1 } / lesions : nil,
        interval: bootstrap?.interval,
        falsePositives: found.reduce(0) { $0 + $1.falsePositives[question] } / images,
        controlMacro: mean(control), controlKinds: control,
        controlFalsePositives: controls.reduce(0) { $0 + $1.falsePositives[question] } / images)
    }
  }

  /// The answer to one question.
  package subscript(question: LocalisationQuestion) -> Answer? {
    answers.first { $0.question == question }
  }
}
