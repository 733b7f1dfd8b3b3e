import Basics
import Datasets
import Evaluation
import Foundation
import Training

/// The cells of a comparison in their folders: those that are finished are read, others are run.
///
/// Each is claimed first, since other processes may make cells of the same run.
struct StudyCells {
  let finished: FinishedCells
  let runner: CellRunner
  var claims: CellClaims
  /// Searches for settings first; nil takes those of the specification.
  var tuner: CellTuner?
  /// Whether the scores of each epoch are written for TensorBoard.
  var writesEvents = false
  /// What a person does after a stop.
  var advice = "the same command with --resume goes on"

  /// Microseconds between two looks at cells that others make.
  private static let pause: UInt32 = 500_000
  /// Bytes of a model up to which it is written while the next cell is made: larger ones would take twice the memory.
  private static let behindLimit = 128 << 20

  private var progress: ProgressReporter { runner.context.session.progress }

  /// A cell that is asked for.
  struct Item {
    let combination: Combination
    let split: Split

    var key: String { FinishedCells.key(combination, split) }
  }

  /// What came of the cells that were asked for.
  struct Outcome {
    /// Of the finished ones, in order.
    let files: [CellFile]
    /// How many this process made.
    let made: Int
  }

  /// What came of a try to make a cell.
  private enum Attempt {
    /// It was finished already, by whomever.
    case found(CellFile)
    case made(CellFile)
    /// Somebody else makes it, or what it starts from.
    case others
  }

  /// The scores of every combination on every split, in order; cells that others make are waited for.
  ///
  /// - Throws: as `run`.
  func all(
    _ combinations: [Combination], _ splits: [Split], known: [String: CellFile] = [:]
  ) throws -> [CellFile] {
    let work = splits.flatMap { split in combinations.map { Item(combination: $0, split: split) } }
    return try run(work, known: known).files
  }

  /// Makes cells in their order, those of parts before the multimodal ones that start from them, with the time that is
  /// left told after each.
  ///
  /// - Parameters:
  ///   - work: the cells.
  ///   - known: cells that were seen to be finished, by their keys.
  ///   - limit: how many are made at most; cells of others are not waited for then. Nil makes and awaits all.
  /// - Throws: `ZooError`, or `Interrupted`, which says how many cells are kept.
  /// - Returns: the scores of the finished ones, and how many were made here.
  func run(_ work: [Item], known: [String: CellFile] = [:], limit: Int? = nil) throws -> Outcome {
    var (files, seconds): ([Int: CellFile], [String: [Double]]) = ([:], [:])
    var (pending, made, isWaiting) = (Array(work.indices), 0, false)
    let behind = WriteBehind()
    func outcome() throws -> Outcome {
      try behind.wait()
      return Outcome(files: work.indices.compactMap { files[$0] }, made: made)
    }
    do {
      while !pending.isEmpty {
        let before = files.count
        for index in pending {
          if let limit, made >= limit { return try outcome() }
          let item = work[index]
          let attempt = try attempt(item, known: known[item.key], behind) { own in
            seconds[item.combination.name, default: []].append(own)
            let rest = pending.filter { $0 > index && files[$0] == nil }
            return "cell \(files.count + 1) of \(work.count)"
              + StudyCells.timeLeft(rest.map { work[$0].combination.name }, seconds)
          } begins: {
            guard made == 0, !files.isEmpty else { return }
            progress.line("\(files.count) of the \(work.count) cells are finished already")
          }
          switch attempt {
          case .found(let file):
            for note in file.notes { progress.note(note) }
            files[index] = file
          case .made(let file):
            files[index] = file
            made += 1
          case .others: continue
          }
        }
        pending.removeAll { files[$0] != nil }
        guard files.count == before, !pending.isEmpty else { continue }
        try behind.wait()
        if limit != nil { break }
        if !isWaiting {
          progress.line(
            "the last \(pending.count == 1 ? "cell is" : "\(pending.count) cells are") made by others, or start from"
              + " theirs: waiting for them")
        }
        isWaiting = true
        try Interruption.check()
        usleep(Self.pause)
      }
      return try outcome()
    } catch is Interrupted {
      try behind.wait()
      throw Interrupted(
        "\(files.count) of the \(work.count) cells are kept in \(finished.folder); \(advice)")
    }
  }

  /// Such as ", 3 min 20 s left", from what cells of each combination took; empty at the end.
  static func timeLeft(_ rest: [String], _ seconds: [String: [Double]]) -> String {
    let everything = seconds.values.flatMap { $0 }
    guard !rest.isEmpty, let usual = mean(everything) else { return "" }
    let left = rest.reduce(0) { $0 + (mean(seconds[$1] ?? []) ?? usual) }
    return ", about \(NumberText.duration(left)) left"
  }

  /// Makes a cell if it is not finished, and nobody else is at it.
  private func attempt(
    _ item: Item, known: CellFile?, _ behind: WriteBehind, told: (Double) -> String,
    begins: () -> Void
  ) throws -> Attempt {
    try behind.check()
    try behind.wait(
      for: item.combination.recipe.parts.map { FinishedCells.key($0, item.split.name) })
    if let file = try known ?? finished.file(item.combination, item.split) { return .found(file) }
    for part in item.combination.recipe.parts {
      guard try FinishedCells.isThere(part, split: item.split.name, in: finished.folder) else {
        return .others
      }
    }
    let name = try CellClaims.name(item.combination.name, split: item.split.name)
    guard let claim = try claims.claim(name) else { return .others }
    // Whoever writes behind gives it back.
    var isHandedOn = false
    defer { if !isHandedOn { claim.release() } }
    // Who had it may have finished between the look and the claim.
    if let file = try finished.file(item.combination, item.split, tells: false) {
      return .found(file)
    }
    begins()
    guard let (file, write) = try cell(item.combination, item.split, claim, told: told) else {
      return .others
    }
    guard let write else { return .made(file) }
    isHandedOn = true
    try behind.start(item.key) {
      defer { claim.release() }
      try write()
    }
    return .made(file)
  }

  /// Runs a cell; `told` is given its seconds and says how far the work is.
  ///
  /// What it left is written already, or by the function that comes with it, on whatever thread. Nil where somebody took
  /// it over meanwhile.
  private func cell(
    _ combination: Combination, _ split: Split, _ claim: CellClaim, told: (Double) -> String
  ) throws -> (file: CellFile, write: (@Sendable () throws -> Void)?)? {
    try Interruption.check()
    let start = ContinuousClock.now
    let events =
      try writesEvents
      ? CellEvents(
        combination.name, split: split.name, run: finished.folder,
        task: runner.context.cases.task.kind) : nil
    let place = try finished.place(split, combination.name)
    // The trainings of a search's trials are kept with these.
    let checkpoints = TrainingCheckpoints(folder: place)
    let runner = runner.watched(by: events?.see).keeping(checkpoints)
    let (made, notes) = try progress.keepingNotes { () -> CellTuner.Outcome? in
      guard var tuner else {
        return CellTuner.Outcome(
          try runner.run(combination.recipe, split) {
            "\(try checkedPart(finished.place(split, $0)))/model"
          })
      }
      tuner.runner = runner
      return try tuner.run(combination, split, isHeld: { claim.isHeld }) {
        try checkedPart(finished.place(split, $0))
      }
    }
    guard let made, claim.isHeld else {
      progress.line(StudyCells.takenOver(combination, split))
      return nil
    }
    let outcome = made.outcome
    let file = CellFile(
      combination: combination.name, split: split.name,
      parameterCount: outcome.parameterCount, multiplyAdds: outcome.multiplyAdds,
      seconds: (ContinuousClock.now - start) / .seconds(1) + checkpoints.secondsBefore
        + made.secondsBefore, results: outcome.results,
      epochs: outcome.epochs, notes: notes, tuning: made.tuning)
    let inputs = try finished.inputs(of: combination, split)
    let metric = runner.metric
    let line = String(
      format: "%@ %@: test %@ %.3f (%.0f s); %@", split.name, combination.name, metric.title,
      outcome.value(metric, .test) ?? .nan, file.seconds, told(file.seconds))
    // The models are nobody else's any more.
    nonisolated(unsafe) let (left, log, kept) = (made, events, checkpoints)
    let progress = progress
    let write: @Sendable () throws -> Void = {
      guard claim.isHeld else { return progress.line(StudyCells.takenOver(combination, split)) }
      try StudyCells.write(left, file, inputs, to: place)
      kept.remove()
      try log?.finish(file)
      progress.line(line)
    }
    let models = [outcome.model, made.untuned].compactMap { $0 }
    // What is written without the weights that stay is held against those, which are read and built for it.
    guard models.reduce(0, { $0 + $1.byteCount }) <= Self.behindLimit,
      models.allSatisfy({ $0.image?.lora == nil && $0.text?.lora == nil && !$0.hasFrozenText })
    else {
      try write()
      return (file, nil)
    }
    return (file, write)
  }

  private static func takenOver(_ combination: Combination, _ split: Split) -> String {
    "\(split.name) \(combination.name) was taken over by another process, which had not heard from this one"
  }

  /// Writes what a cell left into its folder, the scores last.
  private static func write(
    _ made: CellTuner.Outcome, _ file: CellFile, _ inputs: [String: String], to place: String
  ) throws {
    try AtomicFile.makeFolder(place)
    var names: [String] = []
    if let model = made.outcome.model {
      try LogitsFile.write(made.outcome.logits, to: place)
      names = [LogitsFile.fileName] + (try model.write(to: "\(place)/model")).map { "model/\($0)" }
    }
    let untuned = CellTuner.untunedName
    try? FileManager.default.removeItem(atPath: "\(place)/\(untuned)")
    if let model = made.untuned {
      names += try model.write(to: "\(place)/\(untuned)").map { "\(untuned)/\($0)" }
    }
    let text = file.text
    // A signal stops the work that goes on, not the files of what is made.
    var digests = try FileDigests(of: names, in: place, inputs: inputs, isInterruptible: false)
    digests.files[FinishedCells.scoresName] = try sha256(of: text)
    try digests.write(to: place)
    try AtomicFile.write(text, to: "\(place)/\(FinishedCells.scoresName)")
  }

  /// The folder of a part's cell, seen to be what it left.
  private func checkedPart(_ place: String) throws -> String {
    try FileDigests.check(folder: place)
    return place
  }
}
