/// Rows of features that are filled in step by step, in memory or in a file.
///
/// Steps are what their maker says, always in the same order; those that a stopped run had done are done already. It
/// belongs to one thread.
final class FeatureSheet {
  private enum Target {
    /// The rows of each view, one after another.
    case memory([[Float]])
    case file(PartialFeatures)
    /// Another rank keeps them.
    case nowhere
  }

  /// Numbers of a row.
  let width: Int
  /// Steps that are done.
  private(set) var done: Int
  private var target: Target

  /// Empty rows in memory.
  init(views: Int, rows: Int, width: Int) {
    self.width = width
    done = 0
    target = .memory((0..<views).map { _ in [Float](repeating: 0, count: rows * width) })
  }

  /// The rows of a file, those of a stopped run among them.
  init(_ file: PartialFeatures) {
    width = file.width
    done = file.done
    target = .file(file)
  }

  /// A sheet that keeps nothing, after the steps that the one that does has done.
  init(discarding width: Int, done: Int) {
    self.width = width
    self.done = done
    target = .nowhere
  }

  /// Puts a row into its place.
  ///
  /// Where the file can't be written, such as on a full disk, all goes on in memory.
  ///
  /// - Throws: `ZooError` where what was written before can't be read then.
  func put(_ values: some RandomAccessCollection<Float>, view: Int, row: Int) throws {
    precondition(values.count == width, "a row of \(values.count) numbers; expected \(width)")
    switch target {
    case .memory(var views):
      // Not two of them at once.
      target = .nowhere
      views[view].replaceSubrange(row * width..<(row + 1) * width, with: values)
      target = .memory(views)
    case .file(let file):
      guard !file.put(Array(values), view: view, row: row) else { return }
      target = .memory(try file.abandon())
      try put(values, view: view, row: row)
    case .nowhere: break
    }
  }

  /// Notes that steps are done, whose rows are put.
  func advance(by steps: Int = 1) {
    done += steps
    if case .file(let file) = target { file.note(done: done) }
  }

  /// Leaves what is done for a run that comes later.
  func suspend() {
    if case .file(let file) = target { file.suspend() }
  }

  /// The rows of each view; none of a sheet that keeps nothing.
  ///
  /// - Throws: as `put`.
  func finished() throws -> [FeatureRows] {
    switch target {
    case .memory(let views):
      target = .nowhere
      return views.map { FeatureRows($0, width: width) }
    case .file(let file):
      target = .nowhere
      return try file.finished() ?? file.abandon().map { FeatureRows($0, width: width) }
    case .nowhere: return []
    }
  }
}
