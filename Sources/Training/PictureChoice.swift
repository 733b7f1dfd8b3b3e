import Basics
import Datasets

/// Which pictures of each case a branch reads, where a case may have several.
package struct PictureChoice: Sendable {
  /// The places in the store of each case's pictures, by slots; nil for one that is missing.
  package let slots: [[Int?]]
  /// Whether their features are joined; else a case has one picture.
  package let joins: Bool
  private let layout: PictureLayout

  /// The choice of a branch; nil where every case has the picture of its own index.
  package init?(_ branch: ImageBranch, _ set: CaseSet) {
    let layout = set.pictureLayout
    guard branch.views != nil || !layout.isPlain else { return nil }
    slots = set.cases.enumerated().map { index, item in
      branch.pictures(of: item).map { place in place.map { layout[index].lowerBound + $0 } }
    }
    joins = branch.views != nil
    self.layout = layout
  }

  /// The picture at a place of the store.
  func reference(case item: Int, _ index: Int) -> PictureReference {
    PictureReference(case: item, place: index - layout[item].lowerBound, index: index)
  }

  /// All places of the store.
  var all: [PictureReference] {
    layout.owners.enumerated().map { reference(case: $1, $0) }
  }

  /// The places that are read.
  package var used: [Int] { Set(slots.joined().compactMap(\.self)).sorted() }

  /// The slot of each place of the store; the first where it is read in none.
  var slotOfPlace: [Int] {
    var found = [Int](repeating: 0, count: layout.count)
    for item in slots {
      for (slot, index) in item.enumerated() { if let index { found[index] = slot } }
    }
    return found
  }

  /// The places of the pictures of some cases; of a case without one the place that is empty.
  func places(of cases: [Int]) -> [Int] {
    cases.flatMap { item -> [Int] in
      slots[item].isEmpty ? [layout[item].lowerBound] : slots[item].compactMap(\.self)
    }
  }
}
