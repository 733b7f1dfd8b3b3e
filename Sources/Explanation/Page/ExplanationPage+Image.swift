import Basics
import Foundation
import Images
import Pages

extension ExplanationPage {
  /// The longer side of the picture in the page, at most.
  private static let pictureSide = 896

  /// The picture with its map, circles and controls; empty where the model reads no images.
  var imageSection: String {
    get throws {
      guard let picture = explanation.picture else { return "" }
      let geometry = picture.geometry
      let sights = explanation.sights
      let shown = shownMap(sights)
      let sight = sights[shown]
      let first = sight.neighbourhoods.map {
        ($0, $0.circle(in: geometry, mapWidth: explanation.images[shown].map.width))
      }
      let mass = first.reduce(0) { $0 + $1.0.mass }
      let rows = first.enumerated().map { index, one in
        """
        <tr><th scope="row">\(index + 1)</th><td>\(NumberText.fixed(one.1.x, digits: 1))</td>\
        <td>\(NumberText.fixed(one.1.y, digits: 1))</td><td>\(NumberText.fixed(one.1.radius, digits: 1))</td>\
        <td>\(one.0.points.count)</td><td>\(NumberText.percent(one.0.mass / mass))</td></tr>

        """
      }
      let rings = ["rim", "ring"].map { name in
        first.map {
          "<circle class=\"\(name)\" cx=\"\($0.1.x)\" cy=\"\($0.1.y)\" r=\"\($0.1.radius)\"/>"
        }.joined()
      }.joined()
      return """
        <section aria-labelledby="image-head">
        <h2 id="image-head">The image</h2>
        \(PageParts.warnings(picture.notes))\(instead(of: sights, shown))\
        <div class="viewer">
        <div class="stage" tabindex="0" role="region" aria-label="Image; scrolls when enlarged">
        <div class="frame" id="frame">
        <img src="data:image/png;base64,\(try embedded(picture.original))" \
        width="\(geometry.width)" height="\(geometry.height)" alt="The image that the model was given">
        <canvas id="heat" aria-hidden="true" style="\(place(geometry))"></canvas>
        <canvas id="dots" aria-hidden="true" style="\(place(geometry));image-rendering:pixelated"></canvas>
        <svg id="rings" role="img" aria-label="\(first.count) circles" \
        viewBox="0 0 \(geometry.width) \(geometry.height)">\(rings)</svg>
        </div>
        </div>
        <div class="side">
        \(mapNote(explanation.images[shown]))\(controls(shown))</div>
        </div>
        <p id="seen" role="status" aria-live="polite">\(htmlEscaped(status(sight)))</p>
        \(PageParts.box("Circles", circleTable(geometry, rows), id: "circle-table", isHidden: first.isEmpty))\
        <p class="aside">Orange pixels speak for \(htmlEscaped(explanation.labels[1])), blue ones \
        against it. Sight sensitivity chooses signals: at 0 every pixel that speaks for it, at 0.9 the \
        strongest that carry a tenth of the sum.</p>
        </section>

        """
    }
  }

  private func circleTable(_ geometry: ImageGeometry, _ rows: [String]) -> String {
    """
    <table>
    <caption><span>Circles, the heaviest first. Places and radii in pixels of the original image, \
    \(geometry.width) × \(geometry.height), from its upper left corner.</span></caption>
    <thead><tr><th scope="col">Circle</th><th scope="col">x</th><th scope="col">y</th>\
    <th scope="col">Radius</th><th scope="col">Signals</th><th scope="col">Share of all circles</th>\
    </tr></thead>
    <tbody id="circles">
    \(rows.joined())</tbody></table>

    """
  }

  /// The map that is shown first: the first of all, or, where that has no circles, the first that has and
  /// whose attributions add up.
  func shownMap(_ sights: [Sight]) -> Int {
    guard sights[0].neighbourhoods.isEmpty else { return 0 }
    return sights.indices.first {
      !sights[$0].neighbourhoods.isEmpty && explanation.images[$0].path?.isComplete != false
    } ?? 0
  }

  /// Why another map than the first is shown; empty where it is the first.
  private func instead(of sights: [Sight], _ shown: Int) -> String {
    guard shown > 0 else { return "" }
    let images = explanation.images
    return "<p id=\"instead\">\(htmlEscaped(images[0].title)): "
      + "\(htmlEscaped(lowercased(emptiness(sights[0]) ?? ""))) So the first settled map that has circles "
      + "is shown: \(htmlEscaped(images[shown].title)).</p>\n"
  }

  private func lowercased(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  private func emptiness(_ sight: Sight) -> String? {
    sight.emptiness(
      sensitivity: explanation.settings.sensitivity, positive: explanation.labels[1])
  }

  private func status(_ sight: Sight) -> String {
    emptiness(sight)
      ?? "\(counted(sight.neighbourhoods.count, "circle")) from "
      + "\(counted(sight.signals.points.count, "signal"))."
  }

  /// The warnings of the map that is shown, beside it; the script changes them with the map.
  private func mapNote(_ image: ImageExplanation) -> String {
    let lines = explanation.warnings(of: image).map { "<p>\(htmlEscaped($0))</p>" }
    return "<div class=\"note\" id=\"map-note\" role=\"note\" aria-live=\"polite\""
      + "\(lines.isEmpty ? " hidden" : "")>\(lines.joined(separator: "\n"))</div>\n"
  }

  private func controls(_ shown: Int) -> String {
    let settings = explanation.settings
    let maps = explanation.images.enumerated().map { index, image in
      let remark =
        image.map.isFlat
        ? " (no contrast)" : image.path?.isComplete == false ? " (not settled)" : ""
      return
        "<option\(index == shown ? " selected" : "")>\(htmlEscaped(image.title + remark))</option>"
    }.joined()
    let rules = ClusteringRule.names.map { name in
      "<option value=\"\(name)\"\(name == settings.rule.name ? " selected" : "")>\(name)</option>"
    }.joined()
    let sensitivity = Int((settings.sensitivity * 100).rounded())
    return """
      <form class="controls" id="controls" data-script hidden aria-label="How the image is looked at">
      <label>Map <select id="map">\(maps)</select></label>
      <label for="sensitivity"><span class="top">Sight sensitivity <output id="sensitivity-value" \
      for="sensitivity">\(NumberText.fixed(settings.sensitivity, digits: 2))</output></span>
      <input type="range" id="sensitivity" min="0" max="100" step="1" value="\(sensitivity)"></label>
      <label>Clustering <select id="clustering">\(rules)</select></label>
      <label for="opacity"><span class="top">Strength of the map <output id="opacity-value" \
      for="opacity">70 %</output></span>
      <input type="range" id="opacity" min="0" max="100" step="5" value="70"></label>
      <label for="zoom"><span class="top">Size <output id="zoom-value" for="zoom">100 %</output></span>
      <input type="range" id="zoom" min="100" max="600" step="25" value="100"></label>
      <label class="check"><input type="checkbox" id="against"> Show what speaks against it</label>
      <label class="check"><input type="checkbox" id="points"> Show the signals</label>
      </form>
      <noscript><p class="note">Without scripts the circles of one sensitivity are shown, and no \
      map.</p></noscript>

      """
  }

  /// Where the part that the model sees lies on the original.
  private func place(_ geometry: ImageGeometry) -> String {
    guard let seen = explanation.picture?.seen else { return "" }
    let (width, height) = (Double(geometry.width), Double(geometry.height))
    func share(_ value: Double) -> String { String(format: "%.4f%%", 100 * value) }
    return "left:\(share(geometry.origin.x / width));top:\(share(geometry.origin.y / height));"
      + "width:\(share(Double(seen.width) * geometry.scale.x / width));"
      + "height:\(share(Double(seen.height) * geometry.scale.y / height))"
  }

  func embedded(_ image: PixelImage) throws -> String {
    try image.fitted(side: ExplanationPage.pictureSide).eightBit.encodedPNG().base64EncodedString()
  }

  /// What the script works on, as JSON that can't end its element.
  var data: String {
    let loss: Double
    if case .wardLoss(let given) = explanation.settings.rule {
      loss = given
    } else {
      loss = ClusteringRule.defaultRelativeLoss
    }
    let value: JSONValue = [
      "height": (explanation.picture?.geometry.height ?? 0).json,
      "geometry": explanation.picture?.geometry.json ?? nil,
      "relativeLoss": loss.json,
      "positive": explanation.labels[1].json,
      "maps": JSONValue(
        .array(
          explanation.images.map { image in
            [
              "title": image.title.json,
              "width": image.map.width.json,
              "height": image.map.height.json,
              "scale": Double(
                max(image.map.displayScale, .leastNormalMagnitude)
              ).json,
              "isFlat": image.map.isFlat.json,
              "warnings": explanation.warnings(of: image).json,
              "values": image.map.base64.json,
            ]
          })),
    ]
    return value.text(pretty: false).replacingOccurrences(of: "<", with: "\\u003c")
  }
}

extension AttributionMap {
  /// The scores as little-endian 32-bit numbers.
  fileprivate var base64: String {
    var bytes = Data(capacity: values.count * 4)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes.base64EncodedString()
  }
}
