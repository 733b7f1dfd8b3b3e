import Basics
import Datasets
import Evaluation

extension Detection {
  /// The version of `detection.json`'s form.
  package static let schema = 1

  /// Writes `detection.html`, `detection.csv`, `circles.csv` and `detection.json` to a new folder, all of
  /// them or none.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    try OutputFolder.write(folder) { folder in
      try table.write(to: "\(folder)/detection.csv")
      try circles.write(to: "\(folder)/circles.csv")
      try AtomicFile.write(json.text() + "\n", to: "\(folder)/detection.json")
      try AtomicFile.write(DetectionPage(self).html, to: "\(folder)/detection.html")
    }
  }

  /// A row for each way to see, shape, question and kind; the kind `macro` is the mean over kinds.
  private var table: CSVWriter {
    var writer = CSVWriter(columns: [
      "method", "sensitivity", "shape", "question", "kind", "lesions", "accuracy", "lower",
      "upper", "control", "falsePositives", "controlFalsePositives",
    ])
    for row in rows {
      for answer in row.score.answers {
        func append(
          _ kind: String, _ lesions: Int, _ figures: [Double?]
        ) {
          writer.append(
            [
              row.method, "\(row.sensitivity)", row.score.shape.rawValue, answer.question.name,
              kind, "\(lesions)",
            ] + figures.map { $0.map { "\($0)" } ?? "" })
        }
        append(
          "macro", row.score.lesions,
          [
            answer.macro, answer.interval?.lower, answer.interval?.upper, answer.controlMacro,
            answer.falsePositives, answer.controlFalsePositives,
          ])
        for (one, control) in zip(answer.kinds, answer.controlKinds) {
          append(one.kind, one.lesions, [one.accuracy, nil, nil, control, nil, nil])
        }
      }
    }
    return writer
  }

  private var circles: CSVWriter {
    var writer = CSVWriter(columns: [
      "image", "finding", "method", "sensitivity", "x", "y", "radius", "mass",
    ])
    for one in found {
      writer.append([
        one.image, one.finding ?? "", one.method, "\(one.sensitivity)", "\(one.circle.x)",
        "\(one.circle.y)", "\(one.circle.radius)", "\(one.mass)",
      ])
    }
    return writer
  }

  private var json: JSONValue {
    func text(_ value: String) -> JSONValue { value.json }
    func number(_ value: Double?) -> JSONValue { value.json }
    func integer(_ value: Int) -> JSONValue { value.json }
    func answer(_ answer: LocalisationScore.Answer) -> [(key: String, value: JSONValue)] {
      [
        ("question", text(answer.question.name)), ("macro", number(answer.macro)),
        ("micro", number(answer.micro)), ("lower", number(answer.interval?.lower)),
        ("upper", number(answer.interval?.upper)), ("control", number(answer.controlMacro)),
        ("falsePositives", number(answer.falsePositives)),
        ("controlFalsePositives", number(answer.controlFalsePositives)),
        (
          "kinds",
          JSONValue(
            .array(
              zip(answer.kinds, answer.controlKinds).map { one, control in
                [
                  "kind": text(one.kind), "lesions": integer(one.lesions),
                  "accuracy": number(one.accuracy), "control": number(control),
                ]
              }))
        ),
      ]
    }
    let score = rows[0].score
    return [
      "schema": integer(Detection.schema), "notice": text(Detection.notice),
      "model": text(model), "boxes": text(boxes), "cases": text(description),
      "splits": JSONValue(.array(splits.map(text))),
      "warnings": JSONValue(.array(warnings.map(text))),
      "settings": [
        "explanation": settings.explanation.json, "controlDraws": integer(settings.controlDraws),
        "resamples": integer(settings.resamples), "seed": integer(Int(clamping: settings.seed)),
        "withoutBoxes": settings.looksAtImagesWithoutBoxes.json,
      ],
      "images": integer(score.images), "lesions": integer(score.lesions),
      "missingImages": integer(missing),
      "rows": JSONValue(
        .array(
          rows.map { row in
            [
              "method": text(row.method), "sensitivity": number(row.sensitivity),
              "shape": text(row.score.shape.rawValue), "circles": number(row.score.circles),
              "answers": JSONValue(
                .array(row.score.answers.map { JSONValue(.object(answer($0))) })),
            ]
          })),
      "choices": JSONValue(
        .array(
          choices.map { choice in
            JSONValue(
              .object(
                answer(choice.answer) + [
                  (
                    "chosen",
                    JSONValue(
                      .array(
                        choice.chosen.map {
                          [
                            "split": text($0.split), "method": text($0.title),
                            "sensitivity": number($0.sensitivity),
                          ]
                        }))
                  )
                ]))
          })),
    ]
  }
}
