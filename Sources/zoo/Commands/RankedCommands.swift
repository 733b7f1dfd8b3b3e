import Basics
import Foundation
import Ranks
import Studies
import Tensors
import Training

/// What commands need whose work several processes may share.
extension ZooCommand {
  static let sendGradients = Option.value(
    "send-gradients", default: "single", choices: ["single", "bf16"],
    "How several ranks send each other gradients; bf16 halves the bytes and has three digits.")

  static func halvesGradients(_ arguments: ParsedArguments) -> Bool {
    arguments.optionalString(sendGradients.name) == "bf16"
  }

  /// The commands that zoo launch, mpirun and srun may start as several ranks.
  static let rankedCommands = ["pretrain", "train", "features"]

  /// Runs `body` with what a training needs, as the one process or as one of several ranks, of which the first writes and
  /// speaks.
  static func inSession(
    _ arguments: ParsedArguments, halvesGradients: Bool = false,
    _ body: (Session, _ isFirst: Bool) throws -> Void
  ) throws {
    let launcher = try RankLauncher.found()
    if halvesGradients, launcher == nil {
      throw ZooError(
        .usage, "--\(sendGradients.name) bf16: one process alone sends no gradients",
        advice: "leave it out, or start several by zoo launch")
    }
    // A run goes on with its threads, whatever the number of ranks.
    let begun = try arguments.optionalString("output").flatMap(SharedRun.threads(ofRunIn:))
    let kernels = try kernels(
      arguments, precision: arguments.optionalString(precision.name),
      defaultThreads: begun ?? launcher?.threads(processors: Compute.processors))
    try asRank(launcher, halvesGradients: halvesGradients) { ranks in
      let isFirst = ranks?.isFirst ?? true
      let session = Session(
        registry: try registry(), kernels: kernels,
        progress: isFirst ? progress(arguments) : ProgressReporter { _ in }, ranks: ranks)
      if isFirst, let begun, begun != Compute.processors, !arguments.isGiven("threads") {
        session.progress.line(
          "\(begun) \(begun == 1 ? "thread" : "threads") each, as the run was begun with")
      }
      try body(session, isFirst)
    }
  }

  /// Runs `body` as one of several ranks: an error on one of them is told with its number and machine, and ends all.
  private static func asRank(
    _ launcher: RankLauncher?, halvesGradients: Bool, _ body: (RankGroup?) throws -> Void
  ) throws {
    guard let launcher else { return try body(nil) }
    func tell(_ name: String, _ error: any Error) {
      Program.Output.process.error("zoo: \(name): \(errorSentence(error))\n")
    }
    let ranks: RankGroup
    do { ranks = try RankGroup(launcher, halvesGradients: halvesGradients) } catch {
      tell("rank \(launcher.rank) on \(ProcessInfo.processInfo.hostName)", error)
      exit(Program.Status.failure)
    }
    // mpirun hands it on; of the others Open MPI's kills two seconds later.
    Interruption.install([SIGUSR1])
    let name = ranks.name
    let watch =
      launcher.count > launcher.local
      ? RankWatch.start(ranks) { loss in
        Program.Output.process.error(
          "zoo: \(name): \(loss.sentence)\n  a training goes on with --resume from where it was last kept\n"
        )
        // At once: what MPI would do waits for the other, too.
        _exit(Program.Status.failure)
      } : nil
    if ranks.isFirst, let hosts = watch?.unwatched, !hosts.isEmpty {
      Program.Output.process.error(
        "note: no connection comes from \(hosts.joined(separator: ", ")): whether they vanish is for MPI to see\n"
      )
    }
    do {
      try body(ranks)
    } catch let error as Interrupted where ranks.stopsTogether {
      // Before the others are gone, when a launcher may end this one.
      if ranks.isFirst { Program.Output.process.error("zoo: \(errorSentence(error))\n") }
      ranks.finish()
      watch?.end()
      exit(Program.Status.interrupted)
    } catch {
      tell(ranks.name, error)
      ranks.abort(
        status: error is Interrupted ? Program.Status.interrupted : Program.Status.failure)
    }
    // Others may write for a while yet: they are watched until all are done.
    ranks.finish()
    watch?.end()
  }
}
