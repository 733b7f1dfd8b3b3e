import Basics
import EncoderKit
import Fusion
import Tensors

extension ModelScore {
  /// The outputs of the last stage that gives maps, one for every view the model takes of the image and
  /// every member of an ensemble, with the logit's gradient there.
  ///
  /// - Throws: `ZooError` of code `.unsupported` for an encoder none of whose stages gives maps.
  package func lastMaps() throws -> [StageMap] {
    let encoder = classifier.encoder(ofSlot: variedSlot)
    var plain = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let image = Tensor(Array(input.prefix(imageCount)), shape: imageShape)
    let views = classifier.averagesFlip ? [image, plain.mirror(image)] : [image]
    let members = (encoder as? ImageEnsemble)?.members ?? [encoder]
    let tape = Tape()
    var pass = Forward(.evaluation, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
    pass.tracksParameters = false
    var maps: [(map: Tensor, isMirrored: Bool)] = []
    var sides: [ImageSide] = []
    for (index, view) in views.enumerated() {
      var parts: [ImageSide] = []
      for member in members {
        let outputs = member.stageOutputs(view, &plain)
        guard let last = outputs.lastIndex(where: { $0.shape.count == 4 }) else {
          throw ZooError(.unsupported, "no stage of the image encoder gives maps")
        }
        var map = outputs[last].detached
        map.node = GradientNode()
        maps.append((map, index == 1))
        // An ensemble gives no regions.
        parts.append(
          members.count == 1
            ? classifier.side(of: map, from: last + 1, by: member, &pass)
            : ImageSide(features: member.features(from: last + 1, of: map, &pass)))
      }
      sides.append(
        ImageSide(features: pass.concatenate(parts.map(\.features)), regions: parts[0].regions))
    }
    if sides.count == 2 {
      sides[0].features = pass.multiply(pass.add(sides[0].features, sides[1].features), 0.5)
    }
    if classifier.views != nil {
      sides[0] = joined(features: [sides[0].features], count: 1, &pass)
    }
    let logit = logits(sides[0], fixed.text, count: 1, &pass)
    tape.backward(from: logit, gradient: choice(of: logit))
    return maps.map { map, isMirrored in
      StageMap(
        activations: map,
        gradient: map.node?.gradient ?? Tensor(repeating: 0, shape: map.shape),
        isMirrored: isMirrored)
    }
  }
}
