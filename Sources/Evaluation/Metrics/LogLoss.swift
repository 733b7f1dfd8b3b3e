import Foundation

/// The log losses of single answers, in nats, clipped as those of probabilities within ε…1−ε, ε = 2⁻⁵², as
/// scikit-learn does.
package enum LogLoss {
  /// The largest that is told, −log ε.
  package static let largest = -log(Double.ulpOfOne)

  /// −log p of the probability that was given to what is true.
  package static func of(probability: Double) -> Double {
    -log(min(max(probability, .ulpOfOne), 1 - .ulpOfOne))
  }

  /// log(1 + exp(∓logit)) of the log-odds that were given to "yes".
  package static func of(logit: Double, isPositive: Bool) -> Double {
    min(softplus(isPositive ? -logit : logit), largest)
  }
}
