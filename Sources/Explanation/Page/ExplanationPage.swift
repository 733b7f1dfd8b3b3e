import Basics
import Foundation
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
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <meta name="color-scheme" content="light dark">
    <title>\(htmlEscaped(explanation.label)), explained · EncoderZoo</title>
    <link rel="icon" href="data:,">
    <style>
    \(PageStyle.sheet)</style>
    </head>
    <body>
    \(header)<main>
    \(try imageSection)\(textSection)\(jointSection)\(details)</main>
    <footer><p>Written by EncoderZoo. The numbers behind this page: <code>explanation.json</code> and \
    <code>\(CaseExplanation.attributionsFile)</code> beside it.</p></footer>
    <script type="application/json" id="data">\(data)</script>
    <script id="sight">
    \(SightScript.text)
    </script>
    <script>
    \(PageScript.text)
    </script>
    </body>
    </html>

    """
  }

  private var header: String {
    let threshold = ReportNumbers.short(explanation.threshold)
    let positive = htmlEscaped(explanation.labels[1])
    let synthetic =
      explanation.record?.isSynthetic == true
      ? """
      <p class="note" role="note"><strong>Synthetic data.</strong> The model was trained on images and \
      texts that a program made. What it says is nothing about patients.</p>

      """ : ""
    return """
      <header>
      <p class="eyebrow">EncoderZoo explanation</p>
      <h1>The model says: \(htmlEscaped(explanation.label))</h1>
      <p class="lede">Probability of \(positive): \(figure(explanation.probability, 3)) (logit \
      \(signed(explanation.logit, 3))); from \(threshold) on it says \(positive).</p>
      \(ReportTables.facts(facts))\
      <p class="note" role="note"><strong>This is no diagnosis.</strong> The page shows what a trained \
      model reacted to. That need not be what is wrong with a patient, and a clean map proves \
      nothing.</p>
      \(synthetic)\(ExplanationPage.note(explanation.record?.fault.map { [$0] } ?? []))\(pointers)</header>

      """
  }

  /// What is asked, and what is known of who answers.
  private var facts: [ReportFact] {
    var facts = explanation.record.map(ModelFacts.facts) ?? []
    guard let picture = explanation.picture else { return facts }
    let seen: String
    switch explanation.isTrainedOn {
    case true?: seen = ", which the model was trained on"
    case false?: seen = ", which the model was not trained on"
    case nil: seen = ""
    }
    facts.append(ReportFact("Image", picture.path + seen))
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

  /// Warnings in a box; empty for none.
  static func note(_ sentences: [String]) -> String {
    guard !sentences.isEmpty else { return "" }
    let lines = sentences.map { "<p>\(htmlEscaped($0))</p>" }.joined(separator: "\n")
    return "<div class=\"note\" role=\"note\">\n\(lines)\n</div>\n"
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
    return ExplanationPage.note([warning])
      + "<p>So the shares of image and text are not given. Try <code>--maximum-nodes</code>.</p>\n"
  }

  /// Colours of their own: those of the maps and words mean for and against.
  private func shares(_ joint: JointExplanation, image share: Double) -> String {
    let (image, text) = (percent(share), percent(1 - share))
    func part(_ name: String, _ share: String) -> String {
      "<i class=\"\(name)\" style=\"width:\(share.replacingOccurrences(of: " ", with: ""))\"></i>"
    }
    return """
      <p>On one path from nothing to this case the image adds \(signed(joint.image, 3)) and the text \
      \(signed(joint.text, 3)) to the logit: by size, \(image) and \(text) of the decision.</p>
      <ul class="key"><li><i class="swatch image"></i> Image \(image)</li>
      <li><i class="swatch text"></i> Text \(text)</li></ul>
      <div class="bar" role="img" aria-label="Image \(image), text \(text)">\
      \(part("image", image))\(part("text", text))</div>

      """
  }

  private var details: String {
    var rows = explanation.images.compactMap { image in image.path.map { (image.title, $0) } }
    if let words = explanation.words { rows.append(("Words, from zero vectors", words.path)) }
    if let joint = explanation.joint { rows.append(("Image and words together", joint.path)) }
    let lines = rows.map { title, path in
      """
      <tr><th scope="row">\(htmlEscaped(title))</th><td>\(path.nodes)</td>\
      <td>\(signed(path.baselineScore, 3))</td><td>\(signed(path.change, 3))</td>\
      <td>\(signed(path.delta, 4))</td>\
      <td class="words">\(path.isComplete ? "adds up" : "does not settle")</td></tr>

      """
    }
    let settings = explanation.settings
    let facts = [
      ("Model’s folder", explanation.model),
      ("Clustering", settings.rule.name),
      ("Sight sensitivity", figure(settings.sensitivity, 2)),
    ].map { "<div><dt>\($0.0)</dt><dd>\(htmlEscaped($0.1))</dd></div>" }.joined(separator: "\n")
    return """
      <section aria-labelledby="details-head">
      <h2 id="details-head">Details</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Integrated gradients"><table>
      <caption>Integrated gradients add up to the change of the logit from the baseline to the case; \
      δ is by how much they miss it.</caption>
      <thead><tr><th scope="col">Path</th><th scope="col">Nodes</th>\
      <th scope="col">Baseline's logit</th><th scope="col">Change</th><th scope="col">δ</th>\
      <th scope="col" class="words">Verdict</th></tr></thead>
      <tbody>
      \(lines.joined())</tbody></table></div>
      <dl>
      \(facts)
      </dl>
      </section>

      """
  }

  /// A decimal number of some digits.
  func figure(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value).replacingOccurrences(of: "-", with: "\u{2212}")
  }

  /// A decimal number that always has a sign.
  func signed(_ value: Double, _ digits: Int) -> String {
    String(format: "%+.\(digits)f", value).replacingOccurrences(of: "-", with: "\u{2212}")
  }

  /// A share as a percentage.
  func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
