import EncoderKit
import Registry
import WeightFiles

extension EncoderConformance {
  /// The names of what a reference file holds beside the weights.
  private static let names = ["input", "features", "lengths"]

  /// An encoder's features of a file's images with the file's weights, beside the file's features.
  ///
  /// - Throws: `ZooError` where the file can't be read, or its weights do not fit.
  func reference(_ entry: any ImageEncoderEntry) throws -> ConformanceCheck? {
    guard let path = settings.reference else { return nil }
    let (input, expected) = try read(path)
    guard input.shape.count == 4, input.shape[2] == input.shape[3] else {
      throw wrong(
        "input", "has shape \(input.shape); expected [images, channels, side, side]", path)
    }
    let (channels, side) = (input.shape[1], input.shape[2])
    let mapping = try WeightImport(
      StateDictionary.read(path: path), entry: entry, options: settings.options.object(),
      size: side)
    let encoder = try entry.makeNamed(
      options: settings.options.object(), input: ImageInput(size: side, channels: channels),
      scope: Scope(try store(mapping, path)))
    var pass = makePass(.evaluation)
    let found = encoder.features(
      Tensor(input.values, shape: input.shape).fromFileOrder, &pass)
    return compared(found, expected, path)
  }

  /// The same of texts: `input` holds their pieces' numbers, `lengths` how many of each count.
  ///
  /// - Throws: As of images.
  func reference(_ entry: any TextEncoderEntry) throws -> ConformanceCheck? {
    guard let path = settings.reference else { return nil }
    guard !entry.fileNames.isEmpty, let folder = settings.tokenizer else {
      return ConformanceCheck(
        .reference, .notChecked,
        found: entry.fileNames.isEmpty
          ? "its words are those of a study" : "the folder of its files is not given",
        expected: "an encoder with a tokenizer of its own, and --tokenizer")
    }
    let (input, expected) = try read(path)
    guard input.shape.count == 2 else {
      throw wrong("input", "has shape \(input.shape); expected [texts, pieces]", path)
    }
    let file = try TensorFile.read(path: path)
    let lengths = file.entry("lengths") == nil ? nil : try file.floats("lengths").map { Int($0) }
    guard lengths?.count ?? input.shape[0] == input.shape[0],
      lengths?.allSatisfy({ (1...input.shape[1]).contains($0) }) ?? true
    else { throw wrong("lengths", "expected one of 1 to \(input.shape[1]) for each text", path) }
    let preparation = try entry.preparation(
      files: EncoderFiles(folder: folder, names: entry.fileNames),
      options: settings.options.object())
    let mapping = try WeightImport(
      StateDictionary.read(path: path), entry: entry, options: settings.options.object(),
      preparation: preparation)
    let encoder = try entry.makeNamed(
      options: settings.options.object(), preparation: preparation,
      scope: Scope(try store(mapping, path)))
    let texts = (0..<input.shape[0]).map { text in
      (0..<(lengths?[text] ?? input.shape[1])).map {
        Int32(input.values[text * input.shape[1] + $0])
      }
    }
    var pass = makePass(.evaluation)
    return compared(encoder.features(texts, &pass), expected, path)
  }

  private typealias Numbers = (shape: [Int], values: [Float])

  private func read(_ path: String) throws -> (input: Numbers, features: Numbers) {
    let file = try TensorFile.read(path: path)
    func numbers(_ name: String) throws -> Numbers {
      (file.entry(name)?.shape ?? [], try file.floats(name))
    }
    return (try numbers("input"), try numbers("features"))
  }

  /// The weights by the encoder's keys.
  private func store(_ mapping: WeightImport, _ path: String) throws -> ParameterStore {
    var saved: [String: Tensor] = [:]
    for (key, tensor) in try mapping.tensors(allowing: Self.names) {
      saved[key] = Tensor(tensor.values, shape: tensor.shape).fromFileOrder
    }
    return ParameterStore(saved: saved, origin: path)
  }

  private func compared(_ found: Tensor, _ expected: Numbers, _ path: String) -> ConformanceCheck {
    let limit = 1e-4
    let wanted = "features within \(brief(limit)) of the largest of the file's"
    guard found.shape == expected.shape else {
      return ConformanceCheck(
        .reference, .failed, found: "features \(found.shape); the file has \(expected.shape)",
        expected: wanted)
    }
    let largest = expected.values.map { abs(Double($0)) }.max() ?? 0
    let apart =
      zip(found.values, expected.values).map { abs(Double($0) - Double($1)) }.max() ?? 0
    let share = largest > 0 ? apart / largest : apart
    return ConformanceCheck(
      .reference, share <= limit ? .passed : .failed,
      found: "features of \(found.shape[0]) inputs differ by \(brief(share)) at most",
      expected: wanted)
  }

  private func wrong(_ name: String, _ what: String, _ path: String) -> ZooError {
    ZooError(
      .badFormat, what, at: Place(path: path, key: name),
      advice: "docs/add-a-backbone.md shows how such a file is written")
  }
}
