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

  /// What is known before a sheet is begun.
  struct Plan {
    let views: Int
    let rows: Int
    /// Numbers of a row.
    let width: Int
    /// How many steps fill all.
    let steps: Int

    /// What all rows take.
    var bytes: Int { views * rows * width * MemoryLayout<Float>.size }
  }

  let plan: Plan
  /// Numbers of a row.
  var width: Int { plan.width }
  /// Steps that are done.
  private(set) var done: Int
  private var target: Target

  /// Empty rows in memory.
  init(_ plan: Plan) {
    self.plan = plan
    done = 0
    target = .memory(
      (0..<plan.views).map { _ in [Float](repeating: 0, count: plan.rows * plan.width) })
  }

  /// The rows of a file, those of a stopped run among them.
  init(_ file: PartialFeatures) {
    plan = file.plan
    done = file.done
    target = .file(file)
  }

  /// A sheet that keeps nothing, after the steps that the one that does has done.
  init(discarding plan: Plan, done: Int) {
    self.plan = plan
    self.done = done
    target = .nowhere
  }

  /// Puts a row into its place.
  ///
  /// - Throws: `ZooError` where its file can't be written.
  func put(_ values: some RandomAccessCollection<Float>, view: Int, row: Int) throws {
    precondition(values.count == width, "a row of \(values.count) numbers; expected \(width)")
    switch target {
    case .memory(var views):
      // Not two of them at once.
      target = .nowhere
      views[view].replaceSubrange(row * width..<(row + 1) * width, with: values)
      target = .memory(views)
    case .file(let file): try file.put(Array(values), view: view, row: row)
    case .nowhere: break
    }
  }

  /// Notes that steps are done, whose rows are put.
  ///
  /// - Throws: as `put`.
  func advance(by steps: Int = 1) throws {
    done += steps
    if case .file(let file) = target { try file.advance(to: done) }
  }

  /// Leaves what is done for a run that comes later.
  func suspend() {
    // Without it fewer steps are done there.
    if case .file(let file) = target { try? file.note() }
  }

  /// The rows of each view; none of a sheet that keeps nothing.
  ///
  /// - Throws: as `put`.
  func finished() throws -> [FeatureRows] {
    precondition(done == plan.steps, "\(done) of \(plan.steps) steps are done")
    let filled = target
    target = .nowhere
    switch filled {
    case .memory(let views): return views.map { FeatureRows($0, width: width) }
    case .file(let file): return try file.finished()
    case .nowhere: return []
    }
  }
}
