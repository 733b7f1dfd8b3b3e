import Basics
import Datasets

/// The cases of a study, ready for training: words, labels, picture stores.
package struct StudyCases: Sendable {
  package let set: CaseSet
  /// The words of each text; empty where a case has none.
  package let words: [[String]]
  /// 1 for the positive class (the second label), else 0.
  package let targets: [Float]
  /// A store for each image branch, by its name.
  package let images: [String: ImageStore]

  package init(set: CaseSet, words: [[String]], targets: [Float], images: [String: ImageStore]) {
    self.set = set
    self.words = words
    self.targets = targets
    self.images = images
  }

  /// The number of cases.
  package var count: Int { self.set.cases.count }

  /// Whether each of some cases is of the positive class.
  package func labels(_ indices: [Int]) -> [Bool] { indices.map { targets[$0] > 0.5 } }
}

/// A batch before it is a tensor.
package struct RawBatch: Sendable {
  package var indices: [Int]
  package var images: [Float]?
  package var texts: [[Int32]]?
  package var features: [Float]?
  package var maps: [Float]?
  package var mirroredMaps: [Float]?
  package var mapShape: [Int] = []

  package init(indices: [Int]) { self.indices = indices }
}
