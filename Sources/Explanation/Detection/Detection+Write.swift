import Basics
import Datasets
import Evaluation

extension Detection {
  /// The version of `detection.json`'s form.
  package static let schema = 1

  /// Writes `detection.html`, `detection.csv`, `circles.csv` and `detection.json` to a new folder, all of
  /// them or none; where a case has several pictures also `pictures.csv`.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    try OutputFolder.write(folder) { folder in
      try table.write(to: "\(folder)/detection.csv")
      try circles.write(to: "\(folder)/circles.csv")
      if !shares.isEmpty { try pictures.write(to: "\(folder)/\(Share.tableName)") }
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
    func answer(_ answer: LocalisationScore.Answer) -> [(key: String, value: JSONValue)] {
      [
        ("question", answer.question.name.json), ("macro", answer.macro.json),
        ("micro", answer.micro.json), ("lower", (answer.interval?.lower).json),
        ("upper", (answer.interval?.upper).json), ("control", answer.controlMacro.json),
        ("falsePositives", answer.falsePositives.json),
        ("controlFalsePositives", answer.controlFalsePositives.json),
        (
          "kinds",
          JSONValue(
            .array(
              zip(answer.kinds, answer.controlKinds).map { one, control in
                [
                  "kind": one.kind.json, "lesions": one.lesions.json,
                  "accuracy": one.accuracy.json, "control": control.json,
                ]
              }))
        ),
      ]
    }
    let score = rows[0].score
    let whole: JSONValue = [
      "schema": Detection.schema.json, "notice": Detection.notice.json,
      "model": model.json, "boxes": boxes.json, "cases": description.json,
      "splits": splits.json,
      "warnings": warnings.json,
      "settings": [
        "explanation": settings.explanation.json, "controlDraws": settings.controlDraws.json,
        "resamples": settings.resamples.json, "seed": Int(clamping: settings.seed).json,
        "withoutBoxes": settings.looksAtImagesWithoutBoxes.json,
      ],
      "images": score.images.json, "lesions": score.lesions.json,
      "missingImages": missing.json,
      "rows": JSONValue(
        .array(
          rows.map { row in
            [
              "method": row.method.json, "sensitivity": row.sensitivity.json,
              "shape": row.score.shape.rawValue.json, "circles": row.score.circles.json,
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
                            "split": $0.split.json, "method": $0.title.json,
                            "sensitivity": $0.sensitivity.json,
                          ]
                        }))
                  )
                ]))
          })),
    ]
    guard let shares = sharesJSON, case .object(let members) = whole.content else { return whole }
    return JSONValue(.object(members + [("pictures", shares)]))
  }
}
