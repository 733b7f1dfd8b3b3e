import Basics
import EncoderKit

/// Weights for images of three channels brought to one, and back.
///
/// A grey image with the value g in every channel gives the first convolution of k filters
/// Σ w_kc (g − m_c) / s_c. The same from one channel, normalised by m̄ and s̄ (the means of m and s), needs
/// w'_k = s̄ Σ w_kc / s_c and a constant Σ w_kc (m̄ − m_c) / s_c more, which goes to the convolution's bias
/// or, where it has none, is taken from the running mean of the normalisation behind it. Inside the
/// image this is exact; at padded borders the constant counts what the padding does not hold. From
/// one channel to three each gets a third.
package struct ChannelConversion: Sendable {
  private let input: WeightInput?
  private let channels: Int

  /// A conversion of weights that were trained on `input`; nil where all their channels were
  /// normalised alike.
  package init(from input: WeightInput?, to channels: Int) {
    self.input = input
    self.channels = channels
  }

  /// The tensors, convolution weights `[out, height, width, in]`, for the wanted channels.
  ///
  /// `readers` are the keys of those that read the images, `order` all keys as the encoder asks for
  /// them.
  ///
  /// - Throws: `ZooError` of code `.unsupported` for an encoder that reads images by something else than
  ///   a convolution, or by one with neither bias nor normalisation.
  package func converted(
    _ tensors: [String: Tensor], readers: [String], order: [String], at place: Place
  ) throws -> [String: Tensor] {
    try readers.reduce(tensors) { try converted($0, reader: $1, order: order, at: place) }
  }

  private func converted(
    _ tensors: [String: Tensor], reader key: String, order: [String], at place: Place
  ) throws -> [String: Tensor] {
    guard let kernel = tensors[key] else { return tensors }
    guard kernel.shape.count == 4 else {
      throw ZooError(
        .unsupported, "\(key) of shape \(kernel.shape) reads the images, and is no convolution",
        at: place, advice: "leave \"channels\" as the weights have them")
    }
    var result = tensors
    let (shape, values) = (kernel.shape, kernel.values)
    let count = shape[3]
    let outer = Array(shape[0..<3])
    if count == 1 {
      result[key] = Tensor(
        values.flatMap { [Float](repeating: $0 / Float(channels), count: channels) },
        shape: outer + [channels])
      return result
    }
    let mean = input?.mean ?? [Float](repeating: 0, count: count)
    let deviation = input?.deviation ?? [Float](repeating: 1, count: count)
    let ownMean = mean.reduce(0, +) / Float(count)
    let ownDeviation = deviation.reduce(0, +) / Float(count)
    let positions = values.count / count
    var merged = [Float](repeating: 0, count: positions)
    var constants = [Double](repeating: 0, count: shape[0])
    for position in 0..<positions {
      var sum = 0.0
      for channel in 0..<count {
        let weight = Double(values[position * count + channel]) / Double(deviation[channel])
        sum += weight
        constants[position * shape[0] / positions] += weight * Double(ownMean - mean[channel])
      }
      merged[position] = Float(sum * Double(ownDeviation))
    }
    result[key] = Tensor(merged, shape: outer + [1])
    guard mean.contains(where: { $0 != ownMean }) else { return result }
    let bias = String(key.dropLast("weight".count)) + "bias"
    let index = order.firstIndex(of: key) ?? 0
    // A normalisation behind another convolution is not this one's.
    let behind = order.dropFirst(index + 1).prefix { (tensors[$0]?.shape.count ?? 0) < 2 }
    let running = behind.first {
      $0.hasSuffix("running_mean") && tensors[$0]?.shape == [shape[0]]
    }
    if let old = tensors[bias] {
      result[bias] = Tensor(zip(old.values, constants).map { $0 + Float($1) }, shape: old.shape)
    } else if let running, let old = tensors[running] {
      result[running] = Tensor(zip(old.values, constants).map { $0 - Float($1) }, shape: old.shape)
    } else {
      throw ZooError(
        .unsupported, "\(key) has neither a bias nor a normalisation to take up its constant",
        at: place, advice: "leave \"channels\" at \(count)")
    }
    return result
  }
}
