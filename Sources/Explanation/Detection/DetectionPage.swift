import Basics
import Evaluation
import Pages

/// The page `detection.html`.
struct DetectionPage {
  let detection: Detection

  init(_ detection: Detection) { self.detection = detection }

  /// The whole page.
  var html: String {
    let score = detection.rows[0].score
    let images = counted(score.images, "image")
    return FiguresPage(
      kind: "detection", title: "Do the circles find the lesions?",
      lede: "\(images) with \(counted(score.lesions, "lesion")) · \(detection.description)",
      isSynthetic: detection.isSynthetic, warnings: detection.warnings, notice: Detection.notice,
      content: answer + shares + curves + sweep + kinds + ModelFacts(detection.records).section
        + details,
      files: ["detection.csv", "circles.csv"]
        + (detection.shares.isEmpty ? [] : [Detection.Share.tableName]) + ["detection.json"]
    ).html
  }

  private var shape: Overlap.Shape { detection.settings.shapes[0] }

  /// The sensitivity that the first table speaks of: the one of the settings, or the nearest tried.
  var sensitivity: Double {
    let wanted = detection.settings.explanation.sensitivity
    return detection.settings.sensitivities.min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
  }

  func row(_ method: String) -> Detection.Row? {
    detection.rows(method: method, shape: shape).first { $0.sensitivity == sensitivity }
  }

  private static let heads = LocalisationQuestion.all.map { question in
    switch question {
    case .overlap(let measure, let threshold): "\(measure.rawValue)&nbsp;≥&nbsp;\(threshold)"
    case .circlePointing: "Pointing<br><small>strongest circle</small>"
    case .peakPointing: "Pointing<br><small>largest score</small>"
    }
  }.map { "<th scope=\"col\">\($0)</th>" }.joined()

  private func cell(_ answer: LocalisationScore.Answer) -> String {
    guard let macro = answer.macro else { return "<td><span class=\"none\">–</span></td>" }
    let interval = answer.interval.map {
      "<span class=\"sd\">\(NumberText.metric($0.lower)) to \(NumberText.metric($0.upper))</span>"
    }
    return "<td><b>\(NumberText.metric(macro))</b>\(interval ?? "")"
      + "<span class=\"sd\">control \(NumberText.metric(answer.controlMacro))</span></td>"
  }

  private var answer: String {
    let rows = detection.methods.compactMap { method -> String? in
      guard let row = row(method.name) else { return nil }
      return "<tr><th scope=\"row\">\(htmlEscaped(method.title))</th>"
        + row.score.answers.map(cell).joined()
        + "<td>\(NumberText.metric(row.score.circles))</td></tr>\n"
    }
    let chosen =
      detection.choices.isEmpty
      ? ""
      : "<tr><th scope=\"row\">Chosen on the other splits<span class=\"sd\">method and sensitivity, "
        + "for each question</span></th>"
        + detection.choices.map { cell($0.answer) }.joined()
        + "<td><span class=\"none\">–</span></td></tr>\n"
    let table = """
      <table class="scores">
      <caption><span>Accuracy at sight sensitivity \(NumberText.short(sensitivity)), the mean over \
      kinds of lesions, with its 95% bootstrap interval over images, and what the same circles find at \
      random places. A circle counts as \(shape == .circle ? "the disc itself" : "the square around it").\
      </span></caption>
      <thead><tr><th scope="col">Method</th>\(DetectionPage.heads)\
      <th scope="col">Circles<br><small>an image</small></th></tr></thead>
      <tbody>
      \(rows.joined())\(chosen)</tbody></table>

      """
    let seen =
      detection.splits.isEmpty
      ? ""
      : "<p>Every image was looked at by a model that was not trained on it: those of "
        + "\(counted(detection.splits.count, "split")), each on its test subset.</p>\n"
    return """
      <section aria-labelledby="answer-head">
      <h2 id="answer-head">What is found</h2>
      \(seen)\(PageParts.box("What is found", table))\
      <p class="aside">IoBB: the share of the detected area that lies in the lesion's box. It alone \
      rewards tiny circles; IoU, intersection over union, does not. Pointing: whether one point lies in \
      the box.</p>
      </section>

      """
  }

  private var curves: String {
    func chart(_ title: String, _ question: LocalisationQuestion) -> LineChart {
      LineChart(
        title: title, xTitle: "sight sensitivity",
        curves: detection.methods.map { method in
          let rows = detection.rows(method: method.name, shape: shape)
          func points(_ value: (LocalisationScore.Answer) -> Double?) -> [(x: Double, y: Double)] {
            rows.compactMap { row in
              row.score[question].flatMap(value).map { (row.sensitivity, $0) }
            }
          }
          return LineChart.Curve(
            label: method.title, points: points(\.macro), control: points(\.controlMacro))
        })
    }
    let charts = [
      chart("Pointing game, strongest circle", .circlePointing),
      chart("Accuracy at IoBB ≥ 0.25", .overlap(.iobb, 0.25)),
      chart("Accuracy at IoU ≥ 0.1", .overlap(.iou, 0.1)),
      chart("Accuracy at IoU ≥ 0.3", .overlap(.iou, 0.3)),
      falsePositives,
    ]
    return """
      <section aria-labelledby="curves-head">
      <h2 id="curves-head">By sight sensitivity</h2>
      \(charts[0].legend)<div class="panels">
      \(charts.map(\.panel).joined())</div>
      <p class="aside">Paler lines: the random control of the same colour.</p>
      </section>

      """
  }

  private var falsePositives: LineChart {
    LineChart(
      title: "False positives an image, IoBB ≥ 0.25", xTitle: "sight sensitivity",
      curves: detection.methods.map { method in
        let rows = detection.rows(method: method.name, shape: shape)
        let answers = rows.compactMap { row in
          row.score[.overlap(.iobb, 0.25)].map { (row.sensitivity, $0) }
        }
        return LineChart.Curve(
          label: method.title, points: answers.map { ($0.0, $0.1.falsePositives) },
          control: answers.map { ($0.0, $0.1.controlFalsePositives) })
      })
  }

  private var sweep: String {
    let bodies = detection.methods.flatMap { method in
      detection.settings.shapes.map { shape in
        let rows = detection.rows(method: method.name, shape: shape).map { row in
          let cells = row.score.answers.map { answer in
            "<td>\(NumberText.metric(answer.macro))<span class=\"sd\">"
              + "\(NumberText.metric(answer.controlMacro)) · "
              + "\(NumberText.metric(answer.falsePositives))</span></td>"
          }
          return "<tr><th scope=\"row\">\(NumberText.short(row.sensitivity))</th>"
            + cells.joined() + "<td>\(NumberText.metric(row.score.circles))</td></tr>\n"
        }
        let columns = LocalisationQuestion.all.count + 2
        return "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"\(columns)\">"
          + "\(htmlEscaped(method.title)), as \(shape.rawValue)</th></tr>\n\(rows.joined())</tbody>\n"
      }
    }
    let table = """
      <table class="scores">
      <caption><span>Every setting: macro accuracy; below it the random control's and the false \
      positives an image.</span></caption>
      <thead><tr><th scope="col">Sight sensitivity</th>\(DetectionPage.heads)\
      <th scope="col">Circles<br><small>an image</small></th></tr></thead>
      \(bodies.joined())</table>

      """
    return """
      <section aria-labelledby="sweep-head">
      <h2 id="sweep-head">Every setting</h2>
      \(PageParts.box("Every setting", table, isTall: true))</section>

      """
  }

  private var kinds: String {
    let bodies = detection.methods.compactMap { method -> String? in
      guard let row = row(method.name) else { return nil }
      let rows = row.score.answers[0].kinds.indices.map { index in
        let cells = row.score.answers.map { answer in
          "<td>\(NumberText.metric(answer.kinds[index].accuracy))<span class=\"sd\">control "
            + "\(NumberText.metric(answer.controlKinds[index]))</span></td>"
        }
        let kind = row.score.answers[0].kinds[index]
        return "<tr><th scope=\"row\">\(htmlEscaped(kind.kind))</th><td>\(kind.lesions)</td>"
          + cells.joined() + "</tr>\n"
      }
      return "<tbody><tr class=\"group\"><th scope=\"rowgroup\" "
        + "colspan=\"\(LocalisationQuestion.all.count + 2)\">\(htmlEscaped(method.title))</th></tr>\n"
        + "\(rows.joined())</tbody>\n"
    }
    let table = """
      <table class="scores">
      <caption><span>Accuracy for each kind of lesion at sight sensitivity \
      \(NumberText.short(sensitivity)).</span></caption>
      <thead><tr><th scope="col">Kind</th><th scope="col">Lesions</th>\(DetectionPage.heads)</tr></thead>
      \(bodies.joined())</table>

      """
    return """
      <section aria-labelledby="kinds-head">
      <h2 id="kinds-head">Kind by kind</h2>
      \(PageParts.box("Kind by kind", table))</section>

      """
  }

  private var details: String {
    let settings = detection.settings
    let choices = detection.choices.map { choice in
      "<li>\(htmlEscaped(choice.question.name)): "
        + choice.chosen.map {
          "\(htmlEscaped($0.split)): \(htmlEscaped($0.title)) at \(NumberText.short($0.sensitivity))"
        }.joined(separator: "; ") + "</li>\n"
    }
    let list =
      choices.isEmpty
      ? ""
      : "<h3>What was chosen on the other splits</h3>\n<ul>\n\(choices.joined())</ul>\n"
    return """
      <section aria-labelledby="details-head">
      <h2 id="details-head">Details</h2>
      \(PageParts.facts([
        PageFact("Model", detection.model), PageFact("Boxes", detection.boxes),
        PageFact("Images of the table that are not at hand", "\(detection.missing)"),
        PageFact("Clustering", settings.explanation.rule.name),
        PageFact("Draws of the control, an image", "\(settings.controlDraws)"),
        PageFact("Bootstrap resamples", "\(settings.resamples)"),
        PageFact(
          "Images without boxes", settings.looksAtImagesWithoutBoxes ? "looked at" : "passed over"),
      ]))\(list)</section>

      """
  }
}
