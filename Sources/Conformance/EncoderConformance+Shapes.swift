import EncoderKit

extension EncoderConformance {
  /// The sizes that an encoder can be built for: the described one and those of the settings.
  ///
  /// - Throws: what `make` throws for the described size, if no other can be had.
  func usableSizes(_ entry: any ImageEncoderEntry) throws -> [Int] {
    let published = entry.description.image?.size
    var usable: [Int] = []
    var refusal: (any Error)?
    for size in Set(settings.sizes + [published, settings.size].compactMap { $0 }).sorted() {
      do {
        _ = try entry.makeNamed(
          options: settings.options.object(), input: ImageInput(size: size, channels: 3),
          scope: Scope(ParameterStore.blank()))
        usable.append(size)
      } catch let error as ZooError where error.code != .conflict {
        refusal = error
      }
    }
    guard !usable.isEmpty else {
      throw refusal ?? ZooError(.badValue, "no size of images to check with")
    }
    return usable
  }

  /// Two images of each size with one and three channels.
  func shapes(_ entry: any ImageEncoderEntry, sizes: [Int]) throws -> ConformanceCheck {
    let width = entry.description.image?.featureWidth
    var seen: [String] = []
    for size in sizes {
      for channels in [1, 3] {
        let subject = ImageSubject(
          entry: entry, options: settings.options, size: size, channels: channels)
        let network = try build(subject).network
        var pass = makePass(.evaluation)
        let features = network.features([0, 1], &pass)
        let wanted = [
          2, settings.options == [:] ? width ?? network.featureWidth : network.featureWidth,
        ]
        guard features.shape == wanted, features.isFinite else {
          return ConformanceCheck(
            .shapes, .failed,
            found:
              "\(features.shape)\(features.isFinite ? "" : ", not finite,") at \(size) pixels, "
              + "\(channels) channels", expected: "\(wanted), finite")
        }
        seen = ["\(features.shape)"]
      }
    }
    return ConformanceCheck(
      .shapes, .passed,
      found:
        "\(seen[0]) at \(sizes.map(String.init).joined(separator: ", ")) pixels, 1 and 3 channels",
      expected: "")
  }

  /// Texts of several lengths, one of them empty, alone and together.
  func shapes(_ subject: TextSubject) throws -> ConformanceCheck {
    let network = try build(subject).network
    for samples in [[0], [3], [0, 1, 2, 3]] {
      var pass = makePass(.evaluation)
      let features = network.features(samples, &pass)
      let wanted = [samples.count, network.featureWidth]
      guard features.shape == wanted, features.isFinite else {
        return ConformanceCheck(
          .shapes, .failed, found: "\(features.shape)\(features.isFinite ? "" : ", not finite")",
          expected: "\(wanted), finite")
      }
    }
    return ConformanceCheck(
      .shapes, .passed, found: "[4, \(network.featureWidth)], an empty text among them",
      expected: "")
  }

  /// Width, stages and the published classifier's key.
  func described(_ entry: any ImageEncoderEntry, _ subject: ImageSubject) throws
    -> ConformanceCheck
  {
    func failure(_ found: String, _ expected: String) -> ConformanceCheck {
      ConformanceCheck(.description, .failed, found: found, expected: expected)
    }
    guard let details = entry.description.image else {
      return failure("no details of images", "ImageDetails in the description")
    }
    // The description is of the encoder without options.
    let plain = ImageSubject(
      entry: entry, options: [:], size: max(subject.size, details.size), channels: details.channels)
    let bare = ParameterStore.blank()
    let described = try entry.makeNamed(
      options: ([:] as JSONValue).object(),
      input: ImageInput(size: plain.size, channels: details.channels), scope: Scope(bare))
    guard described.featureWidth == details.featureWidth else {
      return failure(
        "a feature width of \(described.featureWidth)", "the described \(details.featureWidth)")
    }
    guard described.stages.map(\.name) == details.stages else {
      return failure("stages \(described.stages.map(\.name))", "the described \(details.stages)")
    }
    let (store, built) = try build(subject)
    guard let network = built as? ImageNetwork else {
      return failure("no image encoder", "one")
    }
    for parameter in store.parameters {
      let owners = network.encoder.stages.filter { $0.owns(parameter.key) }.map(\.name)
      guard owners.count == 1 else {
        return failure("\(parameter.key) belongs to \(owners)", "one stage")
      }
      let classifier = details.classifier
      guard parameter.key != classifier, !parameter.key.hasPrefix("\(classifier).") else {
        return failure(
          "a parameter \(parameter.key)", "none of the published classifier \(classifier)")
      }
    }
    let outputs = width(of: network)
    guard outputs == network.featureWidth else {
      return failure("features of width \(outputs)", "featureWidth, \(network.featureWidth)")
    }
    return ConformanceCheck(
      .description, .passed,
      found: "width \(details.featureWidth), stages \(details.stages.joined(separator: ", "))",
      expected: "")
  }

  func described(_ subject: TextSubject) throws -> ConformanceCheck {
    let network = try build(subject).network
    let outputs = width(of: network)
    guard outputs == network.featureWidth else {
      return ConformanceCheck(
        .description, .failed, found: "features of width \(outputs)",
        expected: "featureWidth, \(network.featureWidth)")
    }
    return ConformanceCheck(.description, .passed, found: "width \(outputs)", expected: "")
  }

  private func width(of network: any Network) -> Int {
    var pass = makePass(.evaluation)
    return network.features([0], &pass).channels
  }
}
