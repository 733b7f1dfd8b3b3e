import Basics
import Exchange
import Foundation
import Studies
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
      .flag("resume", "Go on with the training in --output."), sendGradients,
      .value(
        "batch-factor", "N",
        "Take batches and learning rates N times as large, with a warm-up of at least five epochs or half of all."
      ),
    ],
    arguments: [Argument("SPEC.json", "The pre-training's specification.")]
  ) { arguments in
    try inSession(arguments, halvesGradients: halvesGradients(arguments)) { session, isFirst in
      let specification = try PretrainingSpecification(
        path: arguments.argument("SPEC.json"), registry: session.registry,
        dataFolder: arguments.optionalString("data"))
      let output = try arguments.string("output")
      if isFirst {
        try OutputPlace.checkWritable(output)
        try tellExportability(specification, session)
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
}
