import Basics
import EncoderZoo

extension ZooCommand {
  static let data = Command(
    name: "data", summary: "Make data to try things on, and look at files.",
    subcommands: [
      dataShow,
      Command(
        name: "sample",
        summary: "Write the phantom sample: synthetic chest-like images with reports.",
        discussion:
          "Generated and seeded; lesions and their boxes are known. Neither the images nor the "
          + "reports alone suffice. It is synthetic and says nothing about patients.",
        examples: [("zoo data sample --output sample", "400 cases")],
        options: [
          .value("output", "DIR", isRequired: true, "Where it is written."),
          .value("count", "N", default: "400", "How many cases."),
          .value("size", "PIXELS", default: "256", "Height and width of the images."),
          .value("seed", "N", default: "1", "Same seed, same bytes."),
        ]
      ) { arguments in
        let output = try arguments.string("output")
        let count = try arguments.integer("count", in: 2...100_000) ?? 400
        let sample = try PhantomSample(
          count: count, size: arguments.integer("size", in: 64...2048) ?? 256,
          seed: UInt64(arguments.integer("seed", in: 0...Int.max) ?? 1))
        try sample.write(to: output)
        print("\(count) synthetic cases: \(output)/cases.csv")
      }
    ])
}
