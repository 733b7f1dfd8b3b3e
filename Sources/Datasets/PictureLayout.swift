/// Where the pictures of cases lie in one list of all pictures: those of a case one after another.
///
/// A case without a picture has one place, which is empty; so where no case has several, picture i is that of case i.
package struct PictureLayout: Sendable, Equatable {
  /// The first place of each case, and behind them the number of all places.
  private let starts: [Int]

  /// The layout of cases with so many pictures.
  package init(counts: [Int]) {
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + max(1, count)) }
    self.starts = starts
  }

  /// The number of cases.
  package var cases: Int { starts.count - 1 }
  /// The number of places.
  package var count: Int { starts[starts.count - 1] }
  /// Whether no case has several pictures.
  package var isPlain: Bool { count == cases }

  /// The places of a case.
  package subscript(index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// The case of each place.
  package var owners: [Int] {
    (0..<cases).flatMap { [Int](repeating: $0, count: self[$0].count) }
  }

  /// The layout of some of the cases, in the given order.
  package func keeping(_ indices: [Int]) -> PictureLayout {
    PictureLayout(counts: indices.map { self[$0].count })
  }
}

extension CaseSet {
  /// Where the pictures of its cases lie among all of them.
  package var pictureLayout: PictureLayout { PictureLayout(counts: cases.map(\.images.count)) }

  /// All pictures, in the order of `pictureLayout`; nil for a case without one.
  package var pictures: [CaseImage?] {
    cases.flatMap { item in item.images.isEmpty ? [nil] : item.images.map(Optional.some) }
  }

  /// The paths of all pictures, in the order of `pictureLayout`; nil for a case without one.
  package var picturePaths: [String?] { pictures.map { $0?.path } }

  /// The same set with what was found out about its pictures, in the order of `pictureLayout`.
  package func with(pictures: [CasePicture?]) -> CaseSet {
    let layout = pictureLayout
    precondition(pictures.count == layout.count, "\(pictures.count) pictures of \(layout.count)")
    return with(
      cases: cases.enumerated().map { index, item in
        var item = item
        for (place, picture) in zip(item.images.indices, layout[index]) {
          item.images[place].picture = pictures[picture]
        }
        return item
      }, leftOut: leftOut)
  }
}
