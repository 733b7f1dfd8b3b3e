import Basics
import ExternalEvaluation
import Foundation
import Studies
import Tensors
import Training

extension ZooCommand {
  private static let lease = Option.value(
    "lease", "SECONDS",
    "After how long a cell that a process does not answer for is given to another; else 120.")

  static let cell = Command(
    name: "cell",
    summary: "Make cells of a planned comparison, beside any number of other processes.",
    discussion:
      "A cell is one combination on one split. RUN is a folder that compare began, with --plan or without; "
      + "every machine that shares it may make cells at once, each is made once. A multimodal cell starts "
      + "from its encoders' models: they are made first, or waited for. A process that is stopped or lost "
      + "gives its cell back. zoo merge then makes tables and report.",
    examples: [
      ("zoo cell run --list", "number, name, needs and state of every cell"),
      ("zoo cell run r1f1/resnet", "one cell"), ("zoo cell run 7", "the seventh"),
      ("zoo cell run --all", "whatever is left"),
    ],
    options: [
      .flag("list", "Print every cell: number, state, name, what it needs, with tabs between."),
      .flag("next", "Make the first cell that nobody has."),
      .flag("free", "Make cells until others have all that are left."),
      .flag("all", "Make cells until all are finished; wait for those of others."), lease,
    ],
    arguments: [
      Argument("RUN", "The run's folder."),
      Argument("CELL", "A cell's name or number.", isOptional: true),
    ]
  ) { arguments in
    let folder = arguments.argument("RUN")
    let lease = try arguments.number("lease", in: 1...86_400) ?? CellClaims.usualLease
    let plan = try StudyPlan(run: folder)
    if arguments.flag("list") {
      for (index, item) in try CellState.all(of: plan, run: folder, lease: lease).enumerated() {
        let needs = item.cell.needs.map { "\(item.cell.split)/\($0)" }.joined(separator: ", ")
        print("\(index + 1)\t\(item.state.text)\t\(item.cell.name)\t\(needs)")
      }
      return
    }
    let (run, planned) = try plannedRun(folder, arguments)
    print(try CellRun(run: run, plan: planned, lease: lease).make(choice(arguments)))
  }

  /// Which cells a command line asks for.
  private static func choice(_ arguments: ParsedArguments) throws -> CellRun.Choice {
    let name = arguments.optionalArgument("CELL")
    let flags: [(name: String, choice: CellRun.Choice)] = [
      ("next", .next), ("free", .free), ("all", .all),
    ]
    let asked =
      flags.filter { arguments.flag($0.name) }.map(\.choice) + (name.map { [.one($0)] } ?? [])
    guard let choice = asked.first, asked.count == 1 else {
      throw ZooError(
        .usage, "expected one of CELL, --next, --free, --all or --list",
        advice: "zoo cell RUN --list names the cells")
    }
    return choice
  }

  static let merge = Command(
    name: "merge", summary: "Make tables and report of a comparison's cells.",
    discussion:
      "Writes what compare writes at its end. Where cells are missing, tables and report say which.",
    examples: [("zoo merge run", "results.csv, epochs.csv, report.html")],
    arguments: [Argument("RUN", "The run's folder.")]
  ) { arguments in
    let (run, plan) = try plannedRun(arguments.argument("RUN"), arguments)
    let lines = try run.merged(skipsBad: plan.skipsBad)
    addToIndex(run.folder)
    print(lines.joined(separator: "\n"))
  }

  /// A planned run, by the kernels and threads of its plan where the command line names no others; the process works in
  /// the plan's folder from then on.
  private static func plannedRun(_ folder: String, _ arguments: ParsedArguments) throws -> (
    StudyRun, StudyPlan
  ) {
    // The process may start itself anew here: before it works elsewhere.
    let plan = try StudyPlan(run: folder)
    Compute.settleLibraries(
      reproducibly: arguments.flag("reproducible") || plan.isReproducible)
    let kernels = try kernels(arguments, plan: plan)
    let place = URL(fileURLWithPath: folder).standardizedFileURL.path
    guard FileManager.default.changeCurrentDirectoryPath(plan.workingFolder) else {
      throw ZooError(
        .notFound, "the run was planned in a folder that is not on this machine",
        at: Place(path: plan.workingFolder),
        advice: "share it among the machines, under the same path, with the data and weights")
    }
    let session = Session(registry: try registry(), kernels: kernels, progress: progress(arguments))
    let study = try plan.study(run: place, registry: session.registry)
    return (
      StudyRun(
        study: study, folder: place, session: session, command: plan.command,
        evaluator: StudyEvaluator()), plan
    )
  }
}
