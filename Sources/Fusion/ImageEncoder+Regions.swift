import EncoderKit

/// Where an image encoder has its last regions, and how wide each is.
package struct RegionPlace: Sendable, Equatable {
  /// The last stage whose output still has places.
  package let stage: Int
  /// The channels there.
  package let width: Int
}

extension ImageEncoder {
  /// The last stage that gives maps `[batch, height, width, channels]` or tokens `[batch, places,
  /// width]`; nil where none does, as in one that joins several members.
  package func regionPlace(_ input: ImageInput) -> RegionPlace? {
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let blank = Tensor(repeating: 0, shape: [1, input.size, input.size, input.channels])
    let outputs = stageOutputs(blank, &pass)
    return outputs.lastIndex { $0.shape.count > 2 }.map {
      RegionPlace(stage: $0, width: outputs[$0].channels)
    }
  }
}
