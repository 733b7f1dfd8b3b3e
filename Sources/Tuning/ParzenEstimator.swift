import Basics
import Foundation

/// The densities of good and of other settings: the tree-structured Parzen estimator.
///
/// Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011,
/// https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization. Settings are modelled together
/// (Falkner et al., "BOHB", ICML 2018, https://arxiv.org/abs/1807.01774): a kernel is a trial. The widths, the weights of
/// old trials and the share of good ones are Optuna's (Akiba et al. 2019, https://arxiv.org/abs/1907.10902).
struct ParzenEstimator {
  /// How many settings are drawn from the good ones' density; those of the largest ratio are taken.
  private static let candidates = 24

  private let parameters: [SearchParameter]
  private let good: KernelDensity
  private let other: KernelDensity

  /// - Parameters:
  ///   - parameters: settings that are modelled together.
  ///   - ranked: number and settings of the trials so far, from best to worst; those that lack one of the settings are
  ///     passed over.
  init(_ parameters: [SearchParameter], ranked: [(number: Int, settings: [String: JSONValue])]) {
    self.parameters = parameters
    let count = min(25, Int((0.1 * Double(ranked.count)).rounded(.up)))
    // In the order in which they were tried: old ones weigh less.
    func density(_ trials: some Sequence<(number: Int, settings: [String: JSONValue])>)
      -> KernelDensity
    {
      KernelDensity(
        parameters,
        trials.sorted { $0.number < $1.number }.map(\.settings))
    }
    good = density(ranked.prefix(count))
    other = density(ranked.dropFirst(count))
  }

  /// The drawn settings whose density among the good ones is largest against that among the others.
  func best(_ random: inout RandomStream) -> [String: JSONValue] {
    var best: (score: Double, units: [Double])?
    for _ in 0..<Self.candidates {
      let units = good.sample(&random)
      let score = log(good(units)) - log(other(units))
      if best.map({ score > $0.score }) ?? true { best = (score, units) }
    }
    return Dictionary(
      uniqueKeysWithValues: zip(parameters, best?.units ?? []).map { ($0.key, $0.value(at: $1)) })
  }
}

/// A density over settings: a kernel around each trial, and a wide one for what nobody has tried yet.
struct KernelDensity {
  /// Of one setting.
  private enum Kernel {
    /// A normal curve cut off at the ends of 0…1.
    case normal(mean: Double, width: Double)
    /// Shares of choices.
    case shares([Double])
  }

  /// The kernels of each trial, one a setting.
  private var kernels: [[Kernel]]
  private let weights: [Double]

  /// - Parameters:
  ///   - parameters: the settings.
  ///   - trials: what was tried, the oldest first; those that lack a setting are passed over.
  init(_ parameters: [SearchParameter], _ trials: [[String: JSONValue]]) {
    let rows = trials.compactMap { settings -> [Double]? in
      let units = parameters.compactMap { parameter in
        settings[parameter.key].flatMap(parameter.unit)
      }
      return units.count == parameters.count ? units : nil
    }
    let own = Self.weights(rows.count) + [1]
    let total = own.reduce(0, +)
    weights = own.map { $0 / total }
    let columns = parameters.indices.map { column in
      Self.kernels(rows.map { $0[column] }, choices: parameters[column].choiceCount)
    }
    kernels = (0...rows.count).map { row in columns.map { $0[row] } }
  }

  /// The kernels of the values of one setting, the wide one last.
  private static func kernels(_ units: [Double], choices: Int?) -> [Kernel] {
    let count = Double(units.count + 1)
    if let choices {
      return units.map { unit in
        var shares = [Double](repeating: 1 / count, count: choices)
        shares[min(choices - 1, Int(unit * Double(choices)))] += 1
        let total = shares.reduce(0, +)
        return .shares(shares.map { $0 / total })
      } + [.shares([Double](repeating: 1 / Double(choices), count: choices))]
    }
    let least = 1 / min(100, 1 + count)
    let order = units.indices.sorted { (units[$0], $0) < (units[$1], $1) }
    var widths = [Double](repeating: 1, count: units.count)
    for (place, index) in order.enumerated() {
      // The distance to the farther neighbour; the ends of the range count where there is but one value.
      let left = place > 0 ? units[order[place - 1]] : units.count == 1 ? 0 : nil
      let right = place + 1 < order.count ? units[order[place + 1]] : units.count == 1 ? 1 : nil
      let width = max(
        left.map { units[index] - $0 } ?? 0, right.map { $0 - units[index] } ?? 0)
      widths[index] = min(1, max(least, width))
    }
    return zip(units, widths).map { .normal(mean: $0, width: $1) } + [.normal(mean: 0.5, width: 1)]
  }

  /// The last 25 weigh the same, older ones less.
  private static func weights(_ count: Int) -> [Double] {
    guard count > 25 else { return [Double](repeating: 1, count: count) }
    let old = count - 25
    let ramp = (0..<old).map { index in
      old == 1
        ? 1 / Double(count)
        : 1 / Double(count) + (1 - 1 / Double(count)) * Double(index) / Double(old - 1)
    }
    return ramp + [Double](repeating: 1, count: 25)
  }

  /// The density at a place, a unit a setting.
  func callAsFunction(_ units: [Double]) -> Double {
    zip(weights, kernels).reduce(0) { sum, item in
      sum + item.0 * zip(item.1, units).reduce(1) { $0 * Self.density($1.0, $1.1) }
    }
  }

  private static func density(_ kernel: Kernel, _ unit: Double) -> Double {
    switch kernel {
    case .shares(let shares): return shares[min(shares.count - 1, Int(unit * Double(shares.count)))]
    case .normal(let mean, let width):
      let z = (unit - mean) / width
      let mass = below((1 - mean) / width) - below(-mean / width)
      return exp(-0.5 * z * z) / (width * 2.506_628_274_631_000_2 * mass)
    }
  }

  private static func below(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }

  func sample(_ random: inout RandomStream) -> [Double] {
    let chosen = Self.index(weights, random.uniform())
    return kernels[chosen].map { kernel in
      switch kernel {
      case .shares(let shares):
        return (Double(Self.index(shares, random.uniform())) + 0.5) / Double(shares.count)
      case .normal(let mean, let width):
        // The mean is inside, and no curve is wider than the range: a third of the draws at least are.
        while true {
          let unit = mean + width * random.normal()
          if (0...1).contains(unit) { return unit }
        }
      }
    }
  }

  /// Which of some shares of 1 a number of 0..<1 falls into.
  private static func index(_ shares: [Double], _ number: Double) -> Int {
    var rest = number
    for (index, share) in shares.enumerated() {
      rest -= share
      if rest < 0 { return index }
    }
    return shares.count - 1
  }
}
