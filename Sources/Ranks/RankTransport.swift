/// How the processes of one training, its ranks, send each other bytes.
///
/// Every rank makes the same calls in the same order, one at a time; each returns when this rank's part is done.
package protocol RankTransport: AnyObject, Sendable {
  /// The number of this process, 0..<count.
  var rank: Int { get }
  /// How many processes there are.
  var count: Int { get }

  /// Sends a piece of `source` to every rank, and receives one from each; pieces lie one after another in the order
  /// of the ranks, their sizes are in bytes.
  func allToAll(
    _ source: UnsafeRawBufferPointer, _ sent: [Int], _ target: UnsafeMutableRawBufferPointer,
    _ received: [Int])

  /// Sends `source` to every rank, and receives from each as many bytes as `received` says, one after another.
  func allGather(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ received: [Int])

  /// Ends all ranks, this one, too.
  func abort(status: Int32) -> Never

  /// Says goodbye, once every rank does.
  func finish()
}
