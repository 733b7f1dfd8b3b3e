import Basics
import Datasets
import Dispatch
import EncoderKit
import Images
import Synchronization
import Training

/// Asks a trained model about several cases at once.
///
/// Pictures are read on all cores. Sums over a batch may be rounded otherwise than those over one case, so the same
/// bytes come of the same batches.
package struct BatchPredictor {
  package let model: TrainedModel
  /// What errors call it.
  package let folder: String
  private let kernels: any Kernels

  package init(_ model: TrainedModel, folder: String, kernels: any Kernels) {
    self.model = model
    self.folder = folder
    self.kernels = kernels
  }

  /// A case as the model reads it.
  struct Reading: Sendable {
    /// Its pictures; empty where it has none or none is read.
    var pictures: [Picture] = []
    /// The picture of each slot, by its place among them.
    var slots: [Int?] = []
    var text: TextReading?
  }

  /// A picture as the model reads it.
  struct Picture: Sendable {
    let path: String
    /// `[size, size, channels]`, normalised.
    let pixels: [Float]
    let reading: ImageBranch.Reading
  }

  /// A case's reading, or why there is none.
  ///
  /// - Returns: one for each case, in order; an error names the case's place or its picture.
  /// - Throws: `Interrupted`, so that no case is blamed for a picture whose decoding was stopped.
  func readings(of cases: [Case]) throws -> [Result<Reading, ZooError>] {
    let found = Mutex([Result<Reading, ZooError>?](repeating: nil, count: cases.count))
    // Only what reads pictures is shared by threads: the model's parameters are not.
    let (image, pixels) = (model.image, model.image?.pixels)
    let texts = cases.map { item in item.text.flatMap { model.reading($0) } }
    let faults = cases.map(fault)
    DispatchQueue.concurrentPerform(iterations: cases.count) { index in
      let result = Result<Reading, any Error> {
        if let fault = faults[index] { throw fault }
        var reading = Reading(text: texts[index])
        if let image, let pixels {
          for place in image.pictures(of: cases[index]) {
            guard let path = place.map({ cases[index].images[$0].path }) else {
              reading.slots.append(nil)
              continue
            }
            let picture = try image.read(path)
            reading.slots.append(reading.pictures.count)
            reading.pictures.append(
              Picture(
                path: path, pixels: pixels.normalized(picture.seen.floats()), reading: picture))
          }
        }
        return reading
      }.mapError { error in
        error as? ZooError
          ?? ZooError(.badFormat, errorSentence(error), at: Place(path: cases[index].imagePath))
      }
      found.withLock { $0[index] = result }
    }
    try Interruption.check()
    return found.withLock { $0.compactMap(\.self) }
  }

  /// Whether the model reads pictures, and none of a case's is one.
  func seesNone(_ item: Case) -> Bool {
    model.image.map { $0.pictures(of: item).allSatisfy { $0 == nil } } ?? false
  }

  /// Whether the model reads texts, and a case has none.
  func lacksText(_ item: Case) -> Bool { model.text != nil && item.text.map(isBlank) ?? true }

  /// Why a case can't be asked about: it lacks what the model reads.
  private func fault(_ item: Case) -> ZooError? {
    let names = model.image?.views?.slots?.names ?? []
    let image =
      item.images.isEmpty || names.isEmpty
      ? "an image" : "a picture of a view (\(names.joined(separator: ", ")))"
    let lacks = [
      seesNone(item) ? image : nil,
      lacksText(item) ? "a text" : nil,
    ].compactMap { $0 }
    let sides = (model.image == nil ? 0 : 1) + (model.text == nil ? 0 : 1)
    guard !lacks.isEmpty, !model.acceptsMissingModality || lacks.count == sides else { return nil }
    return ZooError(
      .badValue,
      "the case \"\(item.id)\" lacks \(lacks.joined(separator: " and ")), which the model reads",
      at: item.source)
  }

  /// The logits of cases that were read, a row each.
  ///
  /// - Throws: `ZooError` of code `.notFinite` that names the model.
  func logits(_ readings: [Reading]) throws -> [[Double]] { try answers(readings).logits }

  /// The logits of cases that were read, a row each; by case and member those of the members of an ensemble, where it
  /// is one.
  ///
  /// - Throws: `ZooError` of code `.notFinite` that names the model.
  func answers(_ readings: [Reading], members: EnsembleMembers? = nil) throws -> (
    logits: [[Double]], members: [[[Double]]]
  ) {
    guard !readings.isEmpty else { return ([], []) }
    let batch = batch(readings)
    var forward = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let (whole, own) = model.logits(batch, members: members, &forward)
    let values = whole.values
    guard (values + own.joined()).allSatisfy(\.isFinite) else {
      throw ZooError(.notFinite, "the model's output is not finite", at: Place(path: folder))
    }
    let width = values.count / readings.count
    func row(_ values: [Float], _ number: Int) -> [Double] {
      values[number * width..<(number + 1) * width].map(Double.init)
    }
    return (
      readings.indices.map { row(values, $0) },
      own.isEmpty ? [] : readings.indices.map { number in own.map { row($0, number) } }
    )
  }

  private func batch(_ readings: [Reading]) -> RawBatch {
    var batch = RawBatch(indices: Array(readings.indices))
    if model.image != nil {
      let present = readings.filter { !$0.pictures.isEmpty }
      batch.images = present.flatMap { $0.pictures.flatMap(\.pixels) }
      batch.presentImages = present.reduce(0) { $0 + $1.pictures.count }
      if model.image?.views != nil {
        var start = 0
        batch.pictures = present.map { reading in
          defer { start += reading.pictures.count }
          return reading.slots.map { place in place.map { start + $0 } }
        }
      }
      if present.count < readings.count {
        batch.imageRows = rows(readings.map { !$0.pictures.isEmpty })
      }
    }
    if model.text != nil {
      let lacks = readings.map {
        $0.text == nil || model.acceptsMissingModality && $0.text?.tokens.isEmpty == true
      }
      batch.texts = zip(readings, lacks).compactMap { $1 ? nil : $0.text?.indices }
      if lacks.contains(true) { batch.textRows = rows(lacks.map { !$0 }) }
    }
    return batch
  }

  private func rows(_ isThere: [Bool]) -> [Int?] {
    var next = 0
    return isThere.map { there in
      guard there else { return nil }
      next += 1
      return next - 1
    }
  }
}
