import EncoderKit

/// An encoder under examination: how it is built, and a fixed set of samples to show it.
protocol Subject {
  var description: EncoderDescription { get }
  /// How many samples there are; at least three, all different.
  var count: Int { get }
  /// Tells subjects of one encoder apart whose weights differ in shape.
  var variant: String { get }
  /// Builds the network, taking every parameter from the store.
  func make(_ store: ParameterStore) throws -> any Network
}

/// A built encoder with the samples it is shown.
protocol Network {
  var featureWidth: Int { get }
  /// The features of some samples; `change` replaces the input tensor, where there is one.
  func features(_ samples: [Int], _ run: inout Forward, change: (Tensor) -> Tensor) -> Tensor
}

extension Network {
  func features(_ samples: [Int], _ run: inout Forward) -> Tensor {
    features(samples, &run) { $0 }
  }
}
