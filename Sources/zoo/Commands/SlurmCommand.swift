import Basics
import EncoderZoo
import Foundation
import Studies
import Training

extension ZooCommand {
  static let slurm = Command(
    name: "slurm", summary: "Make a comparison on a Slurm cluster.",
    discussion:
      "The run's folder, the data, the weights and the program must be seen by every node under the same "
      + "paths. docs/cluster.md has the same for other engines.",
    subcommands: [slurmSubmit, slurmStatus, slurmCancel])

  private static let slurmSubmit = Command(
    name: "submit", summary: "Plan a comparison and hand it to Slurm; returns at once.",
    discussion:
      "Submits an array of workers, each of which makes cells until others have all that are left, and a job "
      + "that makes tables and report once all have ended. A worker whose time is over gives its cell "
      + "back and queues again; the cell goes on where it was.",
    examples: [
      (
        "zoo slurm submit study.json --output /shared/run --tasks 16 --time 04:00:00 --threads 4",
        "sixteen workers of four threads"
      )
    ],
    options: studyOptions + [
      .flag("resume", "Go on with the run in --output."), trials, tensorboard,
      .value("tasks", "N", "Workers at most; else 8."),
      .value("time", "TIME", "Of a worker, as sbatch reads it."),
      .value("partition", "NAME", "Where they run."),
      .value("account", "NAME", "Who pays."),
      .value("memory", "SIZE", "Of a worker, as sbatch --mem reads it."),
      .value(
        "sbatch", "OPTION", isRepeatable: true,
        "Another option of sbatch, such as --constraint=avx512."),
    ],
    arguments: [Argument("STUDY.json", "The study's specification.")]
  ) { arguments in
    let zoo = try zoo(arguments, precision: arguments.optionalString(precision.name))
    let path = arguments.argument("STUDY.json")
    let count = try trialCount(arguments)
    let study = try withTrials(count, zoo.specification(study(path, arguments)))
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    let progress = progress(arguments)
    try tellExportability(study, zoo.registry, zoo.makeKernels(), progress)
    var run = try zoo.studyRun(
      study, folder: output, reporter: progress,
      command: "zoo compare \(path) --output \(output)\(addition(count))")
    run.writesEvents = arguments.flag(tensorboard.name)
    try run.plan(resumes: arguments.flag("resume"), skipsBad: arguments.flag("skip-bad"))
    let plan = try StudyPlan(run: output)
    var options = SlurmJobs.Options()
    options.tasks = try arguments.integer("tasks", in: 1...10_000) ?? options.tasks
    options.time = arguments.optionalString("time")
    options.partition = arguments.optionalString("partition")
    options.account = arguments.optionalString("account")
    options.memory = arguments.optionalString("memory")
    options.others = arguments.values("sbatch")
    let folder = URL(fileURLWithPath: output).standardizedFileURL.path
    if let kind = LocalDisk.kind(of: folder) {
      progress.line(
        "\(folder) lies on \(kind), as a rule one machine's own: every node must see it under this path"
      )
    }
    let slurm = SlurmJobs(
      run: folder, plan: plan, name: study.name, program: programPath(), options: options)
    let jobs = try slurm.submit()
    print(
      "submitted: \(plan.cells.count) cells as job \(jobs.cells) (workers: \(slurm.workers), each with"
        + " \(plan.threads == 1 ? "1 thread" : "\(plan.threads) threads")), tables and report as job \(jobs.merge);"
        + " zoo slurm status \(output) tells how far they are")
  }

  private static let slurmStatus = Command(
    name: "status", summary: "Tell how far a comparison's jobs are.",
    examples: [("zoo slurm status /shared/run", "cells by state, and the jobs")],
    arguments: [Argument("RUN", "The run's folder.")]
  ) { arguments in
    let folder = arguments.argument("RUN")
    let states = try CellState.all(of: StudyPlan(run: folder), run: folder).map(\.state)
    let running = states.count { if case .running = $0 { true } else { false } }
    print(
      "cells: \(states.count { $0 == .finished }) of \(states.count) finished, \(running) running,"
        + " \(states.count { $0 == .free }) free, \(states.count { $0 == .waiting }) waiting for others"
    )
    let jobs = try SlurmJobs.queued(SlurmJobs.Submitted(run: folder))
    print(jobs.isEmpty ? "no job waits or runs" : jobs.joined(separator: "\n"))
  }

  private static let slurmCancel = Command(
    name: "cancel", summary: "Take a comparison's jobs back; finished cells stay.",
    examples: [("zoo slurm cancel /shared/run", "the jobs of that run")],
    arguments: [Argument("RUN", "The run's folder.")]
  ) { arguments in
    let folder = arguments.argument("RUN")
    let jobs = try SlurmJobs.Submitted(run: folder)
    try SlurmJobs.cancel(jobs, run: folder)
    print("cancelled: jobs \(jobs.cells) and \(jobs.merge); finished cells stay in \(folder)")
  }
}
