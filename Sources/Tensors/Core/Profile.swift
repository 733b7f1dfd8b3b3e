import Foundation
import Synchronization

/// Where the time of a run goes, operation by operation: what `--profile` prints.
///
/// A stopwatch, not a tree: `lap` gives the time since the last lap to an operation. Operations run one
/// after the other on the thread that started the watch (the laps of others are not taken) and end
/// with a lap of their own, so the laps add up to the whole. Off, a lap costs one read of a flag.
package enum Profile {
  /// What one operation took.
  package struct Row: Sendable, Equatable {
    /// The operation with its shape, such as `Winograd 3×3 128→32, 56×56`.
    package let operation: String
    /// How often it ran.
    package var calls = 0
    /// The seconds of all calls.
    package var seconds = 0.0
    /// Multiplications and additions of the definition, where they are known; else 0.
    package var operations = 0.0
  }

  private struct Watch: Sendable {
    let thread = pthread_self()
    var rows: [String: Row] = [:]
    var last = ContinuousClock.now
  }

  private static let isOn = Atomic(false)
  private static let watch = Mutex<Watch?>(nil)

  /// Begins to measure, from nothing.
  package static func start() {
    watch.withLock { $0 = Watch() }
    isOn.store(true, ordering: .relaxed)
  }

  /// Ends measuring.
  ///
  /// - Returns: the rows, the longest first; nil where nothing was measured.
  package static func stop() -> [Row]? {
    isOn.store(false, ordering: .relaxed)
    return watch.withLock { watch in
      defer { watch = nil }
      return watch?.rows.values.sorted { ($1.seconds, $0.operation) < ($0.seconds, $1.operation) }
    }
  }

  /// Gives the time since the last lap to an operation.
  package static func lap(
    _ operation: @autoclosure () -> String, operations: @autoclosure () -> Double = 0
  ) {
    guard isOn.load(ordering: .relaxed) else { return }
    let (name, now) = (operation(), ContinuousClock.now)
    let count = operations()
    watch.withLock { watch in
      guard let last = watch?.last, watch?.thread == pthread_self() else { return }
      watch?.rows[name, default: Row(operation: name)].add((now - last) / .seconds(1), count)
      watch?.last = now
    }
  }

  /// Gives what lies between two operations to no one of them.
  package static func lapBetween() { lap("between operations") }

  /// A lap of a convolution or one of its gradients, by the way it ran.
  static func lap(_ way: String, input: [Int], channels: Int, _ window: Window) {
    lap(
      name(way, input, channels, window),
      operations: window.operations(input, channels: channels))
  }

  private static func name(_ way: String, _ input: [Int], _ channels: Int, _ window: Window)
    -> String
  {
    let stride =
      (window.stride == 1 ? "" : ", stride \(window.stride)")
      + (window.dilation == 1 ? "" : ", dilation \(window.dilation)")
    return "\(way) \(window.height)×\(window.width) \(input[3])→\(channels), "
      + "\(input[1])×\(input[2])\(stride)"
  }
}

extension Profile.Row {
  fileprivate mutating func add(_ seconds: Double, _ operations: Double) {
    calls += 1
    self.seconds += seconds
    self.operations += operations
  }
}
