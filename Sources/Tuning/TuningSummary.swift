import Basics
import Foundation

/// What a search was worth: by its number of trials, and by its settings.
package enum TuningSummary {
  /// The best value expected of so many trials, 1 to all, of settings that were drawn independently.
  ///
  /// Dodge et al., "Show your work: improved reporting of experimental results", EMNLP 2019,
  /// https://doi.org/10.18653/v1/D19-1224, equation 1.
  package static func expectedBest(_ values: [Double], higherIsBetter: Bool) -> [Double] {
    let sorted = values.sorted { higherIsBetter ? $0 < $1 : $0 > $1 }
    let count = Double(sorted.count)
    return values.indices.map { index in
      let power = Double(index + 1)
      return sorted.enumerated().reduce(0) { sum, item in
        let (rank, value) = (Double(item.offset), item.element)
        return sum + value * (pow((rank + 1) / count, power) - pow(rank / count, power))
      }
    }
  }

  /// The best value after each trial; nil as long as none ran to its end.
  package static func bestSoFar(_ trials: [Trial], higherIsBetter: Bool) -> [Double?] {
    var best: Double?
    return trials.sorted { $0.number < $1.number }.map { trial in
      if let value = trial.value {
        best = best.map { higherIsBetter ? max($0, value) : min($0, value) } ?? value
      }
      return best
    }
  }

  /// How much each setting decides about being among the best tenth of the trials, shares of 1; empty where too few
  /// trials tell.
  ///
  /// PED-ANOVA: Watanabe, Bansal and Hutter, IJCAI 2023, https://doi.org/10.24963/ijcai.2023/488: the Pearson
  /// divergence of the density of the best from that of all, setting by setting.
  ///
  /// - Parameters:
  ///   - searches: trials of each search, such as one a split; the best tenth is taken of each.
  ///   - own: the specification's own settings, which the first trial has.
  ///   - space: the settings.
  ///   - higherIsBetter: whether large values are good.
  /// - Returns: the settings in the order of the space.
  package static func importance(
    _ searches: [[Trial]], own: [String: JSONValue], in space: SearchSpace, higherIsBetter: Bool
  ) -> [(key: String, share: Double)] {
    var (best, all): ([[String: JSONValue]], [[String: JSONValue]]) = ([], [])
    for search in searches {
      let ranked = Trial.ranked(search.filter { $0.value != nil }, higherIsBetter: higherIsBetter)
        .map { $0.number == 1 ? own : $0.settings }
      best += ranked.prefix(Int((0.1 * Double(ranked.count)).rounded(.up)))
      all += ranked
    }
    guard best.count >= 2, all.count >= 10 else { return [] }
    let divergences = space.parameters.map { parameter -> Double in
      let (top, whole) = (KernelDensity([parameter], best), KernelDensity([parameter], all))
      let places = parameter.choiceCount ?? 100
      let units = (0..<places).map { (Double($0) + 0.5) / Double(places) }
      let weight = parameter.choiceCount == nil ? 1 / Double(places) : 1
      return units.reduce(0) { sum, unit in
        let (p, q) = (top([unit]), whole([unit]))
        return sum + weight * q * (p / q - 1) * (p / q - 1)
      }
    }
    let total = divergences.reduce(0, +)
    guard total > 0 else { return [] }
    return zip(space.parameters, divergences).map { ($0.key, $1 / total) }
  }
}
