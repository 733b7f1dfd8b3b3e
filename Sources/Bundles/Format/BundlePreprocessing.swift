import Basics

/// What becomes of an image and a text before the model reads them.
package struct BundlePreprocessing: Sendable, Equatable {
  /// Of images.
  package struct Image: Sendable, Equatable {
    /// 1 for grey, 3 for colour.
    package let channels: Int
    /// Height and width in pixels.
    package let size: Int
    /// What the shorter side is brought to before the middle is kept.
    package let resize: Int
    package let fit: String
    /// Taken from each value (0…1): one number, or one a channel.
    package let mean: [Double]
    package let deviation: [Double]
    /// The filled bits of 16-bit samples; nil where the model was trained on none.
    package let bits: Int?
    /// How DICOM files are read where it is not the default: `window` and `frame`, as in a specification.
    package let dicom: [String: JSONValue]

    private static let dicomKeys = ["window", "frame"]

    package init(
      channels: Int, size: Int, resize: Int, fit: String, mean: [Double], deviation: [Double],
      bits: Int? = nil, dicom: [String: JSONValue] = [:]
    ) {
      self.bits = bits
      self.dicom = dicom
      self.channels = channels
      self.size = size
      self.resize = resize
      self.fit = fit
      self.mean = mean
      self.deviation = deviation
    }

    init(_ value: JSONValue) throws {
      var object = try value.object()
      channels = try object.required("channels").integer(in: 1...3)
      size = try object.required("size").integer(in: 16...2048)
      resize = try object.required("resize").integer(in: 16...4096)
      fit = try object.choice("fit", among: ["crop", "pad", "stretch"])
      mean = try object.required("mean").array().map { try $0.number() }
      deviation = try object.required("deviation").array().map { try $0.number(in: 1e-9...1e9) }
      bits = try object.value("bits")?.integer(in: 8...16)
      var dicom: [String: JSONValue] = [:]
      for key in Image.dicomKeys { dicom[key] = object.value(key) }
      self.dicom = dicom
      try object.finish()
      guard mean.count == deviation.count, [1, channels].contains(mean.count) else {
        throw ZooError(
          .badValue, "expected as many means as deviations, one or \(channels)", at: value.place)
      }
    }

    var json: JSONValue {
      var members: [(key: String, value: JSONValue)] = [
        ("channels", channels.json), ("size", size.json),
        ("resize", resize.json), ("fit", fit.json), ("mean", mean.json),
        ("deviation", deviation.json),
      ]
      if let bits { members.append(("bits", bits.json)) }
      members += Image.dicomKeys.compactMap { key in dicom[key].map { (key, $0) } }
      return JSONValue(.object(members))
    }
  }

  /// Of texts.
  package struct Text: Sendable, Equatable {
    /// As in `model.json`.
    package let tokenizer: JSONValue
    /// Words or pieces of the vocabulary.
    package let words: Int

    /// What the vocabulary holds.
    package var unit: String {
      if case .object(let members) = tokenizer.content,
        members.contains(where: { $0.key == "files" })
      {
        return "pieces"
      }
      return "words"
    }

    package init(tokenizer: JSONValue, words: Int) {
      self.tokenizer = tokenizer
      self.words = words
    }

    init(_ value: JSONValue) throws {
      var object = try value.object()
      tokenizer = try object.required("tokenizer")
      _ = try tokenizer.object()
      words = try object.required("words").integer(in: 1...Int.max)
      try object.finish()
    }
  }

  package let image: Image?
  package let text: Text?

  package init(image: Image?, text: Text?) {
    self.image = image
    self.text = text
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    image = try object.value("image").map { try Image($0) }
    text = try object.value("text").map { try Text($0) }
    try object.finish()
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if let image { members.append(("image", image.json)) }
    if let text {
      members.append(
        ("text", ["tokenizer": text.tokenizer, "words": text.words.json]))
    }
    return JSONValue(.object(members))
  }
}
