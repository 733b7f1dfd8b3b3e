import Basics
import CKernels
import Testing

@testable import Tensors

/// Numbers for tests, the same in each run: uniform in `range`.
func randomValues(_ count: Int, _ name: String, _ range: Range<Double> = -1..<1) -> [Float] {
  var stream = RandomStream(seed: 7).derived(name)
  return (0..<count).map { _ in Float(stream.uniform(range.lowerBound, range.upperBound)) }
}

func randomTensor(_ shape: [Int], _ name: String, _ range: Range<Double> = -1..<1) -> Tensor {
  Tensor(randomValues(shape.reduce(1, *), name, range), shape: shape)
}

func randomParameter(
  _ key: String, _ shape: [Int], _ range: Range<Double> = -1..<1, kind: Parameter.Kind = .weight
) -> Parameter {
  Parameter(key: key, kind: kind, value: randomTensor(shape, key, range))
}

func parameter(_ key: String, _ values: [Float], _ shape: [Int]) -> Parameter {
  Parameter(key: key, kind: .weight, value: Tensor(values, shape: shape))
}

/// Numbers at least 0.2 away from zero, of alternating sign.
func signedValues(_ count: Int, _ name: String) -> [Float] {
  randomValues(count, name, 0.2..<1).enumerated().map { $0 % 2 == 0 ? $1 : -$1 }
}

/// The nearest bf16, ties to even, as a number of single precision.
func rounded(_ values: [Float]) -> [Float] {
  values.map { value in
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
  }
}

func rounded(_ x: Tensor) -> Tensor { Tensor(rounded(x.values), shape: x.shape) }

/// Multiples of 0.1 in random order, so that no two are near each other.
func distinctValues(_ count: Int, _ name: String) -> [Float] {
  var stream = RandomStream(seed: 7).derived(name)
  return stream.permutation(count).map { Float($0 - count / 2) * 0.1 }
}

/// A tensor that wants a gradient, as an input of a pass.
func traced(_ tensor: Tensor) -> Tensor {
  var tensor = tensor
  tensor.node = GradientNode()
  return tensor
}

/// A pass that draws the same random numbers each time.
func makePass(
  _ mode: Forward.Mode = .evaluation, tape: Tape? = nil, _ kernels: any Kernels = ReferenceKernels()
) -> Forward {
  Forward(mode, random: RandomStream(seed: 5), tape: tape, kernels: kernels)
}

/// Calls `body` with tensors side by side as a kernel reads them.
func withSource<Result>(
  _ parts: [Tensor], scale: Tensor? = nil, shift: Tensor? = nil, rows: Int = 0,
  _ body: (UnsafePointer<ez_source>) -> Result
) -> Result {
  withElements(parts, scale, shift) { values, scale, shift in
    KernelSource(
      parts: zip(parts, values).map { ez_part(values: $1, channels: $0.channels) }, scale: scale,
      shift: shift, gate: nil
    ).withRows(rows) { body($0) }
  }
}

/// Calls `body` with what happens to sums before they are stored.
func withEpilogue<Result>(
  _ bias: [Float]?, _ addend: [Float]?, relu: Bool, _ body: (UnsafePointer<ez_epilogue>) -> Result
) -> Result {
  let tensors = (
    bias.map { Tensor($0, shape: [$0.count]) }, addend.map { Tensor($0, shape: [$0.count]) }
  )
  return withElements(tensors.0, tensors.1) { bias, addend in
    var epilogue = ez_epilogue(bias: bias, add: addend, relu: relu ? 1 : 0, function: 0)
    return body(&epilogue)
  }
}

/// Expects numbers within an absolute distance of what was computed by hand.
func expectClose(
  _ found: [Float], _ expected: [Double], within bound: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record(
      "\(found.count) numbers, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  for (index, (a, b)) in zip(found, expected).enumerated() where !(abs(Double(a) - b) <= bound) {
    Issue.record(
      "number \(index) is \(a), expected \(b) ± \(bound)", sourceLocation: sourceLocation)
    return
  }
}

/// ‖a − b‖ / ‖b‖ over all elements.
func relativeDistance(_ a: [Float], _ b: [Float]) -> Double {
  let difference = zip(a, b).reduce(0.0) { sum, pair in
    let d = Double(pair.0) - Double(pair.1)
    return sum + d * d
  }
  return (difference / max(b.reduce(0.0) { $0 + Double($1) * Double($1) }, 1e-300)).squareRoot()
}
