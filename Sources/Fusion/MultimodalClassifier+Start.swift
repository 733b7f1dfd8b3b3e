import EncoderKit

extension MultimodalClassifier {
  /// Sets the last biases to given log-odds, one for each output, so that an untrained model
  /// answers with the share of positive cases in place of one half.
  ///
  /// Behind a batch normalisation the logit's mean over a batch is then the log-odds. A decoder
  /// without a hidden layer has nothing that normalises, so that its mean is off by what the random
  /// weights make of the features' means; weights of zero in their place trained worse encoders
  /// (see docs/results.md). (Lin et al. 2017, "Focal Loss for Dense Object Detection", section 4.1,
  /// https://arxiv.org/abs/1708.02002.)
  ///
  /// - Precondition: as many numbers as outputs, and a decoder that makes the logits.
  package func startOutputs(at logOdds: [Float]) {
    guard let bias = store.parameter("head.output.bias") else {
      preconditionFailure("a classifier without a decoder of its own can't start at log-odds")
    }
    bias.replace(Tensor(logOdds, shape: bias.value.shape))
  }

  /// Sets the head so that training begins at the joined logits of two models of one encoder each.
  ///
  /// l = (l(x) − pₓ) + (l(y) − p_y) + p
  ///
  /// Each side's logit holds the log-odds of the classes that it was trained at, pₓ and p_y, and
  /// they count once, as p: this is Bayes' rule for sides that are independent within each class. A
  /// head that makes features without decoders of both sides beside it starts at p.
  package func begin(from image: ParameterStore, _ text: ParameterStore, _ logOdds: StartLogOdds) {
    let excess = logOdds.excess
    guard let fusion else { return }
    switch fusion.description.result {
    case .sideBySide:
      store.startDecoder(asSumOf: [image, text])
      shift("head.output.bias", by: excess)
    case .features:
      fusion.begin(from: image, text, in: store)
      if fusion.addsToParts {
        shift("head.output.bias", by: excess)
      } else {
        startOutputs(at: logOdds.own)
      }
    case .logits:
      fusion.begin(from: image, text, in: store)
      shift("head.fusion.bias", by: excess)
    }
  }

  /// Takes numbers off a bias; one of another size, as a head of somebody else's may have, stays.
  private func shift(_ key: String, by excess: [Float]) {
    guard let bias = store.parameter(key), bias.value.count == excess.count else { return }
    bias.replace(
      Tensor(zip(bias.value.values, excess).map { $0 - $1 }, shape: bias.value.shape))
  }
}

/// The log-odds of the classes at which a multimodal model and its two sides start, one number for
/// each output; they differ where class weights or label smoothing do.
package struct StartLogOdds: Sendable {
  package let image: [Float]
  package let text: [Float]
  package let own: [Float]

  package init(image: [Float], text: [Float], own: [Float]) {
    precondition(
      image.count == own.count && text.count == own.count,
      "log-odds of \(image.count), \(text.count) and \(own.count) outputs")
    self.image = image
    self.text = text
    self.own = own
  }

  /// What the sum of both sides' logits holds too much of.
  var excess: [Float] { own.indices.map { image[$0] + text[$0] - own[$0] } }
}
