import CKernels

/// Convolutions by our own loops around another set of kernels, where the processor has AVX-512 or AVX2.
///
/// 1×1 is one matrix product that normalises its input while reading it, 3×3 is Winograd's F(4×4, 3×3), 3×3
/// with stride 2 goes a phase of the input at a time, depthwise is a loop of its own. The other windows go by
/// the definition, unless vectors are of 16 floats and `base` has windows that are as fast. Large linear layers in
/// training, but for the gradients of their weights, are products of the same kind. What remains is
/// the base's: grouped convolutions, and the gradients of convolutions that are none of 1×1, 3×3 and depthwise or have
/// a stride; some of 1×1 weights and of channels that fill no block, too.
///
/// Lavin and Gray 2015, https://arxiv.org/abs/1509.09308. Each result is summed in one order whatever
/// the number of threads; whether a 3×3 convolution runs this way may depend on it.
package final class NativeKernels: Kernels {
  package let base: any Kernels
  let lanes: Int32
  /// Whether windows that have no faster way run by the definition here.
  let runsAnyWindow: Bool
  private var workspace = Storage(count: 16)

  package let name: String
  /// What a name ends in where numbers are the same on every machine.
  package static let reproducible = ", reproducible"
  package var library: String { base.library }
  package var ownLanes: Int32 { lanes }

  /// The kernels around others; nil where the processor has neither AVX-512 nor AVX2.
  package convenience init?(over base: any Kernels) { self.init(over: base, lanes: ez_lanes()) }

  /// The same by vectors of so many floats, no more than the processor has; nil for 0.
  init?(over base: any Kernels, lanes: Int32) {
    guard lanes > 0 else { return nil }
    (self.base, self.lanes) = (base, lanes)
    name = "native over \(base.name)" + (Compute.isReproducible ? Self.reproducible : "")
    runsAnyWindow = lanes == 8 || !base.hasFastWindows
  }

  package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
    -> Tensor
  {
    var work = LazyConvolution(
      kernels: self, input: x, weights: weights, window: window, bias: bias, isRecorded: true)
    return convolved(&work) ?? base.convolution(x, weights, bias: bias, window)
  }

  package func run(_ work: consuming LazyConvolution) -> Tensor {
    convolved(&work) ?? runSteps(work)
  }

  package func convolutionInputGradient(
    _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
  ) -> Tensor {
    if window.isDepthwise(inputShape, channels: weights.shape[0]) {
      return DepthwiseConvolution.inputGradient(dy, weights, inputShape: inputShape, window)
    }
    if window.isPointwise, window.stride == 1, inputShape[0] == 1, inputShape[2] == 1 {
      return linearInputGradient(dy, weights, inputShape: inputShape)
    }
    return pointwiseInputGradient(dy, weights, inputShape: inputShape, window)
      ?? winogradInputGradient(dy, weights, inputShape: inputShape, window)
      ?? base.convolutionInputGradient(dy, weights, inputShape: inputShape, window)
  }

  package func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
  ) -> (weights: Tensor, bias: Tensor?) {
    if window.isDepthwise(x.shape, channels: weightShape[0]) {
      return DepthwiseConvolution.weightGradient(
        x, dy, weightShape: weightShape, hasBias: hasBias, window)
    }
    let gradient =
      winogradWeightGradient(x, dy, weightShape: weightShape, window)
      ?? (hasBias && window.stride == 1
        ? nil : pointwiseWeightGradient(x, dy, weightShape: weightShape, window))
    guard let gradient else {
      return base.convolutionWeightGradient(
        x, dy, weightShape: weightShape, hasBias: hasBias, window)
    }
    return (gradient, hasBias ? columnSums(dy) : nil)
  }

  /// Linear layers whose weights change with every step: packed for each product anew, in memory that all share, since a
  /// copy of every layer in that layout would be as much memory again.
  package func rowProduct(
    _ x: Tensor, _ weights: Tensor, _ side: ProductSide, bias: Tensor?
  ) -> Tensor? {
    let (rows, depth) = (x.rows, x.channels)
    let columns = side == .across ? weights.shape[0] : weights.channels
    guard rows >= 64, min(depth, columns) >= 32, rows * depth * columns >= 1 << 22 else {
      return nil
    }
    let packed = (ez_packed_count(lanes, depth, columns) + 15) / 16 * 16
    let space = scratch(packed + ez_pointwise_workspace(lanes, rows, depth, columns))
    return Tensor([rows, columns], from: x, weights, bias, space) {
      [lanes] y, x, weights, bias, space in
      switch side {
      case .across: ez_pack_weights(lanes, weights, columns, depth, nil, space)
      case .back: ez_pack_transposed(lanes, weights, columns, depth, space)
      }
      var epilogue = ez_epilogue(bias: bias, add: nil, relu: 0, function: 0)
      var part = ez_part(values: UnsafePointer(x), channels: depth)
      withUnsafePointer(to: &part) { part in
        var source = ez_source(
          parts: part, part_count: 1, scale: nil, shift: nil, gate: nil, gate_rows: 0, rows: rows,
          places: nil)
        ez_pointwise(lanes, &source, space, columns, &epilogue, space + packed, y)
      }
    }
  }

  /// dx = dy · W, of a linear layer over rows.
  private func linearInputGradient(_ dy: Tensor, _ weights: Tensor, inputShape: [Int]) -> Tensor {
    let (rows, n, k) = (inputShape[1], weights.shape[0], inputShape[3])
    let slopes = Tensor(content: dy.content, shape: [rows, n])
    let matrix = Tensor(content: weights.content, shape: [n, k])
    if let dx = rowProduct(slopes, matrix, .back, bias: nil) {
      Profile.lap("linear input gradient")
      return Tensor(content: dx.content, shape: inputShape)
    }
    let gradient = Tensor(inputShape, from: dy, weights) { dx, dy, weights in
      multiply(
        Matrix(dy, rowStride: n), Matrix(weights, rowStride: k), into: dx, rowStride: k, m: rows,
        n: k, k: n)
    }
    Profile.lap("linear input gradient")
    return gradient
  }

  /// Memory for one kernel's temporary results.
  func scratch(_ count: Int) -> Storage {
    if workspace.count < count { workspace = Storage(count: count) }
    return workspace
  }
}
