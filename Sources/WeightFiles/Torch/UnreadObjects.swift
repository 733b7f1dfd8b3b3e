/// Finds what a file holds as objects of Python's classes, which nobody looks into.
struct UnreadObjects {
  /// How many classes are named for one key.
  private static let maximumClassCount = 8

  let heap: PickleHeap
  /// Nodes that were seen: what two keys share is said under the first.
  private var seen: [Bool]

  init(heap: PickleHeap) {
    self.heap = heap
    seen = [Bool](repeating: false, count: heap.nodes.count)
  }

  /// The classes of the objects in a value and the tensors inside them; nil where it holds no object.
  mutating func inside(_ value: PickleValue) -> (classNames: [String], tensorCount: Int)? {
    var classNames: [String] = []
    var tensorCount = 0
    // Nodes to look at; those inside an object by their complement.
    var pending: [Int] = []
    func wait(_ value: PickleValue?, _ isInside: Bool) {
      if case .node(let index)? = value, !seen[index] { pending.append(isInside ? ~index : index) }
    }
    wait(value, false)
    while let next = pending.popLast() {
      let (index, isInside) = (next < 0 ? ~next : next, next < 0)
      guard !seen[index] else { continue }
      seen[index] = true
      switch heap.nodes[index] {
      case .object(let object):
        if classNames.count < Self.maximumClassCount, !classNames.contains(object.className) {
          classNames.append(object.className)
        }
        wait(object.state, true)
        wait(object.arguments, true)
        for item in object.items { wait(item, true) }
      case .list(let items), .tuple(let items), .set(let items):
        for item in items { wait(item, isInside) }
      case .dictionary(let dictionary):
        for item in dictionary.items {
          wait(item.key, isInside)
          wait(item.value, isInside)
        }
      case .tensor: if isInside { tensorCount += 1 }
      default: break
      }
    }
    return classNames.isEmpty ? nil : (classNames, tensorCount)
  }
}
