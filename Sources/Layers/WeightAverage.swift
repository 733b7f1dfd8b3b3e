import CKernels
import Tensors

/// An exponential moving average of a model's parameters, statistics included.
///
/// Averaged weights generalise better than the last ones on small data: Tarvainen and Valpola 2017,
/// https://arxiv.org/abs/1703.01780. The rate warms up as min(decay, (1 + n) / (10 + n)).
package final class WeightAverage {
  private let parameters: [Parameter]
  private let decay: Float
  private var averages: [Storage]
  /// How often the parameters were taken in.
  package private(set) var updates = 0

  package init(_ parameters: [Parameter], decay: Float) {
    self.parameters = parameters
    self.decay = decay
    averages = parameters.map { $0.value.copied() }
  }

  /// Takes the current parameters into the average.
  package func update() {
    updates += 1
    let keep = min(decay, Float(1 + updates) / Float(10 + updates))
    for (parameter, average) in zip(parameters, averages) {
      withElements(parameter.value, average) {
        ez_move_average($0, $1, 1 - keep, average.count)
      }
    }
  }

  /// The averages, in the parameters' order.
  package var values: [[Float]] {
    averages.map(\.values)
  }

  /// Goes on from averages kept before.
  package func restore(_ values: [[Float]], updates: Int) {
    for (average, saved) in zip(averages, values) {
      requireShapes(
        saved.count == average.count,
        "weight average: \(saved.count) values for \(average.count)")
      withElements(average) { $0.update(from: saved, count: saved.count) }
    }
    self.updates = updates
  }

  /// Exchanges the parameters with their averages; a second call exchanges them back.
  package func swap() {
    for (index, parameter) in parameters.enumerated() {
      let (current, average) = (parameter.value.copied(), averages[index])
      parameter.update { weights in
        withElements(average) { weights.update(from: $0, count: average.count) }
      }
      averages[index] = current
    }
  }
}
