import Datasets

/// A way to make the model of one cell, as a value: nothing is read or computed before it is run.
///
/// A recipe depends on nothing but its context and the models of its parts, so cells can run in any
/// order, or in processes of their own, wherever the parts are there.
package protocol Recipe: Sendable {
  /// What tables call its models.
  var name: String { get }
  /// The sides of a case that it reads.
  var reads: Set<BatchSource.Side> { get }
  /// The recipes whose models of the same split it starts from, by name.
  var parts: [String] { get }

  /// Makes the model on the training cases of a split, watching the validation cases.
  ///
  /// - Parameters:
  ///   - split: the cases, indices into those of the context.
  ///   - context: what the recipe works on.
  ///   - part: gives the model of one of `parts`.
  /// - Returns: the model and its answers.
  /// - Throws: `ZooError`, or `Interrupted`.
  func fit(_ split: Split, _ context: RecipeContext, part: (String) throws -> TrainedModel) throws
    -> Fit
}

extension Recipe {
  package var parts: [String] { [] }

  /// What progress lines and messages call the work on a split.
  func title(_ split: Split) -> String { "\(split.name) \(name)" }
}
