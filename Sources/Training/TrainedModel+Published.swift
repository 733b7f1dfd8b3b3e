import Basics
import EncoderKit
import Fusion
import Registry

extension TrainedModel {
  /// The weights of one side as others publish them.
  package struct Published {
    /// In the file's order of axes, by the published keys.
    package let tensors: [(name: String, shape: [Int], values: [Float])]
    /// What a reader needs besides: encoder, preprocessing, labels.
    package let metadata: [String: String]
    /// Whether the published classifier is among them.
    package let hasClassifier: Bool
  }

  /// The image encoder's weights by their published keys.
  ///
  /// Where the decoder is one linear layer over this encoder alone it becomes the published
  /// classifier. Of several members `member` chooses one, whose classifier is left out.
  ///
  /// - Throws: `ZooError` when the model reads no images, or no member is chosen of several.
  package func publishedImageWeights(registry: EncoderRegistry, member: Int?) throws -> Published {
    guard let image else {
      throw ZooError(.badValue, "the model reads no images", advice: "leave --part text")
    }
    let prefix = try self.prefix("image", members: image.members, member)
    let entry = try registry.imageEncoder(image.encoder, at: image.place)
    var tensors = tensors(below: prefix, image.lora)
    let isWhole = text == nil && decoder.hidden == 0 && image.members == 1
    if isWhole, let classifier = entry.description.image?.classifier {
      tensors += self.tensors(below: "head.output.", nil).map {
        (name: "\(classifier).\($0.name)", shape: $0.shape, values: $0.values)
      }
    }
    var metadata = [
      "format": "pt", "encoder": image.encoder, "options": image.options.text(pretty: false),
      "labels": labels.json.text(pretty: false),
    ]
    metadata["input"] = image.input?.json.text(pretty: false)
    return Published(tensors: tensors, metadata: metadata, hasClassifier: isWhole)
  }

  /// The text encoder's weights without what marks them as the text's.
  ///
  /// - Throws: `ZooError` when the model reads no texts, or no member is chosen of several.
  package func publishedTextWeights(member: Int?) throws -> Published {
    guard let text else {
      throw ZooError(.badValue, "the model reads no texts", advice: "leave --part image")
    }
    return Published(
      tensors: tensors(below: try prefix("text", members: text.members, member), text.lora),
      metadata: [
        "format": "pt", "encoder": text.encoder, "options": text.options.text(pretty: false),
      ], hasClassifier: false)
  }

  private func prefix(_ side: String, members: Int, _ member: Int?) throws -> String {
    guard members > 1 else {
      guard member == nil else {
        throw ZooError(.usage, "the model has no members", advice: "leave out --member")
      }
      return "\(side)."
    }
    guard let member, (1...members).contains(member) else {
      throw ZooError(
        .usage, "the model joins \(members) members, of which one can be exported",
        advice: "add --member N, 1 to \(members)")
    }
    return "\(side).member\(member)."
  }

  /// The tensors of one encoder; what adapters learnt is added to the layers they are of.
  private func tensors(below prefix: String, _ lora: LowRankSettings?) -> [(
    name: String, shape: [Int], values: [Float]
  )] {
    let store = classifier.store
    return store.parameters.filter {
      $0.key.hasPrefix(prefix) && !ParameterStore.isAdapter($0.key)
    }.map { parameter in
      let tensor = parameter.value.inFileOrder
      return (
        name: String(parameter.key.dropFirst(prefix.count)), shape: tensor.shape,
        values: lora.flatMap { store.merged(parameter.key, $0) } ?? tensor.values
      )
    }
  }
}
