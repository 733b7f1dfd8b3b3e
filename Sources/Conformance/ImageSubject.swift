import EncoderKit

/// Images of one size and number of channels, normally distributed as after normalisation.
struct ImageSubject: Subject {
  let entry: any ImageEncoderEntry
  let options: JSONValue
  let size: Int
  let channels: Int
  let count = 4
  var variant: String { "\(size) \(channels)" }

  var name: String { entry.description.name }

  func make(_ store: ParameterStore) throws -> any Network {
    let encoder = try entry.makeNamed(
      options: options.object(), input: ImageInput(size: size, channels: channels),
      scope: Scope(store))
    return ImageNetwork(encoder: encoder, images: images)
  }

  /// `[count, size, size, channels]`.
  private var images: Tensor {
    var random = RandomStream(seed: 11).derived("images")
    return Tensor(
      (0..<count * size * size * channels).map { _ in Float(random.normal()) },
      shape: [count, size, size, channels])
  }
}

struct ImageNetwork: Network {
  let encoder: any ImageEncoder
  let images: Tensor

  var featureWidth: Int { encoder.featureWidth }

  func batch(_ samples: [Int]) -> Tensor {
    let width = images.count / images.shape[0]
    let values = images.values
    return Tensor(
      samples.flatMap { values[$0 * width..<($0 + 1) * width] },
      shape: [samples.count] + images.shape.dropFirst())
  }

  func features(_ samples: [Int], _ pass: inout Forward, change: (Tensor) -> Tensor) -> Tensor {
    encoder.features(change(batch(samples)), &pass)
  }
}
