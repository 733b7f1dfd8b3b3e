/// TF-IDF and logistic regression on the tokens of a text: what a model of texts has to beat, in any task.
package struct TextBaseline: Sendable {
  /// How the baseline is fitted; the defaults are scikit-learn's.
  package struct Options: Sendable, Equatable {
    /// Adds pairs of neighbouring tokens as terms.
    package var usesBigrams = false
    /// Terms of fewer documents are left out.
    package var minimumDocuments = 1
    /// C; larger is a weaker penalty.
    package var inverseStrength = 1.0

    package init() {}
  }

  private let terms: TermWeights
  private let model: LinearModel

  /// Fits terms, their weights and the regression to the training subset.
  ///
  /// - Parameters:
  ///   - documents: the tokens of each document; may be empty.
  ///   - answers: as many cases; the terms are those of all documents.
  ///   - options: how terms are made and how strong the penalty is.
  /// - Throws: `ZooError` of code `.badValue` where a class is absent.
  /// - Precondition: as many documents as cases.
  package init(
    training documents: [[String]], answers: KnownAnswers, options: Options = Options()
  ) throws {
    terms = TermWeights(
      training: documents, usesBigrams: options.usesBigrams,
      minimumDocuments: options.minimumDocuments)
    model = try LinearModel(
      rows: terms.rows(documents), answers: answers, inverseStrength: options.inverseStrength)
  }

  /// How many terms have a weight.
  package var termCount: Int { terms.termCount }

  /// The labels whose answer is the same for every document: see `LinearModel`.
  package var constantOutputs: [Int] { model.constantOutputs }

  /// The logits of documents, `[documents, outputs]`.
  package func logits(_ documents: [[String]]) -> [Double] { model.logits(terms.rows(documents)) }

  /// The probabilities of documents, `[documents, outputs]`.
  package func probabilities(_ documents: [[String]]) -> [Double] {
    model.probabilities(terms.rows(documents))
  }
}
