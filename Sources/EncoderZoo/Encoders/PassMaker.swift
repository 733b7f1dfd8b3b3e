import EncoderKit

/// Makes the passes of a feature extractor.
struct PassMaker {
  let kernels: any Kernels
  let threads: Int?
  let random: RandomStream

  /// A pass without gradients.
  func evaluation() -> Forward { makePass(.evaluation, tape: nil) }

  private func makePass(_ mode: Forward.Mode, tape: Tape?) -> Forward {
    // The number of threads belongs to the thread that calls.
    Compute.setThreads(threads ?? Compute.processors)
    return Forward(mode, random: random, tape: tape, kernels: kernels)
  }

  /// Runs `features` on a tape and sends the loss's gradient back.
  func gradients(
    _ mode: Forward.Mode, of parameters: ParameterStore, input: Tensor?,
    _ lossGradient: (Tensor) -> Tensor, features: (Tensor, inout Forward) -> Tensor
  ) -> FeatureGradients {
    let tape = Tape()
    var pass = makePass(mode, tape: tape)
    let node = GradientNode()
    var traced = input ?? Tensor([], shape: [0])
    if input != nil { traced.node = node }
    let output = features(traced, &pass)
    let gradient = lossGradient(output.detached)
    requireShapes(
      gradient.shape == output.shape,
      "gradients: the loss's gradient has shape \(gradient.shape); expected \(output.shape)")
    tape.backward(from: output, gradient: gradient)
    var found: [String: Tensor] = [:]
    for parameter in parameters.parameters {
      if let own = parameter.node.take() { found[parameter.key] = own }
    }
    return FeatureGradients(
      features: output.detached, input: input == nil ? nil : node.take(), parameters: found)
  }
}
