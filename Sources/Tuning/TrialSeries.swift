import Basics
import Foundation

/// How much may be spent on a search.
package enum TrialBudget: Sendable, Equatable {
  /// So many trials, those that end early included.
  case trials(Int)
  /// Until the trials have taken so many seconds; the one that passes the limit runs to its end.
  case seconds(Double)
}

/// What a trial that runs is told and may ask.
package final class TrialWatch {
  /// Thrown where successive halving ends the trial.
  package struct Stopped: Error {
    let rung: String
  }

  private let halving: SuccessiveHalving?
  private let earlier: [Trial]
  private let isFirst: Bool
  private var (pass, lastEpoch) = (1, 0)
  private(set) var rungs: [String: Double] = [:]
  /// The seconds that the trial had taken in processes before, where it goes on.
  package var secondsBefore = 0.0
  /// The trial's, from 1 on.
  package var number: Int { earlier.count + 1 }

  init(_ halving: SuccessiveHalving?, earlier: [Trial]) {
    self.halving = halving
    self.earlier = earlier
    isFirst = earlier.isEmpty
  }

  /// Takes the loss after an epoch; epochs that begin anew are those of the next training, as in folds.
  ///
  /// - Throws: `Stopped` where the trial is among the worse ones.
  package func see(epoch: Int, loss: Double) throws {
    guard let halving else { return }
    if epoch <= lastEpoch { pass += 1 }
    lastEpoch = epoch
    guard halving.isRung(epoch) else { return }
    let rung = "\(pass).\(epoch)"
    rungs[rung] = loss
    // The specification's own settings are what all others are held against.
    guard !isFirst, halving.stops(loss, earlier: earlier.compactMap { $0.rungs[rung] }) else {
      return
    }
    throw Stopped(rung: rung)
  }
}

/// The trials of one search, each kept in a file of its own, so that a search goes on where it stopped.
///
/// The first trial has the specification's own settings. What the others have depends on those before them alone: a
/// search of more trials begins with the same ones.
package struct TrialSeries {
  /// Where trials are kept.
  package let folder: String
  package let space: SearchSpace
  /// The specification's own settings of the space.
  package let own: [String: JSONValue]
  package let sampler: TrialSampler
  package let halving: SuccessiveHalving?
  package let budget: TrialBudget
  package let higherIsBetter: Bool
  package let random: RandomStream
  /// All that the trials depend on besides: trials of another one are made anew.
  package let fingerprint: String

  package init(
    folder: String, space: SearchSpace, own: [String: JSONValue], sampler: TrialSampler,
    halving: SuccessiveHalving?, budget: TrialBudget, higherIsBetter: Bool, random: RandomStream,
    fingerprint: String
  ) {
    self.folder = folder
    self.space = space
    self.own = own
    self.sampler = sampler
    self.halving = halving
    self.budget = budget
    self.higherIsBetter = higherIsBetter
    self.random = random
    self.fingerprint = fingerprint
  }

  /// Reads the trials that are there, and runs those that the budget leaves.
  ///
  /// - Parameters:
  ///   - evaluate: runs a trial with settings by their dotted keys, and returns the value to choose by, and what decides
  ///     between equal ones (less is better). A `ZooError` of code `.notFinite` makes it a failed trial.
  ///   - replaced: is told the number of the first trial whose file is there and can't be used.
  ///   - finished: is told of each trial, also of those that were read.
  /// - Throws: what `evaluate` throws; `ZooError` of code `.system` where a file can't be written.
  /// - Returns: the trials in their order.
  package func run(
    evaluate: ([String: JSONValue], TrialWatch) throws -> (value: Double, tieBreaker: Double),
    replaced: (Int) -> Void = { _ in }, finished: ([Trial]) -> Void
  ) throws -> [Trial] {
    var trials: [Trial] = []
    var isReplacing = false
    while !isSpent(trials) {
      let number = trials.count + 1
      if let kept = kept(number) {
        trials.append(kept)
      } else {
        if !isReplacing, FileManager.default.fileExists(atPath: path(number)) {
          isReplacing = true
          replaced(number)
        }
        let trial = try made(number, after: trials, evaluate)
        try AtomicFile.makeFolder(folder)
        try AtomicFile.write(text(of: trial), to: path(number))
        trials.append(trial)
      }
      finished(trials)
    }
    return trials
  }

  private func isSpent(_ trials: [Trial]) -> Bool {
    // Nothing to search over: the specification's own settings alone.
    if space.isEmpty { return !trials.isEmpty }
    switch budget {
    case .trials(let count): return trials.count >= count
    case .seconds(let limit):
      return !trials.isEmpty && trials.reduce(0) { $0 + $1.seconds } >= limit
    }
  }

  private func made(
    _ number: Int, after trials: [Trial],
    _ evaluate: ([String: JSONValue], TrialWatch) throws -> (value: Double, tieBreaker: Double)
  ) throws -> Trial {
    let settings =
      number == 1
      ? [:]
      : sampler.settings(
        number: number, earlier: trials, own: own, in: space, higherIsBetter: higherIsBetter,
        random)
    let watch = TrialWatch(halving, earlier: trials)
    let start = ContinuousClock.now
    let outcome: Trial.Outcome
    do {
      let result = try evaluate(settings, watch)
      outcome = .finished(value: result.value, tieBreaker: result.tieBreaker)
    } catch let stopped as TrialWatch.Stopped {
      outcome = .stopped(rung: stopped.rung)
    } catch let error as ZooError where error.code == .notFinite && number > 1 {
      outcome = .failed(error.message)
    }
    return Trial(
      number: number, settings: settings, outcome: outcome, rungs: watch.rungs,
      seconds: watch.secondsBefore + (ContinuousClock.now - start) / .seconds(1))
  }

  private func path(_ number: Int) -> String {
    "\(folder)/\(String(repeating: "0", count: max(0, 4 - "\(number)".count)))\(number).json"
  }

  private func text(of trial: Trial) -> String {
    guard case .object(let members) = trial.json.content else { return "" }
    return JSONValue(.object(members + [("search", fingerprint.json)])).text() + "\n"
  }

  /// A trial that is there and belongs to this search.
  private func kept(_ number: Int) -> Trial? {
    guard FileManager.default.fileExists(atPath: path(number)),
      var object = try? JSONValue.parse(contentsOf: path(number)).object(),
      (try? object.string("search")) == fingerprint, let trial = try? Trial(&object),
      trial.number == number
    else { return nil }
    return trial
  }
}
