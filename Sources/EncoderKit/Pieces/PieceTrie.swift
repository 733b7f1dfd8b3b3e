/// Pieces of a vocabulary by their characters, for the longest piece that a text begins with.
///
/// Characters are compared as they are written: two spellings of one accent differ.
struct PieceTrie: Sendable, Equatable {
  private struct Step: Hashable {
    let node: Int32
    let scalar: UInt32
  }

  private var steps: [Step: Int32] = [:]
  /// The piece that ends at each node; −1 for none.
  private var ids: [Int32] = [-1]

  /// Where every piece begins.
  static let root: Int32 = 0

  /// The pieces by their ids; of one that stands twice the last counts, as in a dictionary of Python.
  init(_ pieces: [String]) {
    steps.reserveCapacity(pieces.count * 3)
    for (id, piece) in pieces.enumerated() {
      var node = PieceTrie.root
      for scalar in piece.unicodeScalars {
        let step = Step(node: node, scalar: scalar.value)
        if let next = steps[step] {
          node = next
        } else {
          let next = Int32(ids.count)
          steps[step] = next
          ids.append(-1)
          node = next
        }
      }
      ids[Int(node)] = Int32(id)
    }
  }

  /// The node behind one more character; nil where no piece goes on so.
  func next(_ node: Int32, _ scalar: Unicode.Scalar) -> Int32? {
    steps[Step(node: node, scalar: scalar.value)]
  }

  /// The node behind some characters; nil where no piece begins with them.
  func node(of text: String) -> Int32? {
    var node = PieceTrie.root
    for scalar in text.unicodeScalars {
      guard let next = next(node, scalar) else { return nil }
      node = next
    }
    return node
  }

  /// The id of a piece; nil where it is none.
  func id(of piece: String) -> Int32? { node(of: piece).flatMap { id(at: $0) } }

  /// The piece that ends at a node; nil where none does.
  func id(at node: Int32) -> Int32? { ids[Int(node)] < 0 ? nil : ids[Int(node)] }
}
