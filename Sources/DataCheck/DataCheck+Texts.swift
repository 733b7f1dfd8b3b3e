import Basics
import Datasets

/// What is said of texts.
extension DataCheck {
  static func textFindings(_ input: Input, _ review: TextReview) -> [DataFinding] {
    let set = input.set
    var found: [DataFinding] = []
    for reading in review.readings {
      if reading.cutTexts > 0, let limit = reading.maximumWords {
        found.append(
          DataFinding(
            .longText, reading.cutShare > 0.02 ? .warning : .note,
            "\(reading.name) reads the first \(limit) words: \(reading.cutTexts) of \(review.count) texts are longer,"
              + " and \(NumberText.percent(reading.cutShare, digits: 1)) of all words are cut off",
            advice: "\"maximumWords\" in the options of the text encoder sets the limit"))
      }
      if let coverage = reading.coverage, coverage < 0.95 {
        found.append(
          DataFinding(
            .coverage, coverage < 0.8 ? .warning : .note,
            "\(reading.name) knows \(NumberText.percent(coverage, digits: 1)) of the running words; the commonest it does not: "
              + reading.unknown.prefix(6).map { "“\($0.word)” \($0.count)" }.joined(separator: ", "),
            advice: "vectors of your own words (\"word2vec\") know them all"))
      }
    }
    if !review.foreign.isEmpty, let main = review.languages.first(where: { $0.code != "?" }) {
      found.append(
        DataFinding(
          .language, .warning,
          "\(count(review.foreign.count, "text")) \(review.foreign.count == 1 ? "is" : "are") not in \(main.code) as"
            + " the others", advice: "translate them, or leave them out",
          cases: ids(set, review.foreign)))
    }
    if let stated = input.language, let main = review.languages.first(where: { $0.code != "?" }),
      !stated.lowercased().hasPrefix(main.code)
    {
      found.append(
        DataFinding(
          .language, .warning,
          "the study says \"language\": \"\(stated)\", and most texts look like \(main.code)"))
    }
    let shared = review.templates.reduce(0) { $0 + $1.cases.count }
    if let first = review.templates.first, shared * 20 >= review.count {
      found.append(
        DataFinding(
          .template, .note,
          "\(count(review.templates.count, "text")) \(review.templates.count == 1 ? "stands" : "stand") in three cases"
            + " or more, in \(NumberText.percent(Double(shared) / Double(review.count), digits: 1)) of all; the commonest in"
            + " \(first.cases.count): “\(first.text.prefix(80))\(first.text.count > 80 ? "…" : "")”",
          advice: "equal texts are kept together in folds, which makes large groups",
          cases: ids(set, first.cases)))
    }
    return found
  }
}
