import EncoderKit
import Fusion

extension EncoderConformance {
  /// Features of three widths of both sides, one of them 1, of one case and of several.
  func shapes(_ entry: any FusionHeadEntry) throws -> ConformanceCheck {
    let subjects = [
      HeadSubject(
        entry, options: settings.options, imageWidth: 1, textWidth: 1, regionWidth: 1,
        wordWidth: 1, outputs: 1, regionCount: 1),
      HeadSubject(entry, options: settings.options),
      HeadSubject(
        entry, options: settings.options, imageWidth: 7, textWidth: 20, regionWidth: 6,
        wordWidth: 9, outputs: 3, regionCount: 9),
    ]
    var seen: [String] = []
    for subject in subjects {
      let network = try build(subject).network
      let (x, y) = (subject.shape.imageWidth, subject.shape.textWidth)
      for samples in [[0], [0, 1, 2, 3]] {
        var pass = makePass(.evaluation)
        let fused = network.features(samples, &pass)
        let wanted = [samples.count, network.featureWidth]
        guard fused.shape == wanted, fused.isFinite else {
          return ConformanceCheck(
            .shapes, .failed,
            found:
              "\(fused.shape)\(fused.isFinite ? "" : ", not finite,") over widths of \(x) + \(y)",
            expected: "\(wanted), finite")
        }
      }
      seen.append("\(x) + \(y)")
    }
    let regions = entry.description.reads.contains(.regions) ? ", of 1, 4 and 9 regions" : ""
    return ConformanceCheck(
      .shapes, .passed,
      found: "one case and four, over widths of \(seen.joined(separator: ", "))\(regions)",
      expected: "")
  }

  /// What the head makes and reads, and that it refuses an option it does not know.
  func described(_ subject: HeadSubject) throws -> ConformanceCheck {
    func failure(_ found: String, _ expected: String) -> ConformanceCheck {
      ConformanceCheck(.description, .failed, found: found, expected: expected)
    }
    let network = try build(subject).network
    let input = GradientNode()
    let tape = Tape()
    var pass = makePass(.evaluation, tape: tape)
    var rows = Tensor([0], shape: [1])
    let fused = network.features([0, 1], &pass) { x in
      rows = x
      rows.node = input
      return rows
    }
    let (shape, columns) = (subject.shape, subject.cases.columns)
    switch subject.entry.description.result {
    case .features: break
    case .logits:
      guard network.featureWidth == shape.outputs else {
        return failure("logits of width \(network.featureWidth)", "\(shape.outputs) logits a case")
      }
    case .sideBySide:
      let still = makePass(.evaluation)
      let wanted = still.slice(rows.detached, 0..<columns.text.upperBound)
      guard fused.shape == wanted.shape, fused.values == wanted.values else {
        return failure("other features than [x, y]", "the image's and then the text's, unchanged")
      }
    }
    tape.backward(from: fused, gradient: projection(fused.shape))
    let gradient = input.take()
    for (what, range) in columns.more {
      let still = makePass(.evaluation)
      let own = gradient.map { still.slice($0, range).values } ?? []
      guard own.contains(where: { $0 != 0 }) else {
        return failure("the \(what) it asks for change nothing", "what it reads to be described")
      }
    }
    let unknown: JSONValue = ["no such option": 1]
    do {
      _ = try subject.entry.makeNamed(
        options: unknown.object(), shape: shape, scope: Scope(ParameterStore.blank()))
      return failure("an option that nobody described is taken", "options.finish() to refuse it")
    } catch is ZooError {}
    let reads = subject.entry.description.reads.map(\.rawValue).sorted()
    return ConformanceCheck(
      .description, .passed,
      found: "\(subject.entry.description.result.rawValue) of width \(network.featureWidth)"
        + (reads.isEmpty ? "" : "; reads \(reads.joined(separator: ", "))"), expected: "")
  }

  /// Cases that lack a side, run as a model with missing-modality embeddings runs them; behind the head a linear layer.
  func missing(_ subject: HeadSubject) throws -> ConformanceCheck {
    let expected =
      "finite logits, a gradient for the missing-modality embedding, and other cases as they were"
    let network = try build(subject).network
    var pass = makePass(.evaluation)
    guard network.features([0], &pass).shape == [1, network.featureWidth] else {
      return ConformanceCheck(
        .missing, .notChecked, found: "the head's width is not what it makes", expected: expected)
    }
    let linear = DenseDecoder.Configuration(hidden: 0, dropout: 0, featureDropout: 0)
    let description = subject.entry.description
    let stage = try FusionStage(
      FusionPlan(
        entry: subject.entry, options: subject.options,
        parts: description.reads.contains(.logits) ? (linear, linear) : nil,
        learnsMissingModality: true,
        modalityDropout: 0),
      shape: subject.shape, decoder: linear,
      scope: Scope(ParameterStore(random: RandomStream(seed: 1))))
    guard let missingModalityEmbeddings = stage.missingModalityEmbeddings else {
      preconditionFailure("no missing-modality embeddings were made")
    }
    let (image, text) = (
      [missingModalityEmbeddings.image, missingModalityEmbeddings.regions],
      [missingModalityEmbeddings.text, missingModalityEmbeddings.words]
    )
    for vector in (image + text).compactMap({ $0 }) {
      vector.replace(projection(vector.value.shape))
    }
    let limit = 1e-4
    var worst = 0.0
    for (side, vectors) in [(HeadCases.Side.image, image), (.text, text)] {
      func logits(_ samples: [Int], without lacking: Int?, _ tape: Tape? = nil) -> [Float] {
        var pass = makePass(.evaluation, tape: tape)
        let batch = subject.cases.batch(samples, lacking: lacking, side, &pass)
        let logits = stage(batch, &pass)
        tape?.backward(from: logits, gradient: projection(logits.shape))
        return logits.values
      }
      let outputs = subject.shape.outputs
      let tape = Tape()
      let mixed = logits([0, 1, 2], without: 1, tape)
      func failure(_ found: String) -> ConformanceCheck {
        ConformanceCheck(
          .missing, .failed, found: "without the \(side.rawValue): \(found)", expected: expected)
      }
      let gradients = vectors.map { $0?.node.take() }
      guard mixed.allSatisfy(\.isFinite), gradients.allSatisfy({ $0?.isFinite ?? true }) else {
        return failure("values that are not finite")
      }
      guard gradients.contains(where: { $0?.values.contains { $0 != 0 } ?? false }) else {
        return failure("the missing-modality embedding gets no gradient, so it can't be learned")
      }
      let whole = logits([0, 1, 2], without: nil)
      let alone = logits([1], without: 1)
      for (row, other) in [(0, whole[..<outputs]), (1, alone[...]), (2, whole[(2 * outputs)...])] {
        worst = max(
          worst, distance(Array(mixed[row * outputs..<(row + 1) * outputs]), Array(other)))
      }
      guard worst <= limit else {
        return failure("logits differ by \(brief(worst)) with the batch around them")
      }
    }
    return ConformanceCheck(
      .missing, .passed,
      found:
        "without the image and without the text missing-modality embeddings answer and get gradients; logits "
        + "differ by \(brief(worst)) with the batch around them", expected: expected)
  }
}

extension HeadCases {
  /// A side that a case may lack.
  enum Side: String {
    case image
    case text
  }

  /// A batch as encoders would give it, in which one case lacks a side.
  func batch(_ samples: [Int], lacking: Int?, _ side: Side, _ pass: inout Forward)
    -> EncodedBatch
  {
    let there = samples.filter { $0 != lacking }
    let whole = input(rows(samples), samples, &pass)
    let partial = there.isEmpty ? nil : input(rows(there), there, &pass)
    let lost = samples.map { there.firstIndex(of: $0) }
    let (image, text) = side == .image ? (partial, whole) : (whole, partial)
    return EncodedBatch(
      image: image.map { ImageSide(features: $0.image, regions: $0.regions) },
      text: text.map { TextSide(features: $0.text, words: $0.words, wordCounts: $0.wordCounts) },
      imageRows: side == .image ? lost : nil, textRows: side == .text ? lost : nil)
  }
}
