import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Images

/// How well a simple rule over the features of an untouched image encoder answers.
///
/// Features are standardised by the training subset; the penalty, or the number of neighbours, is
/// the one with the lowest log loss over all known answers on validation. A linear probe leaves a
/// model behind, whose decoder it is; neighbours do not.
package struct ProbeRecipe: Recipe {
  /// Penalties that are tried, C of scikit-learn's `LogisticRegression` over standardised features
  /// divided by the root of their number.
  private static let strengths = [0.01, 0.1, 1, 10, 100]
  /// Numbers of neighbours that are tried.
  private static let neighbours = [1, 3, 5, 9, 15, 25, 51]

  package let name: String
  package let image: ImageBranch
  package let rule: ProbeRule

  package init(name: String, image: ImageBranch, rule: ProbeRule) {
    self.name = name
    self.image = image
    self.rule = rule
  }

  package var reads: Set<BatchSource.Side> { [.image] }

  package func fit(
    _ split: Split, _ context: RecipeContext, part: (String) throws -> TrainedModel
  ) throws -> Fit {
    precondition(image.views?.join != .attention, "a probe of attention that nothing trains")
    let (model, source) = try context.untouched(.image(image), split, title: title(split))
    let features = try context.features(of: model, source)
    let fitted = Standardisation(split.training.map { features[$0] })
    let standard = features.map { fitted($0) }
    switch rule {
    case .linear:
      let linear = try linear(standard, split, context)
      model.classifier.store.setLinearDecoder(fitted.unfolded(linear))
      return Fit(model, context.trainer(model, TrainingSettings(), source, title(split)), [])
    case .neighbours:
      return Fit(
        model: nil, parameterCount: model.classifier.store.parameterCount,
        answer: try vote(standard, split, context))
    }
  }

  private func vote(_ rows: [[Float]], _ split: Split, _ context: RecipeContext) throws
    -> ([Int], BatchSource.Hidden?) -> Answers
  {
    let nearest = NearestNeighbours(
      rows: split.training.map { rows[$0] }, answers: context.cases.task.answers(split.training))
    let most = min(Self.neighbours.max() ?? 1, split.training.count)
    let order = nearest.nearest(rows, count: most)
    let candidates = Self.neighbours.filter { $0 <= most }
    let place = try best(candidates, split, context, what: "neighbours") {
      nearest.probabilities(split.validation.map { order[$0] }, k: candidates[$0])
    }
    let k = candidates[place]
    // A case is its own nearest neighbour, which would make the training subset look too good: it
    // is left out.
    let training = Set(split.training)
    return { indices, _ in
      .probabilities(
        nearest.probabilities(
          indices.map { training.contains($0) ? Array(order[$0].dropFirst()) : order[$0] }, k: k))
    }
  }

  private func linear(_ rows: [[Float]], _ split: Split, _ context: RecipeContext) throws
    -> LinearModel
  {
    let width = rows.first?.count ?? 0
    let scale = 1 / Double(max(1, width)).squareRoot()
    func sparse(_ indices: [Int]) -> SparseRows {
      var made = SparseRows(columnCount: width)
      for index in indices {
        made.append(rows[index].enumerated().map { ($0.offset, Double($0.element)) })
      }
      return made
    }
    let (training, validation) = (sparse(split.training), sparse(split.validation))
    let fits = try Self.strengths.map { strength in
      try Interruption.check()
      // With features scaled by s the penalty ½w·w becomes ½w·w / s², which is C·s² on plain ones.
      return try LinearModel(
        rows: training, answers: context.cases.task.answers(split.training),
        inverseStrength: strength * scale * scale, tolerance: 1e-5)
    }
    let chosen = fits[
      try best(Self.strengths, split, context, what: "C") { fits[$0].probabilities(validation) }]
    for output in chosen.constantOutputs {
      let label = context.cases.task.questions[output]
      context.progress.note(
        "\(title(split)): \"\(label)\" has one answer alone, or none, in the training subset; the probe"
          + " answers it with its share", onceFor: "one answer alone \(name) \(label)")
    }
    return chosen
  }

  /// The place of the candidate with the lowest log loss on validation; the earlier of equals.
  private func best<Candidate>(
    _ candidates: [Candidate], _ split: Split, _ context: RecipeContext, what: String,
    probabilities: (Int) -> [Double]
  ) throws -> Int {
    let task = context.cases.task
    let losses = try candidates.indices.map {
      try task.evaluation(split.validation, .probabilities(probabilities($0)))[.logLoss]
        ?? .infinity
    }
    let lowest = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    context.progress.line("\(title(split)): \(what) \(candidates[lowest])")
    return lowest
  }
}
