import Basics
import Images
import Registry

/// The image side of a model: which encoder, what it is given, how it is trained.
package struct ImageBranch: Sendable, Equatable {
  /// How a picture that is not square becomes so.
  package enum Fit: String, Sendable, CaseIterable {
    /// The shorter side is brought to the size, the middle is kept.
    case crop
    /// Black borders make it square first; nothing is lost.
    case pad
    /// Both sides are brought to the size; proportions change.
    case stretch
  }

  package var name: String
  package var encoder: String
  package var size: Int
  package var channels: Int
  /// What the shorter side is brought to before the middle of `size` is kept; `size` keeps all of it.
  package var resize: Int
  package var fit: Fit
  package var options: JSONValue
  package var augmentation: Augmentation
  package var training: TrainingSettings
  /// Mean and standard deviation of the training part's pixels (0…1); nil until fitted.
  package var normalization: Normalization?
  /// The preset that `normalization` was given by; a saved model has its numbers alone.
  package var preset: NormalizationPreset?
  /// Whether the specification asks for the training part's own mean and deviation (`"data"`).
  package var fitsNormalization = false
  /// The bits of pictures whose samples have 16: `2^bits − 1` is white; nil where nobody has said it and
  /// no picture of the training had them.
  package var bits: Int?
  /// The weights it starts from: a weight set's name or a path; nil draws them.
  package var weights: String?
  /// Which of several encoders in the file of weights is meant; nil where there is one.
  package var weightPrefix: String?
  /// How many stages, from the first on, keep their weights and statistics.
  package var frozenStages: Int
  /// Whether evaluation takes the mean of an image's features and its mirror image's.
  package var averagesMirror: Bool
  /// How many encoders are trained apart and joined, their logits averaged; 1 for a plain one.
  package var members: Int
  /// Whether normalisation keeps the statistics it came with, in training too.
  package var freezesStatistics: Bool
  /// What the learning rate is multiplied by from each stage to the one before it, 0…1.
  package var layerDecay: Double
  /// Whether its own normalisation may take the place of the weights'.
  package var ignoresPreprocessing: Bool
  /// The name without the weights' that a list of weights adds.
  package var family: String
  /// Where it is not given what its weights were trained on, in sentences.
  package var departures: [String] = []
  /// The last of them by name, or `all`; nil where none is.
  package var frozen: String?
  package var place: Place

  /// What is taken from every pixel value (0…1), and what it is divided by: one number for all
  /// channels, or one for each.
  package struct Normalization: Sendable, Equatable {
    package var mean: [Float]
    package var deviation: [Float]

    package init(mean: [Float], deviation: [Float]) {
      self.mean = mean
      self.deviation = deviation
    }

    init(_ value: JSONValue, channels: Int) throws {
      var object = try value.object()
      func numbers(_ key: String, in range: ClosedRange<Double>) throws -> [Float] {
        let value = try object.required(key)
        if case .array(let elements) = value.content {
          return try elements.map { Float(try $0.number(in: range)) }
        }
        return [Float(try value.number(in: range))]
      }
      mean = try numbers("mean", in: -1e9...1e9)
      deviation = try numbers("deviation", in: 1e-9...1e9)
      try object.finish()
      guard [1, channels].contains(mean.count), deviation.count == mean.count else {
        throw ZooError(
          .badValue,
          "found \(mean.count) means and \(deviation.count) deviations; expected one or \(channels)",
          at: value.place)
      }
    }

    var json: JSONValue {
      [
        "mean": JSONValue(.array(mean.map { JSONValue(.number(Double($0))) })),
        "deviation": JSONValue(.array(deviation.map { JSONValue(.number(Double($0))) })),
      ]
    }
  }

  /// Reads the branch of a specification, or of a saved model: that one is whole, and `weights` only
  /// tells what it once started from.
  ///
  /// - Throws: `ZooError` for an unknown key, encoder or value.
  package init(
    _ value: JSONValue, registry: EncoderRegistry, defaults: TrainingSettings,
    isSaved: Bool = false
  ) throws {
    var object = try value.object()
    place = value.place
    let named = try object.required("encoder")
    encoder = try named.string()
    _ = try registry.imageEncoder(encoder, at: named.place)
    name = try object.string("name", default: encoder)
    let start = object.value("weights")
    let known = encoder
    let origin = try start.map { try ImageBranch.origin($0) }
    weights = origin.map { ImageBranch.fullName($0.name, encoder: known, registry) }
    if weights == "random" { weights = nil }
    let prefix = origin?.prefix
    weightPrefix = weights == nil ? nil : prefix
    let source = try (isSaved ? nil : weights).map {
      try WeightSource($0, prefix: prefix, registry, at: start?.place ?? value.place)
    }
    size = try object.integer("size", in: 16...2048, default: source?.input?.size ?? 224)
    channels = try object.integer("channels", in: 1...3, default: source?.input?.channels ?? 1)
    let (asked, side) = (object.value("resize"), size)
    resize =
      try asked?.integer(in: side...4096)
      ?? source?.input.map { side * $0.resize / $0.size } ?? side
    ignoresPreprocessing =
      try object.choice("preprocessing", among: ["weights", "own"], default: "weights") == "own"
    guard channels != 2 else {
      throw ZooError(.badValue, "channels is 2; expected 1 (grey) or 3 (colour)", at: value.place)
    }
    fit =
      Fit(
        rawValue: try object.choice(
          "fit", among: Fit.allCases.map(\.rawValue), default: Fit.crop.rawValue)) ?? .crop
    bits = try object.value("bits")?.integer(in: SampleBits.range)
    options = object.value("options") ?? [:]
    augmentation = try Augmentation(object.object("augmentation"))
    training = try TrainingSettings(object.object("training"), defaults: defaults)
    let given = object.value("normalization")
    let channelCount = channels
    (normalization, preset, fitsNormalization) = try ImageBranch.normalization(
      given, channels: channelCount)
    averagesMirror = try object.boolean("mirrorAverage", default: false)
    members = try object.integer("members", in: 1...16, default: 1)
    freezesStatistics =
      try object.choice("batchNormalization", among: ["trained", "frozen"], default: "trained")
      == "frozen"
    layerDecay = try object.number("layerDecay", in: 0.01...1, default: 1)
    family = name
    frozen = try object.optionalString("freeze")
    frozenStages = 0
    try object.finish()
    guard members == 1 || frozen == nil else {
      throw ZooError(
        .badValue, "\"freeze\" and \"members\": encoders that share frozen weights gain nothing",
        at: value.place, advice: "leave one of them out")
    }
    if let frozen { try freeze(upTo: frozen, registry: registry) }
    if let source { try adopt(source, registry: registry) }
  }

  /// The branch as a specification would give it.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", JSONValue(.string(name))), ("encoder", JSONValue(.string(encoder))),
      ("size", JSONValue(.integer(size))), ("channels", JSONValue(.integer(channels))),
      ("fit", JSONValue(.string(fit.rawValue))), ("options", options),
      ("augmentation", augmentation.json), ("training", training.json),
    ]
    if resize != size { members.append(("resize", JSONValue(.integer(resize)))) }
    if ignoresPreprocessing { members.append(("preprocessing", "own")) }
    if averagesMirror { members.append(("mirrorAverage", JSONValue(.boolean(true)))) }
    if self.members > 1 { members.append(("members", JSONValue(.integer(self.members)))) }
    if freezesStatistics { members.append(("batchNormalization", "frozen")) }
    if layerDecay < 1 { members.append(("layerDecay", JSONValue(.number(layerDecay)))) }
    if let bits { members.append(("bits", JSONValue(.integer(bits)))) }
    if let normalization {
      members.append(("normalization", normalization.json))
    } else if fitsNormalization {
      members.append(("normalization", "data"))
    }
    if let weights {
      let from = JSONValue(.string(weights))
      members.append(
        (
          "weights",
          weightPrefix.map { ["from": from, "prefix": JSONValue(.string($0))] } ?? from
        ))
    }
    if let frozen { members.append(("freeze", JSONValue(.string(frozen)))) }
    return JSONValue(.object(members))
  }

  /// Pixels (0…1) with the training part's mean taken away, in units of its deviation.
  package func normalized(_ pixels: [Float]) -> [Float] {
    var output = pixels
    output.withUnsafeMutableBufferPointer { normalize($0) }
    return output
  }

  func normalize(_ pixels: UnsafeMutableBufferPointer<Float>) {
    guard let normalization else { return }
    let count = normalization.mean.count
    for channel in 0..<count {
      let (mean, factor) = (normalization.mean[channel], 1 / normalization.deviation[channel])
      for index in stride(from: channel, to: pixels.count, by: count) {
        pixels[index] = (pixels[index] - mean) * factor
      }
    }
  }

  /// A picture of the branch's channels brought to its size: `[size, size, channels]`.
  package func fitted(_ image: PixelImage) -> PixelImage {
    switch fit {
    case .crop: return image.resized(shorterSide: resize, crop: size)
    case .pad: return image.padded(to: size)
    case .stretch: return image.stretched(to: size)
    }
  }
}

extension Augmentation {
  /// Reads the augmentation of a specification; what is left out is off.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(_ object: JSONObject?) throws {
    self.init()
    guard var object else { return }
    for (key, path) in Augmentation.fields {
      self[keyPath: path] = try object.number(key, in: 0...360, default: 0)
    }
    try object.finish()
    try check(at: object.place)
  }

  var json: JSONValue {
    JSONValue(
      .object(Augmentation.fields.map { ($0.0, JSONValue(.number(self[keyPath: $0.1]))) }))
  }

  private static var fields: [(String, WritableKeyPath<Augmentation, Double>)] {
    [
      ("rotation", \.rotation), ("translation", \.translation), ("scale", \.scale),
      ("horizontalFlip", \.horizontalFlip), ("brightness", \.brightness),
      ("contrast", \.contrast), ("gamma", \.gamma), ("eraseProbability", \.eraseProbability),
      ("eraseArea", \.eraseArea),
    ]
  }
}
