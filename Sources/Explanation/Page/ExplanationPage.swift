import Basics
import Evaluation
import Pages
import Studies

/// The page `explanation.html`: one file that needs no network and no server.
///
/// Its script repeats the clustering when the sight sensitivity moves; without scripts the circles
/// and words of the settings are shown as they are.
package struct ExplanationPage {
  let explanation: CaseExplanation

  package init(_ explanation: CaseExplanation) { self.explanation = explanation }

  /// The whole page.
  ///
  /// - Throws: `ZooError` when the image can't be written as PNG.
  package func html() throws -> String {
    var page = Page(
      eyebrow: "EncoderZoo explanation", title: title,
      lede: htmlEscaped(answer + (explanation.about.map { " " + $0 } ?? "")),
      content: try imageSection + viewsSection + textSection + jointSection + details,
      files: ["explanation.json", CaseExplanation.attributionsFile])
    page.windowTitle = explanation.isContrast ? title : "\(explanation.label), explained"
    page.head = head
    page.style = ExplanationResource.sheet
    page.scripts = [
      Page.Script(data, id: "data", type: "application/json"),
      Page.Script(ExplanationResource.sight, id: "sight"),
      Page.Script(ExplanationResource.controls),
    ]
    return page.html
  }

  private var title: String {
    explanation.isContrast
      ? "Why \(explanation.labels[1]) rather than \(explanation.labels[0])"
      : "The model says: \(explanation.label)"
  }

  /// How probable what is explained is, and what the model makes of it.
  private var answer: String {
    let (other, positive) = (explanation.labels[0], explanation.labels[1])
    let probability = NumberText.metric(explanation.probability)
    let logit = NumberText.signed(explanation.logit)
    if explanation.isContrast {
      let second = NumberText.metric(explanation.answer(to: other)?.probability)
      return "The model says: \(explanation.label). Probability of \(positive): \(probability), of "
        + "\(other): \(second); the difference of their logits is \(logit)."
    }
    guard let threshold = explanation.threshold else {
      return "Probability of \(positive): \(probability) (log-odds \(logit)); it says the most "
        + "probable class."
    }
    return "Probability of \(positive): \(probability) (logit \(logit)); from "
      + "\(NumberText.short(threshold)) on it says \(positive)."
  }

  private var head: String {
    let synthetic =
      explanation.record?.isSynthetic == true
      ? PageParts.notice(
        "The model was trained on images and texts that a program made. What it says is nothing about "
          + "patients.", strong: "Synthetic data.") : ""
    return PageParts.facts(facts)
      + PageParts.notice(
        "The page shows what a trained model reacted to. That need not be what is wrong with a patient, "
          + "and a clean map proves nothing.", strong: "This is no diagnosis.")
      + synthetic + PageParts.warnings([explanation.record?.fault].compactMap { $0 }) + pointers
  }

  /// What is asked, and what is known of who answers.
  private var facts: [PageFact] {
    var facts = explanation.record.map(ModelFacts.facts) ?? []
    if let answer = explanation.answer {
      let answers = answer.sorted.map {
        "\($0.label) \(NumberText.metric($0.probability))"
          + (answer.task == .multiLabel && $0.isPositive ? " (present)" : "")
      }
      facts.append(PageFact("All answers", answers.joined(separator: ", ")))
    }
    guard let picture = explanation.picture else { return facts }
    let seen: String
    switch explanation.isTrainedOn {
    case true?: seen = ", one of its training and validation images"
    case false?: seen = ", none of its training and validation images"
    case nil: seen = ""
    }
    let paths =
      explanation.views.isEmpty ? [picture.path] : explanation.views.map(\.picture.path)
    facts.append(
      PageFact(paths.count == 1 ? "Image" : "Images", paths.joined(separator: ", ") + seen))
    return facts
  }

  /// Where warnings stand: each beside what it is about.
  private var pointers: String {
    let maps = explanation.images.count { !explanation.warnings(of: $0).isEmpty }
    let places =
      [
        ("image-head", "the image’s file", explanation.picture?.notes.count ?? 0, nil),
        ("image-head", "the maps", maps, explanation.images.count),
        ("text-head", "the report", explanation.textWarnings.count, nil),
        (
          "joint-head", "the shares of image and text", explanation.unsettledShares == nil ? 0 : 1,
          nil
        ),
      ] as [(String, String, Int, Int?)]
    let links = places.filter { $0.2 > 0 }.map { id, title, count, all in
      "<a href=\"#\(id)\">\(title)</a>" + (all.map { " (\(count) of \($0))" } ?? "")
    }
    guard !links.isEmpty else { return "" }
    return "<p class=\"aside\">There are warnings beside \(links.joined(separator: ", ")).</p>\n"
  }

  private var jointSection: String {
    guard let joint = explanation.joint else { return "" }
    return """
      <section aria-labelledby="joint-head">
      <h2 id="joint-head">Image and text together</h2>
      \(joint.imageShare.map { shares(joint, image: $0) } ?? missingShares(joint))</section>

      """
  }

  private func missingShares(_ joint: JointExplanation) -> String {
    guard let warning = explanation.unsettledShares else {
      return
        "<p>Neither the image nor the text adds anything to the logit, so neither has a share.</p>\n"
    }
    return PageParts.warnings([warning])
      + "<p>So the shares of image and text are not given. Try <code>--maximum-nodes</code>.</p>\n"
  }

  /// Colours of their own: those of the maps and words mean for and against.
  private func shares(_ joint: JointExplanation, image share: Double) -> String {
    let (image, text) = (NumberText.percent(share), NumberText.percent(1 - share))
    func part(_ name: String, _ share: Double) -> String {
      "<i class=\"\(name)\" style=\"width:\(NumberText.fixed(100 * share, digits: 0))%\"></i>"
    }
    return """
      <p>On one path from nothing to this case the image adds \(NumberText.signed(joint.image)) and \
      the text \(NumberText.signed(joint.text)) to the logit: by size, \(image) and \(text) of the \
      decision.</p>
      <ul class="key"><li><i class="swatch image"></i> Image \(image)</li>
      <li><i class="swatch text"></i> Text \(text)</li></ul>
      <div class="bar" role="img" aria-label="Image \(image), text \(text)">\
      \(part("image", share))\(part("text", 1 - share))</div>

      """
  }

  private var details: String {
    var rows = explanation.images.compactMap { image in image.path.map { (image.title, $0) } }
    if let words = explanation.words { rows.append(("Words, from zero vectors", words.path)) }
    if let joint = explanation.joint { rows.append(("Image and words together", joint.path)) }
    let lines = rows.map { title, path in
      """
      <tr><th scope="row">\(htmlEscaped(title))</th><td>\(path.nodes)</td>\
      <td>\(NumberText.signed(path.baselineScore))</td><td>\(NumberText.signed(path.change))</td>\
      <td>\(NumberText.signed(path.delta, digits: 4))</td>\
      <td class="words">\(path.isComplete ? "adds up" : "does not settle")</td></tr>

      """
    }
    let settings = explanation.settings
    let table = """
      <table>
      <caption><span>Integrated gradients add up to the change of the logit from the baseline to the \
      case; δ is by how much they miss it.</span></caption>
      <thead><tr><th scope="col">Path</th><th scope="col">Nodes</th>\
      <th scope="col">Baseline's logit</th><th scope="col">Change</th><th scope="col">δ</th>\
      <th scope="col" class="words">Verdict</th></tr></thead>
      <tbody>
      \(lines.joined())</tbody></table>

      """
    return """
      <section aria-labelledby="details-head">
      <h2 id="details-head">Details</h2>
      \(PageParts.box("Integrated gradients", table))\
      \(PageParts.facts([
        PageFact("Model’s folder", explanation.model), PageFact("Clustering", settings.rule.name),
        PageFact("Sight sensitivity", NumberText.fixed(settings.sensitivity, digits: 2)),
      ]))</section>

      """
  }
}
