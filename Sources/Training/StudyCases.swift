import Basics
import Datasets

/// The cases of a study, ready for training: words, labels, picture stores.
package struct StudyCases: Sendable {
  package let set: CaseSet
  /// The words of each text; empty where a case has none.
  package let words: [[String]]
  /// 1 for the positive class (the second label), else 0.
  package var targets: [Float]
  /// A store for each image branch, by its name.
  package let images: [String: ImageStore]

  /// Cases with what was read of them; with `allowsIncomplete` they may lack an image or a text.
  package init(
    set: CaseSet, words: [[String]], targets: [Float], images: [String: ImageStore],
    allowsIncomplete: Bool = false
  ) {
    self.set = set
    func marks(_ lacks: (Case) -> Bool) -> [Bool]? {
      let marks = set.cases.map(lacks)
      return allowsIncomplete && marks.contains(true) ? marks : nil
    }
    lacksImage = marks { $0.imagePath == nil }
    lacksText = marks { $0.text.map(isBlank) ?? true }
    self.words = words
    self.targets = targets
    self.images = images
  }

  /// Whether each case has no image; nil where none lacks one.
  package let lacksImage: [Bool]?
  /// Whether each case has no text; nil where none lacks one.
  package let lacksText: [Bool]?

  /// The number of cases.
  package var count: Int { self.set.cases.count }

  /// Whether each of some cases is of the positive class.
  package func labels(_ indices: [Int]) -> [Bool] { indices.map { targets[$0] > 0.5 } }
}
