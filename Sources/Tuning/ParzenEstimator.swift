import Basics
import Foundation

/// The densities of good and of other values of one setting: the tree-structured Parzen estimator.
///
/// Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011,
/// https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization. Settings are modelled apart from each
/// other. The widths, the weights of old trials and the share of good ones are Optuna's (Akiba et al. 2019,
/// https://arxiv.org/abs/1907.10902).
struct ParzenEstimator {
  /// How many values are drawn from the good ones' density; that of the largest ratio is taken.
  private static let candidates = 24

  private let parameter: SearchParameter
  private let good: Mixture
  private let other: Mixture

  /// - Parameters:
  ///   - parameter: the setting.
  ///   - ranked: number and settings of the trials so far, from best to worst.
  init(_ parameter: SearchParameter, ranked: [(number: Int, settings: [String: JSONValue])]) {
    self.parameter = parameter
    let count = min(25, Int((0.1 * Double(ranked.count)).rounded(.up)))
    // In the order in which they were tried: old ones weigh less.
    func units(_ trials: some Sequence<(number: Int, settings: [String: JSONValue])>) -> [Double] {
      trials.sorted { $0.number < $1.number }
        .compactMap { $0.settings[parameter.key].flatMap(parameter.unit) }
    }
    good = Mixture(units(ranked.prefix(count)), choices: parameter.choiceCount)
    other = Mixture(units(ranked.dropFirst(count)), choices: parameter.choiceCount)
  }

  /// The drawn value whose density among the good ones is largest against that among the others.
  func best(_ random: inout RandomStream) -> JSONValue {
    var best: (score: Double, unit: Double)?
    for _ in 0..<Self.candidates {
      let unit = good.sample(&random)
      let score = log(good.density(unit)) - log(other.density(unit))
      if best.map({ score > $0.score }) ?? true { best = (score, unit) }
    }
    return parameter.value(at: best?.unit ?? 0.5)
  }
}

/// A density over 0…1: normal curves cut off at the ends, or shares of choices, with one part for what nobody has
/// tried yet.
struct Mixture {
  private var parts: [(mean: Double, width: Double, weight: Double)] = []
  private var shares: [Double] = []

  /// - Parameters:
  ///   - units: what was tried, the oldest first.
  ///   - choices: the number of choices; nil for a range.
  init(_ units: [Double], choices: Int?) {
    let weights = Self.weights(units.count)
    let total = weights.reduce(1, +)
    if let choices {
      shares = [Double](repeating: 1 / (Double(choices) * total), count: choices)
      for (unit, weight) in zip(units, weights) {
        shares[min(choices - 1, Int(unit * Double(choices)))] += weight / total
      }
      return
    }
    let all = (zip(units, weights).map { (mean: $0, weight: $1) } + [(mean: 0.5, weight: 1)])
      .enumerated().sorted { ($0.element.mean, $0.offset) < ($1.element.mean, $1.offset) }
    let least = 1 / min(100, 1 + Double(all.count))
    for (index, item) in all.enumerated() {
      // The distance to the farther neighbour; to the only one at an end.
      let left = index > 0 ? item.element.mean - all[index - 1].element.mean : nil
      let right = index + 1 < all.count ? all[index + 1].element.mean - item.element.mean : nil
      let isPrior = item.offset == units.count
      let width = isPrior ? 1 : min(1, max(least, max(left ?? 0, right ?? 0)))
      parts.append((item.element.mean, width, item.element.weight / total))
    }
  }

  /// The last 25 weigh the same, older ones less.
  private static func weights(_ count: Int) -> [Double] {
    guard count > 25 else { return [Double](repeating: 1, count: count) }
    let old = count - 25
    let ramp = (0..<old).map { index in
      old == 1 ? 1 : 1 / Double(count) + (1 - 1 / Double(count)) * Double(index) / Double(old - 1)
    }
    return ramp + [Double](repeating: 1, count: 25)
  }

  func density(_ unit: Double) -> Double {
    guard shares.isEmpty else {
      return shares[min(shares.count - 1, Int(unit * Double(shares.count)))]
    }
    return parts.reduce(0) { sum, part in
      let z = (unit - part.mean) / part.width
      let mass = Self.below((1 - part.mean) / part.width) - Self.below(-part.mean / part.width)
      return sum + part.weight * exp(-0.5 * z * z) / (part.width * 2.506_628_274_631_000_2 * mass)
    }
  }

  private static func below(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }

  func sample(_ random: inout RandomStream) -> Double {
    var rest = random.uniform()
    guard shares.isEmpty else {
      for (index, share) in shares.enumerated() {
        rest -= share
        if rest < 0 { return (Double(index) + 0.5) / Double(shares.count) }
      }
      return (Double(shares.count) - 0.5) / Double(shares.count)
    }
    var chosen = parts[parts.count - 1]
    for part in parts {
      rest -= part.weight
      if rest < 0 {
        chosen = part
        break
      }
    }
    // The mean is inside, and no curve is wider than the range: a third of the draws at least are.
    while true {
      let unit = chosen.mean + chosen.width * random.normal()
      if (0...1).contains(unit) { return unit }
    }
  }
}
