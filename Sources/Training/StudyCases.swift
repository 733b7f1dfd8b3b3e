import Basics
import Datasets

/// The cases of a study, ready for training: words, labels, picture stores.
package struct StudyCases: Sendable {
  package let set: CaseSet
  /// The words of each text; empty where a case has none.
  package let words: [[String]]
  package var task: ClassificationTask
  /// A store for each image branch, by its name.
  package let images: [String: ImageStore]

  /// Cases with what was read of them; with `allowsIncomplete` they may lack an image or a text.
  package init(
    set: CaseSet, words: [[String]], task: ClassificationTask, images: [String: ImageStore],
    allowsIncomplete: Bool = false
  ) {
    self.set = set
    func marks(_ lacks: (Case) -> Bool) -> [Bool]? {
      let marks = set.cases.map(lacks)
      return allowsIncomplete && marks.contains(true) ? marks : nil
    }
    lacksImage = marks { $0.images.isEmpty }
    lacksText = marks { $0.text.map(isBlank) ?? true }
    self.words = words
    self.task = task
    self.images = images
  }

  /// Whether each case has no image; nil where none lacks one.
  package let lacksImage: [Bool]?
  /// Whether each case has no text; nil where none lacks one.
  package let lacksText: [Bool]?

  /// The number of cases.
  package var count: Int { self.set.cases.count }

  /// Of a split what a recipe that reads these sides can use: all of it where it reads both.
  package func usable(_ split: Split, _ sides: Set<BatchSource.Side>) -> Split {
    guard sides.count == 1 else { return split }
    let lacks = sides == [.image] ? lacksImage : lacksText
    return lacks.map { marks in split.keeping { !marks[$0] } } ?? split
  }
}
