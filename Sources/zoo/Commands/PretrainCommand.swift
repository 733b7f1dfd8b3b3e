import Basics
import Exchange
import Foundation
import Ranks
import Studies
import Tensors
import Training

extension ZooCommand {
  static let pretrain = Command(
    name: "pretrain", summary: "Train an image encoder on many findings, to start others from.",
    discussion:
      "The specification names a table of findings (ChestX-ray14's, or one of your own with a column "
      + "a finding), how it is divided (official lists or folds) and an image encoder. Findings that "
      + "are not known, and by default uncertain ones, count neither in the loss nor in the AUROC. "
      + "The folder it leaves can be named as \"weights\" in a study. A stopped training goes on from "
      + "where it was last kept with --resume and ends with the same numbers. Several processes train one "
      + "model together where zoo launch, mpirun or srun starts them: docs/cluster.md.",
    examples: [
      ("zoo pretrain Examples/pretrain.json --data DATA --output cxr", "train and save"),
      ("zoo pretrain Examples/pretrain.json --data DATA --output cxr --resume", "after a stop"),
    ],
    options: studyOptions + [
      .flag("resume", "Go on with the training in --output."),
      .value(
        "batch-factor", "N",
        "Take batches and learning rates N times as large, with a warm-up of at least five epochs or half of all."
      ),
    ],
    arguments: [Argument("SPEC.json", "The pre-training's specification.")]
  ) { arguments in
    let launcher = try RankLauncher.found()
    // A run goes on with its threads, whatever the number of ranks.
    let begun = try arguments.optionalString("output").flatMap(PretrainingRun.threads(ofRunIn:))
    let kernels = try kernels(
      arguments, precision: arguments.optionalString(precision.name),
      defaultThreads: begun ?? launcher?.threads(processors: Compute.processors))
    try asRank(launcher) { ranks in
      let isFirst = ranks?.isFirst ?? true
      let session = Session(
        registry: try registry(), kernels: kernels,
        progress: isFirst ? progress(arguments) : ProgressReporter { _ in }, ranks: ranks)
      let specification = try PretrainingSpecification(
        path: arguments.argument("SPEC.json"), registry: session.registry,
        dataFolder: arguments.optionalString("data"))
      let output = try arguments.string("output")
      if isFirst {
        try OutputPlace.checkWritable(output)
        try tellExportability(specification, session)
        if let begun, begun != Compute.processors, !arguments.isGiven("threads") {
          session.progress.line(
            "\(begun) \(begun == 1 ? "thread" : "threads") each, as the run was begun with")
        }
      }
      let run = try PretrainingRun(
        specification: specification, folder: output, session: session,
        batchFactor: arguments.integer("batch-factor", in: 1...1024) ?? 1)
      let lines = try run.run(
        resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"))
      if isFirst { print(lines.joined(separator: "\n")) }
    }
  }

  private static func tellExportability(
    _ specification: PretrainingSpecification, _ session: Session
  ) throws {
    var exportability = Exportability(registry: session.registry, kernels: session.kernels)
    let image = specification.image
    if let note = exportability.note(
      image.name, image: image, text: nil, head: try HeadBranch([:], registry: session.registry))
    {
      session.progress.note(note)
    }
  }

  /// Runs `body` as one of several ranks: an error on one of them is told with its number and machine, and ends all.
  private static func asRank(_ launcher: RankLauncher?, _ body: (RankGroup?) throws -> Void) throws
  {
    guard let launcher else { return try body(nil) }
    func tell(_ name: String, _ error: any Error) {
      Program.Output.process.error("zoo: \(name): \(errorSentence(error))\n")
    }
    let ranks: RankGroup
    do { ranks = try RankGroup(launcher) } catch {
      tell("rank \(launcher.rank) on \(ProcessInfo.processInfo.hostName)", error)
      exit(Program.Status.failure)
    }
    // mpirun hands it on; of the others Open MPI's kills two seconds later.
    Interruption.install([SIGUSR1])
    do {
      try body(ranks)
    } catch let error as Interrupted where ranks.stopsTogether {
      // Before the others are gone, when a launcher may end this one.
      if ranks.isFirst { Program.Output.process.error("zoo: \(errorSentence(error))\n") }
      ranks.finish()
      exit(Program.Status.interrupted)
    } catch {
      tell(ranks.name, error)
      ranks.abort(
        status: error is Interrupted ? Program.Status.interrupted : Program.Status.failure)
    }
    ranks.finish()
  }
}
