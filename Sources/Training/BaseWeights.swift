import Basics
import Downloads
import EncoderKit
import Registry

/// A published weight set that a model is saved without: all of it that stayed is named by the file's hash.
///
/// A frozen BERT-base in each cell of a study would be 440 MB each time.
package struct BaseWeights: Sendable, Equatable {
  /// `image` or `text`.
  let side: String
  /// The name of the weight set.
  package let name: String
  /// The SHA-256 of its file.
  package let sha256: String

  /// The base of each side of a model whose encoder keeps published weights.
  ///
  /// - Throws: `ZooError` where a file can't be read.
  static func of(_ model: TrainedModel) throws -> [BaseWeights] {
    let sets = model.registry.catalogue.weightSets
    func base(_ side: String, _ name: String, _ file: String) throws -> BaseWeights {
      BaseWeights(side: side, name: name, sha256: try Downloads.sha256(ofFile: file))
    }
    var bases: [BaseWeights] = []
    if let image = model.image, image.lora != nil, let name = image.weights,
      sets.contains(where: { $0.name == name })
    {
      bases.append(try base("image", name, try image.baseFile(model.registry)))
    }
    if let text = model.text, text.lora != nil || text.frozen == "all",
      let name = text.setName(model.registry)
    {
      bases.append(try base("text", name, try text.baseFile(model.registry)))
    }
    return bases
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `ZooError` for an unknown key or side.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    side = try object.choice("side", among: ["image", "text"], default: "")
    name = try object.string("weights")
    sha256 = try object.string("sha256")
    try object.finish()
  }

  private init(side: String, name: String, sha256: String) {
    (self.side, self.name, self.sha256) = (side, name, sha256)
  }

  var json: JSONValue {
    ["side": side.json, "weights": name.json, "sha256": sha256.json]
  }

  /// The tensors of the set by a model's keys, in the program's layout.
  ///
  /// - Throws: `ZooError` where the set is not at hand, or is another file than the model was trained with.
  func tensors(
    _ image: ImageBranch?, _ text: TextBranch?, _ preparation: TextPreparation?,
    _ registry: EncoderRegistry
  ) throws -> [String: Tensor] {
    if side == "image", let image {
      try check(image.baseFile(registry))
      return image.forEachEncoder(
        try WeightSource(name, prefix: image.weightPrefix, registry, at: image.place)
          .load(image, registry: registry))
    }
    if side == "text", let text, let preparation {
      try check(text.baseFile(registry))
      return try text.withoutTokenizer.givenWeights(preparation, registry)
    }
    throw ZooError(.badFormat, "it names base weights of a side that it does not read")
  }

  private func check(_ file: String) throws {
    guard try Downloads.sha256(ofFile: file) == sha256 else {
      throw ZooError(
        .badFormat,
        "is not the file of \"\(name)\" that the model was trained from: its SHA-256 is not \(sha256)",
        at: Place(path: file),
        advice: "a model with adapters, or with a frozen encoder, works with just that file")
    }
  }
}

extension ImageBranch {
  /// The file of the weights it started from.
  func baseFile(_ registry: EncoderRegistry) throws -> String {
    try WeightSource(weights ?? "", prefix: weightPrefix, registry, at: place).located()
  }
}

extension TextBranch {
  /// The full name of the weight set it started from; nil for a file, a folder or random weights.
  func setName(_ registry: EncoderRegistry) -> String? {
    guard let weights else { return nil }
    let names = registry.catalogue.weightSets.map(\.name)
    return ["\(encoder)-\(weights)", weights].first { names.contains($0) }
  }

  /// The weights it started from as the registry calls them, or as the specification does; nil for random ones.
  package func weightsName(_ registry: EncoderRegistry) -> String? { setName(registry) ?? weights }

  /// The file of the weights it started from.
  func baseFile(_ registry: EncoderRegistry) throws -> String {
    try withoutTokenizer.start(registry).file ?? ""
  }

  /// The branch without the folder of its tokenizer, which a saved model has with it.
  var withoutTokenizer: TextBranch {
    var branch = self
    branch.tokenizer = nil
    return branch
  }
}
