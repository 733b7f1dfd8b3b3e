import Basics

/// One pass through a model: its mode, its random numbers, the tape and the kernels.
///
/// Layers and encoders take it `inout` and call its operations; there is no hidden global mode. Who
/// writes a forward pass with these operations gets the gradients for free.
public struct Forward {
  /// Whether batch statistics and dropout behave as in training or as in evaluation.
  public enum Mode: Sendable {
    /// Dropout drops, normalisation uses the batch and updates its running statistics.
    case training
    /// Nothing is random, normalisation uses its running statistics.
    case evaluation
  }

  /// Training or evaluation.
  public private(set) var mode: Mode
  /// The stream that dropout draws from.
  public var random: RandomStream
  /// Whether normalisation uses its running statistics, and leaves them, in training too.
  package var freezesStatistics = false
  /// The processes that have the rest of the batch, where normalisation takes the statistics of all of it; nil for the
  /// statistics of what passes here.
  package var exchange: (any BatchExchange)?
  package private(set) var tape: Tape?
  package let kernels: any Kernels
  /// Whether gradients with respect to parameters are wanted.
  ///
  /// Explanations want those of inputs alone, which saves their work and memory.
  package var tracksParameters = true
  /// What looks at, and may replace, the word vectors that the next look-ups give.
  package var embeddingTap: EmbeddingTap?
  /// Counts the multiply-adds of the operations.
  package var operations: OperationCount?
  /// What the operations of the pass are noted in.
  package var trace: Trace?
  /// Told what every ReLU and ReLU6 gave, in the order of the pass; a comparison with a peer needs their signs.
  package var observeReLU: ((Tensor) -> Void)?

  /// A pass; with a tape it records what gradients need.
  package init(_ mode: Mode, random: RandomStream, tape: Tape?, kernels: any Kernels) {
    self.mode = mode
    self.random = random
    self.tape = tape
    self.kernels = kernels
    Profile.lap("outside of passes")
  }

  /// The same pass in evaluation mode, without its tape unless `records`: whatever looks at the pass,
  /// counts or traces it, goes on doing so.
  public func inEvaluation(records: Bool) -> Forward {
    var copy = self
    copy.mode = .evaluation
    if !records { copy.tape = nil }
    return copy
  }

  /// The tensor of a parameter, through which its gradient arrives unless it is frozen.
  public func value(of parameter: Parameter) -> Tensor {
    trace?.noteRead(parameter)
    var tensor = parameter.value
    tensor.node = tracksParameters && tape != nil && parameter.isTrainable ? parameter.node : nil
    if let node = tensor.node { tape?.noteRead(node) }
    return tensor
  }

  /// Whether steps may be lazy and fuse: where no parameter wants a gradient and nobody looks at every step.
  var isLazy: Bool {
    (tape == nil || !tracksParameters) && mode == .evaluation && observeReLU == nil && trace == nil
  }

  /// Counts multiply-adds; zeros of the shape of their result where nothing is to be computed for the count.
  func counted(_ multiplyAdds: Int, _ shape: [Int]) -> Tensor? {
    guard let operations else { return nil }
    operations.add(multiplyAdds)
    return operations.computes || tape != nil ? nil : Tensor(repeating: 0, shape: shape)
  }

  /// Records a step: `backward` gets the gradient with respect to `output`.
  func record(
    _ output: Tensor, wanted: Bool, operation: StaticString = #function,
    _ backward: @escaping (Tensor) -> Void
  ) -> Tensor {
    Profile.lap(operation.firstName)
    trace?.noteUnlessKnown(operation.description, output)
    guard let tape, wanted else { return output }
    var traced = output
    let node = GradientNode()
    traced.node = node
    tape.record(node, operation, backward)
    return traced
  }
}

extension StaticString {
  /// The name of a function without its arguments.
  var firstName: String { String(description.prefix { $0 != "(" }) }
}
