import Basics
import Foundation
import Studies

extension ZooCommand {
  static let runsWatch = Command(
    name: "watch",
    summary: "Follow a comparison that runs elsewhere, until its cells are finished.",
    discussion:
      "Looks at the run's folder once a second, from any machine that shares it: each cell as it is finished, the "
      + "number of cells that are being made, and the time left, by what cells of each combination took. It changes "
      + "nothing. With --once it tells how far the run is and ends.",
    examples: [("zoo runs watch run", "until all cells are finished")],
    options: [.flag("once", "Tell how far it is, and end.")],
    arguments: [runArgument]
  ) { arguments in
    let folder = try folder(arguments.argument("RUN"))
    let plan = try StudyPlan(run: folder)
    var watch = try CellWatch(plan, run: folder)
    func running() throws -> Int {
      try CellState.all(of: plan, run: folder).count { item in
        if case .running = item.state { true } else { false }
      }
    }
    func summary() throws -> String {
      "\(watch.done) of \(plan.cells.count) cells are finished, \(try running()) are being made"
    }
    if arguments.flag("once") || watch.left == 0 {
      print(try summary())
      return
    }
    let progress = progress(arguments)
    progress.line(try summary())
    try watch.learn()
    progress.begin("cells", total: watch.left)
    progress.expect(secondsLeft: watch.secondsLeft(workers: try running()))
    while watch.left > 0 {
      try Interruption.check()
      let (lines, workers) = (try watch.finished(), try running())
      for line in lines {
        progress.line(line)
        progress.advance()
      }
      if !lines.isEmpty { progress.expect(secondsLeft: watch.secondsLeft(workers: workers)) }
      progress.advance(by: 0, note: "\(workers) being made")
      sleep(1)
    }
    progress.end()
    print(try summary())
  }
}
