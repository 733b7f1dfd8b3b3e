import Basics
import Testing

@testable import Tensors

/// Compares gradients with central differences, for every element of all inputs and parameters.
///
/// The output is projected on fixed random numbers p in double precision: L = Σ p · y. A step h
/// leaves a rounding error of about √n · 2⁻²⁴ · |y| / h, some 10⁻⁵ for the small shapes here, and a
/// truncation error of h² / 6 · |L‴|, which is nothing for operations that are linear in each
/// argument. `tolerance` is relative to the largest gradient of the same tensor, at least 1.
func checkGradients(
  _ set: KernelSet, mode: Forward.Mode = .evaluation, inputs: [Tensor] = [],
  parameters: [Parameter] = [], step: Float = 0x1p-6, tolerance: Double = 1e-3,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (inout Forward, [Tensor]) -> Tensor
) {
  let kernels = set.make()
  func output(_ inputs: [Tensor]) -> [Float] {
    var forward = makePass(mode, kernels)
    return body(&forward, inputs).values
  }

  let tape = Tape()
  let leaves = inputs.map { traced($0) }
  var forward = makePass(mode, tape: tape, kernels)
  let result = body(&forward, leaves)
  #expect(
    result.values == output(inputs), "the tape changes the result", sourceLocation: sourceLocation)
  let projection = randomValues(result.count, "projection")
  tape.backward(from: result, gradient: Tensor(projection, shape: result.shape))

  func slope(_ above: [Float], _ below: [Float], _ distance: Double) -> Double {
    var sum = 0.0
    for i in projection.indices {
      sum += Double(projection[i]) * (Double(above[i]) - Double(below[i]))
    }
    return sum / distance
  }
  func compare(_ name: String, _ gradient: Tensor?, _ numeric: [Double]) {
    guard let gradient, gradient.count == numeric.count else {
      Issue.record("no gradient, or a wrong count, of \(name)", sourceLocation: sourceLocation)
      return
    }
    let scale = max(1, numeric.map { abs($0) }.max() ?? 0)
    for (i, (found, expected)) in zip(gradient.values, numeric).enumerated()
    where !(abs(Double(found) - expected) <= tolerance * scale) {
      Issue.record(
        "∂/∂\(name)[\(i)] is \(found), by differences \(expected)", sourceLocation: sourceLocation)
      return
    }
  }

  for (index, input) in inputs.enumerated() {
    let values = input.values
    let numeric = values.indices.map { i in
      let (high, low) = (values[i] + step, values[i] - step)
      func moved(_ value: Float) -> [Float] {
        var changed = values
        changed[i] = value
        var all = inputs
        all[index] = Tensor(changed, shape: input.shape)
        return output(all)
      }
      return slope(moved(high), moved(low), Double(high) - Double(low))
    }
    compare("input \(index)", leaves[index].node?.take(), numeric)
  }
  for parameter in parameters {
    let values = parameter.value.values
    let numeric = values.indices.map { i in
      func moved(_ value: Float) -> [Float] {
        parameter.update { $0[i] = value }
        return output(inputs)
      }
      let (high, low) = (values[i] + step, values[i] - step)
      let difference = slope(moved(high), moved(low), Double(high) - Double(low))
      parameter.update { $0[i] = values[i] }
      return difference
    }
    compare(parameter.key, parameter.node.take(), numeric)
  }
}
