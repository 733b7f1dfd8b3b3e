/// What was counted on one image for one question, such as "IoU at least 0.3".
struct LocalisationTally: Sendable {
  /// Lesions found and all lesions, by kind.
  var lesions: [String: (found: Double, all: Double)] = [:]
  /// Detections that are no lesion.
  var falsePositives = 0.0

  /// The lesions that some circle covers enough, and the circles that cover none enough.
  init(
    _ item: LocalisationCase, measure: Overlap.Measure, threshold: Double, as shape: Overlap.Shape
  ) {
    var isMatched = [Bool](repeating: false, count: item.circles.count)
    for lesion in item.lesions {
      var isFound = false
      for (index, circle) in item.circles.enumerated()
      where Overlap(circle, lesion.box, on: item.image, as: shape)[measure] >= threshold {
        isFound = true
        isMatched[index] = true
      }
      count(lesion, isFound)
    }
    falsePositives = Double(isMatched.count { !$0 })
  }

  /// The lesions that a point hits; the point is a false positive where it hits none.
  init(_ item: LocalisationCase, point: (x: Double, y: Double)?) {
    var hitsAny = false
    for lesion in item.lesions {
      let isHit = point.map { lesion.box.contains(x: $0.x, y: $0.y) } ?? false
      hitsAny = hitsAny || isHit
      count(lesion, isHit)
    }
    falsePositives = point == nil || hitsAny ? 0 : 1
  }

  /// The mean of several tallies of one image.
  init(mean tallies: [LocalisationTally]) {
    let share = 1 / Double(max(1, tallies.count))
    for tally in tallies {
      for (kind, counts) in tally.lesions {
        let sum = lesions[kind] ?? (0, 0)
        lesions[kind] = (sum.found + counts.found * share, sum.all + counts.all * share)
      }
      falsePositives += tally.falsePositives * share
    }
  }

  private mutating func count(_ lesion: LocalisationCase.Lesion, _ isFound: Bool) {
    let sum = lesions[lesion.kind] ?? (0, 0)
    lesions[lesion.kind] = (sum.found + (isFound ? 1 : 0), sum.all + 1)
  }
}
