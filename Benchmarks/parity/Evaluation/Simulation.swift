import Basics
import Evaluation
import Foundation

/// How often intervals, bands and sets hold what they promise to, over many draws.
struct Simulation {
  let seed: UInt64
  let draws: Int

  private var stream: RandomStream { RandomStream(seed: seed).derived("simulation") }

  /// The shares of draws that are covered, by name.
  func answer() -> JSONValue {
    [
      "area, percentile": JSONValue(area(.percentile)), "area, BCa": JSONValue(area(.accelerated)),
      "paired difference of areas": JSONValue(difference()),
      "drop of the area": JSONValue(drop()), "gap of two groups": JSONValue(gap()),
      "consistency band": JSONValue(band()),
      "slope": JSONValue(slope()), "conformal sets": JSONValue(sets(isClassConditional: false)),
      "class-conditional sets": JSONValue(sets(isClassConditional: true)),
    ]
  }

  /// The area of normal scores a shift apart: Φ(shift / √2).
  private let shift = 1.0
  private var truth: Double { normalCumulative(shift / 2.0.squareRoot()) }

  /// Patients of one to three cases of one label that share half the variance of their scores.
  private func patients(_ count: Int, _ draw: inout RandomStream) -> (
    labels: [Bool], scores: [Double], clusters: [Int]
  ) {
    var cases: (labels: [Bool], scores: [Double], clusters: [Int]) = ([], [], [])
    for patient in 0..<count {
      let label = patient % 2 == 0
      let own = draw.normal()
      for _ in 0...draw.below(3) {
        cases.labels.append(label)
        cases.scores.append((label ? shift : 0) + (own + draw.normal()) / 2.0.squareRoot())
        cases.clusters.append(patient)
      }
    }
    return cases
  }

  private func share(_ name: String, _ isCovered: (inout RandomStream) -> Bool) -> Double {
    let covered = (0..<draws).count { index in
      var draw = stream.derived(name).derived(index)
      return isCovered(&draw)
    }
    return Double(covered) / Double(draws)
  }

  private func area(_ method: ClusterBootstrap.Method) -> Double {
    share("area") { draw in
      let cases = patients(200, &draw)
      let ranked = RankedScores(labels: cases.labels, scores: cases.scores)
      let found = ClusterBootstrap.interval(
        CaseClusters(cases.clusters), resamples: 999, method: method,
        stream: draw.derived("bootstrap")
      ) { ranked.auroc(of: $0) }
      return found.value?.interval.contains(truth) ?? false
    }
  }

  private func difference() -> Double {
    share("difference") { draw in
      let cases = patients(200, &draw)
      let noisy = cases.scores.map { $0 + draw.normal() }
      // A shift of 1 over a deviation of √2 in each class.
      let other = normalCumulative(shift / 2)
      let ranked = [cases.scores, noisy].map { RankedScores(labels: cases.labels, scores: $0) }
      let found = ClusterBootstrap.difference(
        CaseClusters(cases.clusters), resamples: 999, stream: draw.derived("bootstrap"),
        first: { ranked[0].auroc(of: $0) }, second: { ranked[1].auroc(of: $0) })
      return found.value?.interval.contains(truth - other) ?? false
    }
  }

  private func drop() -> Double {
    share("drop") { draw in
      let (inside, outside) = (patients(150, &draw), patients(120, &draw))
      let ranked = [inside, outside].map { RankedScores(labels: $0.labels, scores: $0.scores) }
      let found = ClusterBootstrap.drop(
        CaseClusters(inside.clusters), CaseClusters(outside.clusters), resamples: 999,
        stream: draw.derived("bootstrap"),
        first: { ranked[0].auroc(of: $0) }, second: { ranked[1].auroc(of: $0) })
      return found.value?.interval.contains(0) ?? false
    }
  }

  /// Two groups whose areas differ by a known amount: the interval is that of the better less the
  /// worse, so a turn of the two turns the sign.
  private func gap() -> Double {
    share("gap") { draw in
      let (first, second) = (patients(160, &draw), patients(160, &draw))
      let weaker = second.scores.map { $0 + 1.5 * draw.normal() }
      let gap = truth - normalCumulative(shift / (2 * 3.25).squareRoot())
      let analysis = SubgroupAnalysis(
        labels: first.labels + second.labels, logits: first.scores + weaker,
        names: first.labels.map { _ in "a" } + second.labels.map { _ in "b" }, threshold: 0.5,
        clusters: first.clusters + second.clusters.map { $0 + 1000 }, resamples: 999,
        stream: draw.derived("bootstrap"))
      guard let found = analysis.gaps[.auroc]?.value, let interval = found.interval else {
        return false
      }
      return interval.contains(found.worst == "b" ? gap : -gap)
    }
  }

  /// The mean over bins of how often the observed share of calibrated cases is within the band.
  private func band() -> Double {
    var (inside, all) = (0, 0)
    for index in 0..<draws {
      var draw = stream.derived("band").derived(index)
      let probabilities = (0..<400).map { _ in draw.uniform() }
      let labels = probabilities.map { draw.uniform() < $0 }
      let bins = ReliabilityBins(labels: labels, probabilities: probabilities)
      let bands = bins.consistencyBand(
        probabilities: probabilities, stream: draw.derived("resamples"))
      for (bin, band) in zip(bins.bins, bands) {
        all += 1
        if band?.contains(bin.observed) ?? false { inside += 1 }
      }
    }
    return Double(inside) / Double(all)
  }

  /// Wald's interval of the slope, of logits that are twice too large: 1/2.
  private func slope() -> Double {
    share("slope") { draw in
      let logits = (0..<300).map { _ in 2 * draw.normal() }
      let labels = logits.map { draw.uniform() < sigmoid($0 / 2) }
      let found = CalibrationSlope.of(labels: labels, logits: logits)
      return found.value?.slopeInterval.contains(0.5) ?? false
    }
  }

  /// The mean coverage of sets of two classes that may miss 5 % of cases, calibrated on 200 cases and asked of 200
  /// others; within each class the mean of both.
  private func sets(isClassConditional: Bool) -> Double {
    var sum = 0.0
    for index in 0..<draws {
      var draw = stream.derived("sets").derived(index)
      // Overconfident: what is promised holds whatever the probabilities.
      let logits = (0..<400).map { _ in 2 * draw.normal() }
      let labels = logits.map { draw.uniform() < sigmoid($0 / 2) ? 1 : 0 }
      let rows = logits.flatMap { [1 - sigmoid($0), sigmoid($0)] }
      let sets = ConformalSets(
        .leastAmbiguous, labels: Array(labels[..<200]), probabilities: Array(rows[..<400]),
        classCount: 2, miss: 0.05, isClassConditional: isClassConditional)
      let found = sets.coverage(
        labels: Array(labels[200...]), probabilities: Array(rows[400...]))
      let shares =
        isClassConditional ? found.value?.byClass ?? [] : [found.value?.marginal].compactMap { $0 }
      sum += mean(shares.compactMap(\.value.value)) ?? 0
    }
    return sum / Double(draws)
  }
}
