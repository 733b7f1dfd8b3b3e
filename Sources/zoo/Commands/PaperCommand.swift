import Basics
import EncoderZoo
import Paper
import Studies

extension ZooCommand {
  static let paper = Command(
    name: "paper", summary: "Make the tables and figures of the 2019 study again.",
    discussion:
      "Runs every study of a folder of specifications over the collections in --data, and writes paper.md with its "
      + "figures: the paper's numbers, those made here, and whether what it says holds. Where data or weights are not "
      + "at hand, the stand-ins of stand-ins.json are taken and named. What is finished is kept: the same command "
      + "goes on after a stop.",
    examples: [
      ("zoo paper Examples/paper --data DATA --output paper", "everything"),
      (
        "zoo paper Examples/paper --data DATA --output paper --only text-open-i,transfer",
        "some of it"
      ),
    ],
    options: [
      .value("data", "DIR", isRequired: true, "The folder of the collections."),
      .value("output", "DIR", isRequired: true, "Where everything is written."),
      .value(
        "document", "FILE",
        "Write a copy of the document there, without pictures and reports of patients."),
      .value(
        "only", "NAMES",
        "Studies to run, with commas between: \(PaperStudy.allCases.map(\.rawValue).joined(separator: ", "))."
      ),
      .value("jobs", "N", "Make cells in N processes, each with its share of the processors."),
      precision,
    ],
    arguments: [Argument("FOLDER", "The specifications, such as Examples/paper.")]
  ) { arguments in
    let jobs = try arguments.integer("jobs", in: 1...256) ?? 1
    let zoo = try zoo(
      arguments, precision: arguments.optionalString(precision.name), processes: jobs)
    let wanted = try arguments.optionalString("only").map { names in
      try names.split(separator: ",").map { name in
        guard let study = PaperStudy(rawValue: String(name)) else {
          throw arguments.error(
            "--only names \"\(name)\"; "
              + suggestion(for: String(name), among: PaperStudy.allCases.map(\.rawValue)))
        }
        return study
      }
    }
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    let progress = progress(arguments)
    let run = try PaperRun(
      folder: arguments.argument("FOLDER"), data: arguments.string("data"), output: output,
      zoo: zoo, progress: progress
    ) { run, resumes in
      if jobs == 1 {
        _ = try run.run(resumes: resumes, skipsBad: false)
      } else {
        _ = try run.run(resumes: resumes, skipsBad: false) { plan in
          try LocalJobs(folder: run.folder, count: jobs, progress: progress).run(plan)
        }
      }
      addToIndex(run.folder)
    }
    print(
      try run.run(wanted ?? PaperStudy.allCases, document: arguments.optionalString("document"))
        .joined(separator: "\n"))
  }
}
