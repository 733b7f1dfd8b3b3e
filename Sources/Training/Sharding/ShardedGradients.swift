import EncoderKit
import Foundation
import Ranks
import Tensors

/// The gradients of one batch, added up over its shards in the order of a `ShardTree`.
///
/// A shard's gradients are added as soon as they are known. Those of this process's last shard go to the other ranks
/// in buckets, while the backward pass goes on behind them (Li et al. 2020, "PyTorch Distributed",
/// https://arxiv.org/abs/2006.15704).
final class ShardedGradients {
  private let parameters: [Parameter]
  private let tree: ShardTree
  private let owned: Range<Int>
  private let ranks: RankGroup?
  /// Whether nothing is sent before the end of the backward pass: which parameters a rank's cases have read decides when
  /// a bucket is full, and other messages of the pass must meet the same ones on all ranks.
  private let sendsLast: Bool
  /// The sums so far, of each parameter; nil where no gradient has arrived.
  private var sums: [[Tensor?]]
  private var isDone: [Bool]
  private let places: [ObjectIdentifier: Int]
  /// The first parameter that was not sent yet.
  private var sent = 0
  private let arrived = Arrived()

  /// The sums that came back from the ranks, by the places of their parameters.
  private final class Arrived: @unchecked Sendable {
    private let lock = NSLock()
    private var gradients: [Int: Tensor] = [:]

    func add(_ gradient: Tensor, at place: Int) { lock.withLock { gradients[place] = gradient } }

    func take() -> [Int: Tensor] {
      lock.withLock {
        defer { gradients = [:] }
        return gradients
      }
    }
  }

  /// Gradients of parameters that may change, over the shards of one batch.
  init(_ parameters: [Parameter], _ tree: ShardTree, ranks: RankGroup?, sendsLast: Bool) {
    self.sendsLast = sendsLast
    // About the order in which gradients become known: the last layers' first.
    self.parameters = parameters.filter(\.isTrainable).reversed()
    self.tree = tree
    self.ranks = ranks
    owned = tree.shards(of: ranks?.rank ?? 0, ranks: ranks?.count ?? 1)
    sums = Array(repeating: [], count: self.parameters.count)
    isDone = Array(repeating: false, count: self.parameters.count)
    places = Dictionary(
      uniqueKeysWithValues: self.parameters.enumerated().map { (ObjectIdentifier($1.node), $0) })
  }

  /// Sends a shard's gradient back and takes what its parameters have got; `share` is what the shard's loss weighs in
  /// that of the batch.
  ///
  /// What is no shard counts for nothing, but takes part in the messages of the pass.
  func backward(_ tape: Tape, from loss: Tensor, shard: Int?, share: Float) {
    let isLast = shard.map { $0 == owned.upperBound - 1 } ?? true
    isDone = Array(repeating: false, count: parameters.count)
    let gradient = Tensor([share], shape: [1])
    tape.backward(from: loss, gradient: gradient) { [self] node in
      guard let place = places[ObjectIdentifier(node)], !isDone[place] else { return }
      take(place, shard)
      if isLast, !sendsLast { sendWhatIsDone() }
    }
    // What was not read in this pass, or read beside the tape.
    for place in parameters.indices where !isDone[place] { take(place, shard) }
    if isLast { sendWhatIsDone() }
  }

  /// Gives each parameter the gradient of the whole batch, for an optimiser to take.
  func finish() {
    guard let ranks else {
      for (parameter, sums) in zip(parameters, sums) {
        if let sum = sums.first ?? nil { parameter.node.accumulate(sum) }
      }
      return
    }
    // A rank without a shard has sent nothing yet.
    isDone = Array(repeating: true, count: parameters.count)
    sendWhatIsDone()
    ranks.wait()
    for (place, gradient) in arrived.take() { parameters[place].node.accumulate(gradient) }
  }

  private func take(_ place: Int, _ shard: Int?) {
    isDone[place] = true
    let gradient = parameters[place].node.take()
    guard let shard else { return }
    // Here, not on the queue of the ranks: kernels are called from one thread only.
    gradient?.materialize()
    sums[place].append(gradient)
    for _ in 0..<tree.additions(after: shard, of: owned) {
      let right = sums[place].removeLast()
      let left = sums[place].removeLast()
      guard let left, let right else {
        sums[place].append(left ?? right)
        continue
      }
      let node = GradientNode()
      node.accumulate(left)
      node.accumulate(right)
      sums[place].append(node.take())
    }
  }

  /// Hands buckets over whose gradients are all known.
  ///
  /// Which parameters make a bucket depends on their sizes alone: every rank makes the same ones.
  private func sendWhatIsDone() {
    guard let ranks else { return }
    while sent < parameters.count {
      var (end, size) = (sent, 0)
      while end < parameters.count, size < ranks.bucketFloats {
        size += parameters[end].value.count
        end += 1
      }
      guard isDone[sent..<end].allSatisfy(\.self) else { return }
      send(sent..<end, size, ranks)
      sent = end
    }
  }

  private func send(_ bucket: Range<Int>, _ size: Int, _ ranks: RankGroup) {
    // Behind the gradients of all parameters a float for each, that tells whether it has one.
    let width = size + bucket.count
    let parts = tree.parts(of: owned).indices.map { part in
      bucket.map { place -> Tensor? in
        defer { sums[place][part] = nil }
        return sums[place][part]
      }
    }
    let shapes = bucket.map { parameters[$0].value.shape }
    let counts = bucket.map { parameters[$0].value.count }
    // Read on the queue of the ranks alone, while nothing else holds them.
    nonisolated(unsafe) let gradients = parts
    ranks.sum(of: tree, width: width, halved: ranks.halvesGradients) { part, values in
      var start = 0
      for (index, gradient) in gradients[part].enumerated() {
        let range = start..<start + counts[index]
        let target = UnsafeMutableBufferPointer(rebasing: values[range])
        if let gradient {
          gradient.withFloats { _ = target.update(from: $0) }
        } else {
          // Minus zero: added to a number it leaves that as it is.
          target.update(repeating: -0.0)
        }
        values[size + index] = gradient == nil ? 0 : 1
        start = range.upperBound
      }
    } then: { [arrived] sum in
      var start = 0
      for (index, place) in bucket.enumerated() {
        let range = start..<start + counts[index]
        start = range.upperBound
        let source = UnsafeBufferPointer(rebasing: sum[range]).baseAddress
        guard sum[size + index] > 0, let source else { continue }
        let gradient = Tensor(uninitialized: shapes[index])
        withElements(gradient.writable) { $0.update(from: source, count: range.count) }
        arrived.add(gradient, at: place)
      }
    }
  }
}
