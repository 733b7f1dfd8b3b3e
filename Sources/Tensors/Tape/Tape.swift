import CKernels

/// Where the gradient with respect to one tensor adds up.
package final class GradientNode {
  package internal(set) var gradient: Tensor?
  /// Whether only the sum of the gradient over the first axis is wanted: a linear step may then add up first and run once.
  package let wantsSum: Bool
  /// What arrived as such a sum, with a first axis of 1; the rest is in `gradient`.
  package private(set) var summed: Tensor?

  package init(wantsSum: Bool = false) { self.wantsSum = wantsSum }

  /// Adds what a step that is linear in its gradient, and the same for each row of the first axis, makes of it: row by
  /// row, or of the sum over them where that is all that is wanted.
  func accumulate(linear step: (Tensor) -> Tensor, of dy: Tensor) {
    guard wantsSum, dy.shape[0] > 1 else { return accumulate(step(dy)) }
    let rows = dy.shape[0]
    let size = dy.count / rows
    let total = Tensor(repeating: 0, shape: [1] + dy.shape.dropFirst())
    withElements(dy, total.writable) { dy, total in
      for row in 0..<rows { ez_accumulate(dy + row * size, total, size) }
    }
    let contribution = step(total)
    if let summed {
      withElements(contribution, summed.writable) { ez_accumulate($0, $1, contribution.count) }
    } else {
      summed = contribution.detached
    }
  }

  /// Adds a contribution; in place where nobody else holds the sum.
  package func accumulate(_ contribution: Tensor) {
    guard let shape = gradient?.shape else {
      gradient = contribution.detached
      return
    }
    requireShapes(
      shape.reduce(1, *) == contribution.count,
      "gradient: \(contribution.shape) can't be added to \(shape)")
    accumulate(shape: shape) { sum, _ in
      withElements(contribution) { ez_accumulate($0, sum, contribution.count) }
    }
  }

  /// A buffer that kernels add to: the sum so far when it is nobody else's, else a fresh one.
  ///
  /// `body` gets the floats and whether to add (false: overwrite).
  func accumulate(shape: [Int], _ body: (UnsafeMutablePointer<Float>, Bool) -> Void) {
    let (sum, adds) = buffer(shape: shape)
    withElements(sum.writable) { body($0, adds) }
  }

  /// The same as a tensor, to be written to before anything else happens to this node.
  func buffer(shape: [Int]) -> (sum: Tensor, adds: Bool) {
    guard var content = gradient?.content else {
      let fresh = Tensor(uninitialized: shape)
      gradient = fresh
      return (fresh, false)
    }
    _ = content.materialized()
    gradient = nil
    if !TensorContent.isAlone(&content) {
      content = TensorContent(content.materialized().copied())
    }
    let sum = Tensor(content: content, shape: shape)
    gradient = sum
    return (sum, true)
  }

  /// Adds the sums over rows of `width`.
  func accumulateColumnSums(_ contribution: Tensor, width: Int) {
    accumulate(shape: [width]) { sum, adds in
      withElements(contribution) { values in
        ez_column_sums(values, contribution.count / max(width, 1), width, sum, adds ? 1 : 0)
      }
    }
  }

  /// The gradient, which is forgotten here.
  package func take() -> Tensor? {
    defer { gradient = nil }
    return gradient
  }
}

/// What was computed, in order, so that gradients can flow back.
package final class Tape {
  private struct Entry {
    let node: GradientNode
    let operation: StaticString
    let backward: (Tensor) -> Void
  }
  private var entries: [Entry] = []
  /// The nodes that parameters' gradients add up in, and how much was recorded when each was first read.
  private var reads: [(node: GradientNode, position: Int)] = []
  private var known: Set<ObjectIdentifier> = []

  package init() {}

  /// Notes that what is recorded from here on may add to a parameter's gradient.
  func noteRead(_ node: GradientNode) {
    if known.insert(ObjectIdentifier(node)).inserted { reads.append((node, entries.count)) }
  }

  func record(
    _ node: GradientNode, _ operation: StaticString, _ backward: @escaping (Tensor) -> Void
  ) {
    entries.append(Entry(node: node, operation: operation, backward: backward))
  }

  /// Sends a gradient back from `output` to every parameter and input that wants one.
  ///
  /// Each step's saved tensors and gradient are released as soon as it is done. `finished` is told of each
  /// parameter's node as soon as nothing more will be added to it.
  package func backward(
    from output: Tensor, gradient: Tensor, finished: ((GradientNode) -> Void)? = nil
  ) {
    requireShapes(
      output.count == gradient.count,
      "gradient: \(gradient.shape) for an output \(output.shape)")
    output.node?.accumulate(gradient)
    while let entry = entries.popLast() {
      if let gradient = entry.node.take() {
        entry.backward(gradient)
        Profile.lap("gradient of \(entry.operation.firstName)")
      }
      guard let finished else { continue }
      // Positions rise: the last that was read is done first.
      while let last = reads.last, last.position >= entries.count {
        reads.removeLast()
        finished(last.node)
      }
    }
  }
}
