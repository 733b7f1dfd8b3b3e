import Basics
import Downloads
import Foundation

/// A published set of weights: where it is, which encoder it belongs to, what it was trained on.
package struct WeightSet: Sendable, Equatable {
  /// The name that commands and specifications use, such as `resnet18-imagenet`.
  package let name: String
  /// The encoder it belongs to.
  package let encoder: String
  /// The address of the file.
  package let url: String
  /// The name in the cache.
  package let fileName: String
  /// What the file is checked against; nil where no hash is published.
  package let hash: RemoteFile.Hash?
  /// About how large the file is, in MB (10⁶ bytes); nil where unknown.
  package let megabytes: Double?
  /// The images it was trained for; nil for an encoder of texts, and where nobody has published their normalisation.
  package let input: WeightInput?
  /// What is known of the images in either case; nil for an encoder of texts.
  package let images: WeightImages?
  /// The files beside the weights that an encoder with a tokenizer of its own needs, by name.
  package let files: [String]
  /// What its classifier tells apart, such as `ImageNet (1000 classes)`, or the labels in order.
  package let labels: [String]
  /// The licences, each on its own.
  package let licences: WeightLicences
  /// The collections it was trained on; nil where the catalogue does not say.
  package let trainedOn: [TrainingCollection]?
  /// Where it stands in the catalogue.
  package let place: Place

  /// Reads an entry of the catalogue.
  ///
  /// - Throws: `ZooError` for an unknown key, a missing one, a hash or a collection that is none.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    place = value.place
    name = try object.string("name")
    encoder = try object.string("encoder")
    url = try object.string("url")
    let last = String(url.split(separator: "/").last ?? "weights")
    // Names such as model.pt say nothing, and two sets may share them.
    fileName = last.hasPrefix(encoder) ? last : "\(name)-\(last)"
    if let whole = try object.optionalString("sha256") {
      hash = .sha256(whole)
    } else {
      hash = try object.optionalString("sha256Prefix").map { .sha256Prefix($0) }
    }
    let size = try object.number("megabytes", in: 0...1e9, default: 0)
    megabytes = size > 0 ? size : nil
    files = try object.strings("files") ?? []
    let described = try files.isEmpty ? object.required("input") : object.value("input")
    (images, input) = try described.map { try WeightImages.read($0) } ?? (nil, nil)
    labels = try object.strings("labels") ?? []
    licences = try WeightLicences(object.required("licences"))
    trainedOn = try TrainingCollection.list(&object)
    try object.finish()
    if let hash { _ = try RemoteFile(url: url, size: nil, hash: hash, fileName: fileName) }
  }

  /// The path of a set that is hosted nowhere yet; nil for one that is.
  ///
  /// Its address begins with `file:`. It is read where it lies, counted from the catalogue's folder unless absolute.
  package var localPath: String? {
    guard url.hasPrefix("file:") else { return nil }
    let rest = url.dropFirst("file:".count)
    let path = rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
    return path.hasPrefix("/") ? path : "\(parentFolder(of: place.path ?? "."))/\(path)"
  }

  /// The weights and the files beside them.
  private func localFiles(_ weights: String) -> [String] {
    [weights] + files.map { "\(parentFolder(of: weights))/\($0)" }
  }

  /// Sees that a set that is read where it lies is what the catalogue says; others were checked when they were fetched.
  ///
  /// - Throws: `ZooError` of code `.notFound` for a file that is not there, `.badFormat` for another one.
  package func checkLocal() throws {
    guard let localPath else { return }
    for path in localFiles(localPath) where !FileManager.default.fileExists(atPath: path) {
      throw ZooError(
        .notFound, "is not there; the weight set \"\(name)\" has it by \(url)",
        at: Place(path: path),
        advice: "put the file there, or change the address in \(place)")
    }
    guard let hash, try !hash.matches(sha256(ofFile: localPath)) else { return }
    throw ZooError(
      .badFormat, "is not the file of the weight set \"\(name)\": its SHA-256 is not \(hash)",
      at: Place(path: localPath),
      advice: "bring the right file back, or change the hash in \(place)")
  }

  /// The file to download; where no hash is published, that of the first download holds from then on.
  ///
  /// - Throws: `ZooError` for an address or hash that is none.
  package func remoteFile() throws -> RemoteFile {
    try RemoteFile(
      url: url, size: nil, hash: hash ?? .firstDownload,
      fileName: files.isEmpty ? fileName : String(url.split(separator: "/").last ?? "weights"))
  }

  /// All files to download, the weights first.
  ///
  /// - Throws: As `remoteFile`.
  package func remoteFiles() throws -> [RemoteFile] {
    let folder = url.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    return try [remoteFile()]
      + files.map {
        try RemoteFile(url: "\(folder)/\($0)", size: nil, hash: .firstDownload, fileName: $0)
      }
  }

  /// Where its files are kept: those of a set of several have a folder of their own.
  ///
  /// - Throws: `ZooError` where there is no cache.
  package func cache() throws -> DownloadCache {
    let shared = try DownloadCache.standard()
    return files.isEmpty ? shared : DownloadCache(folder: "\(shared.folder)/\(name)")
  }

  /// The path of the weights on this machine; nil where a file of the set is missing.
  package var path: String? {
    if let localPath {
      let isWhole = localFiles(localPath).allSatisfy { FileManager.default.fileExists(atPath: $0) }
      return isWhole ? localPath : nil
    }
    guard let cache = try? cache(), let all = try? remoteFiles() else { return nil }
    let paths = all.map { cache.path(for: $0) }
    return paths.contains(nil) ? nil : paths[0]
  }
}

/// The extents of images that weights were trained on.
package struct WeightImages: Sendable, Equatable {
  /// 1 for grey, 3 for colour.
  package let channels: Int
  /// Height and width in pixels after the crop.
  package let size: Int
  /// What the shorter side is brought to before the crop.
  package let resize: Int

  /// Extents; see the properties.
  package init(channels: Int, size: Int, resize: Int) {
    self.channels = channels
    self.size = size
    self.resize = resize
  }

  /// Reads the `input` of a set: all of it, or `"normalization": "unknown"` in place of mean and deviation.
  ///
  /// It has to be written down that it is not known: a forgotten key is a mistake.
  fileprivate static func read(_ value: JSONValue) throws -> (WeightImages, WeightInput?) {
    var object = try value.object()
    guard let normalization = object.value("normalization") else {
      let input = try WeightInput(value)
      return (input.images, input)
    }
    guard case .string("unknown") = normalization.content else {
      throw ZooError(
        .badValue, "expected \"unknown\", or \"mean\" and \"deviation\" in place of this key",
        at: normalization.place)
    }
    let size = try object.required("size").integer(in: 16...2048)
    let images = WeightImages(
      channels: try object.required("channels").integer(in: 1...3), size: size,
      resize: try object.integer("resize", in: size...4096, default: size))
    try object.finish()
    guard images.channels != 2 else {
      throw ZooError(.badValue, "channels is 2; expected 1 (grey) or 3 (colour)", at: value.place)
    }
    return (images, nil)
  }

  /// As a set has it whose normalisation is not known.
  package var json: JSONValue {
    [
      "channels": channels.json, "size": size.json, "resize": resize.json,
      "normalization": "unknown",
    ]
  }
}

/// The images that weights were trained on: their preprocessing belongs to the weights.
package struct WeightInput: Sendable, Equatable {
  /// 1 for grey, 3 for colour.
  package var channels: Int
  /// Height and width in pixels after the crop.
  package var size: Int
  /// What the shorter side is brought to before the crop.
  package var resize: Int
  /// What is taken from each channel's values (0…1).
  package var mean: [Float]
  /// What they are divided by after that.
  package var deviation: [Float]

  /// An input; see the properties.
  package init(channels: Int, size: Int, resize: Int, mean: [Float], deviation: [Float]) {
    self.channels = channels
    self.size = size
    self.resize = resize
    self.mean = mean
    self.deviation = deviation
  }

  /// The extents alone.
  package var images: WeightImages {
    WeightImages(channels: channels, size: size, resize: resize)
  }

  /// The same for images of so many channels: each is normalised by the means over those before.
  package func with(channels count: Int) -> WeightInput {
    func all(_ values: [Float]) -> [Float] {
      [Float](repeating: values.reduce(0, +) / Float(values.count), count: count)
    }
    guard count != channels else { return self }
    return WeightInput(
      channels: count, size: size, resize: resize, mean: all(mean), deviation: all(deviation))
  }

  /// Reads an input from JSON.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  package init(_ value: JSONValue) throws {
    var object = try value.object()
    channels = try object.required("channels").integer(in: 1...3)
    size = try object.required("size").integer(in: 16...2048)
    resize = try object.integer("resize", in: 16...4096, default: size)
    mean = try object.required("mean").array().map { Float(try $0.number()) }
    deviation = try object.required("deviation").array().map {
      Float(try $0.number(in: 1e-9...1e9))
    }
    try object.finish()
    guard channels != 2, mean.count == channels, deviation.count == channels, resize >= size else {
      throw ZooError(
        .badValue,
        "expected 1 or 3 channels, as many means and deviations, and resize not below size",
        at: value.place)
    }
  }

  /// The input as JSON.
  package var json: JSONValue {
    [
      "channels": channels.json, "size": size.json, "resize": resize.json,
      "mean": JSONValue(.array(mean.map { Double($0).json })),
      "deviation": JSONValue(.array(deviation.map { Double($0).json })),
    ]
  }
}

/// Under which terms weights come: code, weights and training data are three things.
package struct WeightLicences: Sendable, Equatable {
  package let code: String
  package let weights: String
  package let data: String

  /// Reads the licences from JSON.
  ///
  /// - Throws: `ZooError` for an unknown or missing key.
  package init(_ value: JSONValue) throws {
    var object = try value.object()
    code = try object.string("code")
    weights = try object.string("weights")
    data = try object.string("data")
    try object.finish()
  }
}
