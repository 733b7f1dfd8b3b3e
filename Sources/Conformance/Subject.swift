import EncoderKit

/// An encoder or a fusion head under examination: how it is built, and a fixed set of samples to show it.
protocol Subject {
  /// Its name in specifications.
  var name: String { get }
  /// How many samples there are; at least three, all different.
  var count: Int { get }
  /// Tells subjects of one name apart whose weights differ in shape.
  var variant: String { get }
  /// Builds the network, taking every parameter from the store.
  func make(_ store: ParameterStore) throws -> any Network
}

/// A built encoder or fusion head with the samples it is shown.
protocol Network {
  var featureWidth: Int { get }
  /// The features of some samples; `change` replaces the input tensor, where there is one.
  func features(_ samples: [Int], _ pass: inout Forward, change: (Tensor) -> Tensor) -> Tensor
}

extension Network {
  func features(_ samples: [Int], _ pass: inout Forward) -> Tensor {
    features(samples, &pass) { $0 }
  }
}
