import Basics
import Datasets
import EncoderKit
import Evaluation
import Images
import Studies
import Training

extension Explainer {
  /// A picture, and what of it the model reads.
  struct Picture {
    let shown: CaseExplanation.Picture
    /// `[size, size, channels]`.
    let normalized: [Float]
  }

  /// The pictures of a case, and the place of each slot's among them.
  struct Pictures {
    let all: [Picture]
    let views: [String?]
    let slots: [Int?]

    /// As a function reads them.
    var scored: ScoredPictures { ScoredPictures(all.map(\.normalized), slots: slots) }
  }

  /// A report, and what of it the model reads.
  struct Report {
    let text: String
    let reading: TextReading

    var tokens: [Token] { reading.tokens }
    var indices: [Int32] { reading.indices }
  }

  /// What is asked, as a function of what varies; of several pictures those at `places`, all where it is nil.
  func score(
    _ varied: ModelScore.Varied, _ pictures: Pictures?, places: [Int]? = nil, _ report: Report?,
    _ question: Question
  ) throws -> ModelScore {
    try ModelScore(
      model, pictures: pictures?.scored, varied: places, words: report?.indices, varying: varied,
      target: question.target, kernels: kernels)
  }

  /// What is asked of a case, and what a model of several answers says of it.
  func question(_ pictures: Pictures?, _ report: Report?) throws
    -> (question: Question, answer: CasePrediction?)
  {
    if case .question(let question) = asked, model.task == .binary { return (question, nil) }
    let function = try ModelScore(
      model, pictures: pictures?.scored, varied: nil, words: report?.indices,
      varying: pictures == nil ? .text : .image, kernels: kernels)
    let logits = function.logits
    guard logits.allSatisfy(\.isFinite) else {
      throw ZooError(.notFinite, "the model's output is not finite")
    }
    let answer = CasePrediction(model, logits: logits, notes: [])
    return (try question(answer), answer)
  }

  /// The pictures of files; nil where the model reads none, or none is there nor needed.
  ///
  /// - Throws: `ZooError` where they are missing, superfluous or unreadable.
  func pictures(_ images: [CaseImage], isNeeded: Bool) throws -> Pictures? {
    guard let branch = model.image else {
      if !images.isEmpty { throw model.superfluous("images", "--image", at: folder) }
      return nil
    }
    guard !images.isEmpty else {
      guard !isNeeded else { throw model.missing("an image", "--image FILE", at: folder) }
      return nil
    }
    let placed = try branch.placed(images, at: folder)
    return Pictures(
      all: try placed.map { try picture($0.path, branch) }, views: placed.map(\.view),
      slots: branch.views?.slots?.picked(from: placed) ?? placed.indices.map { $0 })
  }

  private func picture(_ path: String, _ branch: ImageBranch) throws -> Picture {
    let reading = try branch.read(path)
    let (original, seen) = (reading.original, reading.seen)
    return Picture(
      shown: CaseExplanation.Picture(
        path: path, original: original, seen: seen,
        geometry: ImageGeometry(
          width: original.width, height: original.height, size: branch.preprocessing.size,
          resize: branch.preprocessing.resize, fit: branch.preprocessing.fit), reading: reading),
      normalized: branch.pixels.normalized(seen.floats()))
  }

  /// A report cut into words; nil where the model reads none, or none is there nor needed.
  ///
  /// - Throws: `ZooError` where it is missing or superfluous.
  func report(_ text: String?, isNeeded: Bool) throws -> Report? {
    guard model.text != nil else {
      if text != nil { throw model.superfluousText(at: folder) }
      return nil
    }
    guard let text, let reading = model.reading(text) else {
      guard !isNeeded else { throw model.missingText(at: folder) }
      return nil
    }
    return Report(text: text, reading: reading)
  }

  /// Refuses a report of which the model knows no word.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  func checkWords(_ report: Report) throws {
    guard report.reading.knownCount == 0 else { return }
    let found =
      report.tokens.isEmpty
      ? "the text holds no word"
      : report.reading.readCount < report.tokens.count
        ? "the model knows no word of the text among the first \(report.reading.readCount), which it reads"
        : "the model knows no word of the text"
    throw ZooError(
      .badValue, "\(found); there is nothing to explain", at: Place(key: "--text"),
      advice: "give a report in the language the model was trained on")
  }
}
