import EncoderKit

/// From features to logits: batch normalisation, a hidden layer with ReLU and dropout, batch
/// normalisation, a last layer; the paper's dense decoder.
///
/// `[batch, width]` to `[batch, outputs]`. Keys: `norm1`, `hidden`, `norm2`, `output`. Without a
/// hidden layer it is dropout and the last layer alone.
package struct DenseDecoder {
  /// The numbers of a decoder.
  package struct Configuration: Sendable, Equatable {
    /// Width of the hidden layer; 0 for none.
    package var hidden: Int
    /// Rate of dropout behind it.
    package var dropout: Float
    /// Rate of dropout on the features.
    package var featureDropout: Float

    package init(hidden: Int, dropout: Float, featureDropout: Float) {
      self.hidden = hidden
      self.dropout = dropout
      self.featureDropout = featureDropout
    }
  }

  private struct Middle {
    let firstNormalization: BatchNormalization
    let hidden: Linear
    let secondNormalization: BatchNormalization
  }
  private let middle: Middle?
  private let output: Linear
  private let configuration: Configuration

  package init(_ scope: Scope, width: Int, outputs: Int, _ configuration: Configuration) throws {
    self.configuration = configuration
    let hidden = configuration.hidden
    guard hidden > 0 else {
      middle = nil
      output = try Linear(scope("output"), from: width, to: outputs)
      return
    }
    middle = Middle(
      firstNormalization: try BatchNormalization(scope("norm1"), channels: width),
      hidden: try Linear(scope("hidden"), from: width, to: hidden, initializer: .kaimingNormal),
      secondNormalization: try BatchNormalization(scope("norm2"), channels: hidden))
    output = try Linear(scope("output"), from: hidden, to: outputs)
  }

  package func callAsFunction(_ features: Tensor, _ pass: inout Forward) -> Tensor {
    guard let middle else {
      return output(pass.dropout(features, rate: configuration.featureDropout), &pass)
    }
    let normal = pass.dropout(
      middle.firstNormalization(features, &pass), rate: configuration.featureDropout)
    let active = pass.dropout(pass.relu(middle.hidden(normal, &pass)), rate: configuration.dropout)
    return output(middle.secondNormalization(active, &pass), &pass)
  }
}

extension ParameterStore {
  /// Sets the decoder `head.` of this fused model so that it starts as the sum of the logits of
  /// decoders over each part of its features.
  ///
  /// The hidden layers stand side by side, the weights between a part and another part's hidden
  /// units are zero; the last biases add up. All of it is multiplied by `factor`.
  ///
  /// - Precondition: the hidden width is the sum of the parts' hidden widths.
  package func startDecoder(asSumOf parts: [ParameterStore], factor: Float = 1) {
    func own(_ key: String) -> Parameter { required("head.\(key)") }
    if let hidden = parameter("head.hidden.weight") { joinHidden(hidden, parts) }
    let output = own("output.weight")
    let outputs = output.value.shape[0]
    let last = (0..<outputs).flatMap { index in
      parts.flatMap { part -> [Float] in
        let weight = part.required("head.output.weight").value
        let size = weight.shape[1]
        return weight.values[index * size..<(index + 1) * size].map { $0 * factor }
      }
    }
    output.replace(Tensor(last, shape: output.value.shape))
    let bias = own("output.bias")
    let biases = parts.map { $0.required("head.output.bias").value.values }
    bias.replace(
      Tensor(
        (0..<outputs).map { index in factor * biases.reduce(0) { $0 + $1[index] } },
        shape: [outputs]))
  }

  /// Sets the decoder `head.` without a hidden layer: `[outputs][width]` weights, and an intercept for each
  /// output.
  ///
  /// - Precondition: it has as many outputs and weights as given.
  package func setLinearDecoder(_ values: (weights: [[Float]], intercepts: [Float])) {
    let (weight, bias) = (required("head.output.weight"), required("head.output.bias"))
    weight.replace(Tensor(values.weights.flatMap(\.self), shape: weight.value.shape))
    bias.replace(Tensor(values.intercepts, shape: bias.value.shape))
  }

  private func joinHidden(_ hidden: Parameter, _ parts: [ParameterStore]) {
    func own(_ key: String) -> Parameter { required("head.\(key)") }
    for name in ["weight", "bias", "running_mean", "running_var"] {
      for norm in ["norm1", "norm2"] {
        let values = parts.flatMap { $0.required("head.\(norm).\(name)").value.values }
        let target = own("\(norm).\(name)")
        target.replace(Tensor(values, shape: target.value.shape))
      }
    }
    let width = hidden.value.shape[1]
    var weights = [Float](repeating: 0, count: hidden.value.count)
    var (row, column) = (0, 0)
    for part in parts {
      let block = part.required("head.hidden.weight").value
      let (values, blockWidth) = (block.values, block.shape[1])
      for r in 0..<block.shape[0] {
        for c in 0..<blockWidth {
          weights[(row + r) * width + column + c] = values[r * blockWidth + c]
        }
      }
      row += block.shape[0]
      column += blockWidth
    }
    requireShapes(
      row == hidden.value.shape[0] && column == width,
      "decoder: parts of [\(row), \(column)] do not fill \(hidden.value.shape)")
    hidden.replace(Tensor(weights, shape: hidden.value.shape))
    let hiddenBias = own("hidden.bias")
    hiddenBias.replace(
      Tensor(
        parts.flatMap { $0.required("head.hidden.bias").value.values },
        shape: hiddenBias.value.shape))
  }

  private func required(_ key: String) -> Parameter {
    guard let found = parameter(key) else { preconditionFailure("the model has no \(key)") }
    return found
  }
}
