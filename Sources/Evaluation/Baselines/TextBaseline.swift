/// TF-IDF and logistic regression on the tokens of a text: what a model of texts has to beat.
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
  private let regression: LogisticRegression

  /// Fits terms, their weights and the regression to the training subset.
  ///
  /// - Parameters:
  ///   - documents: the tokens of each document; may be empty.
  ///   - labels: the true classes.
  ///   - options: how terms are made and how strong the penalty is.
  /// - Throws: `ZooError` of code `.badValue` where a class is absent.
  /// - Precondition: as many documents as labels.
  package init(
    training documents: [[String]], labels: [Bool], options: Options = Options()
  ) throws {
    terms = TermWeights(
      training: documents, usesBigrams: options.usesBigrams,
      minimumDocuments: options.minimumDocuments)
    regression = try LogisticRegression(
      rows: terms.rows(documents), labels: labels, inverseStrength: options.inverseStrength)
  }

  /// How many terms have a weight.
  package var termCount: Int { terms.termCount }

  /// The logits of the positive class.
  package func logits(_ documents: [[String]]) -> [Double] {
    regression.logits(terms.rows(documents))
  }

  /// The probabilities of the positive class.
  package func probabilities(_ documents: [[String]]) -> [Double] {
    logits(documents).map(sigmoid)
  }
}
