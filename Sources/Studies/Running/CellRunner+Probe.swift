import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Images
import Training

extension CellRunner {
  /// Penalties that are tried, C of scikit-learn's `LogisticRegression` over standardised features
  /// divided by the root of their number.
  private static let strengths = [0.01, 0.1, 1, 10, 100]
  /// Numbers of neighbours that are tried.
  private static let neighbours = [1, 3, 5, 9, 15, 25, 51]

  /// How well a simple rule over the features of an untouched encoder answers.
  ///
  /// Features are standardised by the training part; the penalty, or the number of neighbours, is the
  /// one with the lowest log loss on validation. A linear probe leaves a model behind, whose decoder it
  /// is; neighbours do not.
  func probed(_ probe: Combination.Probe, _ combination: Combination, _ split: Split) throws
    -> Outcome
  {
    guard var branch = combination.image else { preconditionFailure("a probe without images") }
    if let images = cases.images[branch.name] {
      branch = try images.fitted(branch, over: split.training)
    }
    branch.augmentation = Augmentation()
    branch.members = 1
    try branch.freeze(upTo: "all", registry: registry)
    let random = RandomStream(seed: study.seed).derived(split.name).derived(branch.name)
    let model = try TrainedModel(
      image: branch, text: nil, preparation: nil,
      decoder: .init(hidden: 0, dropout: 0, featureDropout: 0), labels: cases.set.labels,
      registry: registry, store: store(branch, random.derived("parameters")))
    let title = "\(split.name) \(combination.name)"
    let source = try source(of: model, combination, split, title: title)
    let features = try rows(of: model, source)
    let fitted = Standardisation(split.training.map { features[$0] })
    let standard = features.map { fitted($0) }
    let labels = cases.labels(split.training)
    var rows: [ResultRow] = []
    func score(_ probabilities: ([Int]) throws -> [Double]) throws {
      for part in Split.Part.allCases {
        rows += try BinaryEvaluation(
          labels: cases.labels(split[part]), probabilities: probabilities(split[part])
        ).rows(combination: combination.name, split: split.name, part: part.rawValue)
      }
      rows += try atFittedThreshold(combination, split) { try probabilities(split[$0]) }
    }
    switch probe {
    case .linear:
      let regression = try linear(standard, labels, split, title)
      model.classifier.store.setLinearDecoder(fitted.unfolded(regression))
      let trainer = trainer(model, TrainingSettings(), source, title)
      return try outcome(model, trainer, combination, split, [])
    case .neighbours:
      let nearest = NearestNeighbours(rows: split.training.map { standard[$0] }, labels: labels)
      let most = min(Self.neighbours.max() ?? 1, split.training.count)
      let votes = nearest.votes(standard, count: most)
      let k = try best(Self.neighbours.filter { $0 <= most }, split, title, what: "neighbours") {
        nearest.probabilities(split.validation.map { votes[$0] }, k: $0)
      }
      // A case is its own nearest neighbour, which would flatter the training part: it is left out.
      let training = Set(split.training)
      try score { part in
        nearest.probabilities(
          part.map { training.contains($0) ? Array(votes[$0].dropFirst()) : votes[$0] }, k: k)
      }
    }
    return Outcome(
      model: nil, parameterCount: model.classifier.store.parameterCount, results: rows,
      epochs: [])
  }

  private func rows(of model: TrainedModel, _ source: BatchSource) throws -> [[Float]] {
    var features: [[Float]] = []
    try forEachBatch(Array(0..<cases.count), source, random: nil) { batch, forward in
      let result = model.features(batch, &forward)
      let (values, width) = (result.values, result.channels)
      for row in batch.indices.indices {
        features.append(Array(values[row * width..<(row + 1) * width]))
      }
    }
    return features
  }

  private func linear(_ rows: [[Float]], _ labels: [Bool], _ split: Split, _ title: String) throws
    -> LogisticRegression
  {
    let scale = 1 / Double(max(1, rows.first?.count ?? 1)).squareRoot()
    func sparse(_ indices: [Int]) -> SparseRows {
      var made = SparseRows(columnCount: rows.first?.count ?? 0)
      for index in indices {
        made.append(rows[index].enumerated().map { ($0.offset, Double($0.element)) })
      }
      return made
    }
    let (training, validation) = (sparse(split.training), sparse(split.validation))
    var fits: [Double: LogisticRegression] = [:]
    for strength in Self.strengths {
      try Interruption.check()
      // With features scaled by s the penalty ½w·w becomes ½w·w / s², which is C·s² on plain ones.
      fits[strength] = try LogisticRegression(
        rows: training, labels: labels, inverseStrength: strength * scale * scale,
        tolerance: 1e-5)
    }
    let chosen = try best(Self.strengths, split, title, what: "C") { strength in
      fits[strength]?.logits(validation).map(sigmoid) ?? []
    }
    guard let fit = fits[chosen] else { preconditionFailure("no fit of C = \(chosen)") }
    return fit
  }

  /// The candidate with the lowest log loss on validation; the earlier of equals.
  private func best<Candidate>(
    _ candidates: [Candidate], _ split: Split, _ title: String, what: String,
    probabilities: (Candidate) -> [Double]
  ) throws -> Candidate {
    let labels = cases.labels(split.validation)
    let losses = try candidates.map {
      try BinaryEvaluation(labels: labels, probabilities: probabilities($0))[.logLoss] ?? .infinity
    }
    let lowest = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    progress.line("\(title): \(what) \(candidates[lowest])")
    return candidates[lowest]
  }
}
