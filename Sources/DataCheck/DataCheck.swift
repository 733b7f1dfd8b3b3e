import Basics
import Datasets
import Evaluation
import NearDuplicates

/// What is in data, and what is wrong with them, before anything is trained.
package struct DataCheck: Sendable {
  /// What is looked at.
  package struct Input: Sendable {
    /// The cases, those that can't be used left out and listed.
    package var set: CaseSet
    /// The splits of the study; empty where its folds can't be made.
    package var splits: [Split] = []
    /// The words of each text, as the study cuts them; empty without texts.
    package var words: [[String]] = []
    /// One a picture, in the order of the set's `pictureLayout`, nil for a case without one; empty where no
    /// pictures were read.
    package var sketches: [PictureSketch?] = []
    /// Pictures that are nearly the same; nil where it was not looked for.
    package var nearPictures: NearPictures?
    /// Texts that are nearly the same; nil where it was not looked for.
    package var nearTexts: NearTexts?
    /// Who reads the texts.
    package var readers: [TextReview.Reader] = []
    /// The attributes that counts are told by.
    package var attributes: [String] = []
    /// The code of the texts' language, where the study says it.
    package var language: String?
    /// What keeps the study from being run, besides cases.
    package var errors: [ZooError] = []
    /// The shortest side that an encoder reads, in pixels; nil where none reads pictures.
    package var sideNeeded: Int?

    package init(_ set: CaseSet) { self.set = set }
  }

  package let input: Input
  package let tables: CaseTables
  package let pictures: PictureReview?
  package let texts: TextReview?
  package let labelWords: LabelWords?
  /// What was found, errors first.
  package let findings: [DataFinding]

  /// Looks at data.
  package init(_ input: Input) {
    self.input = input
    let set = input.set
    tables = CaseTables(set, input.splits, attributes: input.attributes)
    pictures = input.sketches.isEmpty ? nil : PictureReview(input.sketches)
    let hasTexts = input.words.contains { !$0.isEmpty }
    texts =
      hasTexts
      ? TextReview(set.cases.map(\.text), words: input.words, readers: input.readers) : nil
    let outputs = !set.isMultiLabel && set.labels.count == 2 ? [1] : Array(set.labels.indices)
    labelWords = hasTexts ? LabelWords(input.words, set.labelMatrix, outputs: outputs) : nil
    var found: [DataFinding] = []
    found += DataCheck.caseFindings(input, tables)
    found += DataCheck.crossings(input)
    found += DataCheck.duplicates(set)
    found += DataCheck.nearFindings(input)
    if let pictures { found += DataCheck.pictureFindings(input, pictures) }
    if let texts { found += DataCheck.textFindings(input, texts) }
    found += labelWords?.findings ?? []
    findings = found.enumerated().sorted { one, other in
      (one.element.severity, one.offset) < (other.element.severity, other.offset)
    }.map(\.element)
  }

  /// The ids of cases at positions.
  static func ids(_ set: CaseSet, _ indices: some Sequence<Int>) -> [String] {
    indices.map { set.cases[$0].id }
  }

  /// Positions of cases that a link holds together, the first case's place deciding the order.
  static func groups(_ set: CaseSet, by link: GroupLink) -> [[Int]] {
    var groups: [String: [Int]] = [:]
    for (index, keys) in link.keys(of: set.cases).enumerated() {
      for key in keys { groups[key, default: []].append(index) }
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }
}
