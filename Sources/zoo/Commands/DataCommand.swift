import Basics
import DataCheck
import EncoderZoo
import Studies

extension ZooCommand {
  static let data = Command(
    name: "data", summary: "Look at data, or make some to try things on.",
    subcommands: [
      check, dataShow, dataImport, dataFetch,
      Command(
        name: "sample",
        summary: "Write the phantom sample: synthetic chest-like images with reports.",
        discussion:
          "Generated and seeded; lesions and their boxes are known. Neither the images nor the "
          + "reports alone suffice. It is synthetic and says nothing about patients.",
        examples: [
          ("zoo data sample --output sample", "400 cases"),
          (
            "zoo data sample --views 2 --output views",
            "with a lateral picture beside the frontal one"
          ),
        ],
        options: [
          .value("output", "DIR", isRequired: true, "Where it is written."),
          .value("count", "N", default: "400", "How many cases."),
          .value("size", "PIXELS", default: "256", "Height and width of the images."),
          .value("seed", "N", default: "1", "Same seed, same bytes."),
          .value(
            "site", default: "A", choices: PhantomSample.Site.allCases.map(\.rawValue),
            "The hospital: B has other patients, prevalence, contrast and markers."),
          .value(
            "views", "N", default: "1",
            "Pictures a case: with 2 a lateral one, some lesions seen in one view alone."),
        ]
      ) { arguments in
        let output = try arguments.string("output")
        let count = try arguments.integer("count", in: 2...100_000) ?? 400
        let sample = try PhantomSample(
          count: count, size: arguments.integer("size", in: 64...2048) ?? 256,
          seed: UInt64(arguments.integer("seed", in: 0...Int.max) ?? 1),
          site: PhantomSample.Site(rawValue: arguments.string("site")) ?? .a,
          views: arguments.integer("views", in: 1...2) ?? 1)
        try sample.write(to: output)
        print("\(count) synthetic cases: \(output)/cases.csv")
      },
    ])

  private static let check = Command(
    name: "check", summary: "Find out what is wrong with data before anything is trained.",
    discussion:
      "Reads the cases, pictures and texts of a study, trains nothing, and writes check.html and "
      + "check.json: counts by label, subset and attribute, pictures unlike the others, shared pictures and "
      + "texts, words that give a label away, languages, what is missing, what stands in training and in test. "
      + "docs/check.md says what is looked at.",
    examples: [("zoo data check study.json --data DATA --output check", "before zoo compare")],
    options: [
      .value("data", "DIR", "The folder that the data paths of the study are relative to."),
      .value("output", "DIR", isRequired: true, "Where the page is written; a new folder."),
    ],
    arguments: [Argument("STUDY", "The study.")]
  ) { arguments in
    let output = try arguments.string("output")
    try DataCheck.checkPlace(output)
    let zoo = try zoo(arguments)
    let study = try zoo.specification(
      Study(
        contentsOf: arguments.argument("STUDY"), dataFolder: arguments.optionalString("data")))
    let found = try StudyCheck(
      study, registry: zoo.registry, progress: progress(arguments)
    ).run()
    try found.write(to: output, title: study.name)
    print((found.lines.isEmpty ? ["nothing was found"] : found.lines).joined(separator: "\n"))
    print("wrote \(output)/\(DataCheck.pageName)")
  }
}
