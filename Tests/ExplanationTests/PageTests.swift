import Basics
import Foundation
import Images
import TestSupport
import Testing
import Training

@testable import Explanation

/// Node.js, which runs the page's script where it is installed.
private let node: String? = ["/usr/bin/node", "/usr/bin/nodejs", "/usr/local/bin/node"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite("The page")
struct PageTests {
  /// Heavy-tailed noise with some bright blobs, as maps of gradients are.
  static func map(_ height: Int, _ width: Int, seed: UInt64) -> AttributionMap {
    var random = RandomStream(seed: seed)
    var values = (0..<height * width).map { _ in
      Float(random.normal() * random.normal() * random.normal() * 1e-4)
    }
    for _ in 0..<3 {
      let (x, y) = (random.below(width), random.below(height))
      for _ in 0..<150 {
        let column = Int((Double(x) + 6 * random.normal()).rounded())
        let row = Int((Double(y) + 6 * random.normal()).rounded())
        guard column >= 0, row >= 0, column < width, row < height else { continue }
        values[row * width + column] += Float(1e-3 * random.uniform(0.5, 2))
      }
    }
    return AttributionMap(height: height, width: width, values: values)
  }

  /// An explanation of a picture that was cropped, with two maps, one of which is full of ties.
  static func explanation(label: String = "abnormal") throws -> CaseExplanation {
    let pixels = (0..<76_800).map { (place: Int) -> UInt8 in UInt8(place % 320 * 255 / 320) }
    let original = PixelImage(width: 320, height: 240, channels: 1, pixels: pixels)
    let size = 224
    let ties = AttributionMap(
      height: size, width: size,
      values: map(size, size, seed: 5).values.map { ($0 * 4000).rounded() / 4 })
    // Rounding alone, as a covered picture of one grey gives it.
    let flat = AttributionMap(
      height: size, width: size,
      values: (0..<size * size).map { $0 % 7 == 0 ? Float(1e-6).nextUp : 1e-6 })
    let images = [("noise", map(size, size, seed: 4)), ("ties", ties), ("flat", flat)].map {
      ImageExplanation(method: $0.0, title: "Map of \($0.0)", map: $0.1)
    }
    return CaseExplanation(
      model: "a <model>", labels: ["normal", label], logit: 1.5,
      picture: .init(
        path: "<b>chest</b>.png", original: original,
        seen: original.resized(shorterSide: size, crop: size),
        geometry: ImageGeometry(width: 320, height: 240, size: size, fit: .crop)),
      images: images, text: nil, words: nil, joint: nil, settings: ExplanationSettings())
  }

  private static let harness = #"""
    const fs = require("fs");
    const page = fs.readFileSync(process.argv[1], "utf8");
    const part = (start) => {
      const from = page.indexOf(start) + start.length;
      return page.slice(from, page.indexOf("</script>", from));
    };
    const Sight = new Function(part('<script id="sight">') + "\nreturn Sight;")();
    const data = JSON.parse(part('<script type="application/json" id="data">'));
    const answers = [];
    for (const map of data.maps) {
      map.values = Sight.decode(map.values);
      for (const method of ["ward", "ward-loss", "dbscan"]) {
        for (const sensitivity of [0, 50, 80, 90, 97]) {
          const seen = Sight.find(map, sensitivity / 100, { method, relativeLoss: data.relativeLoss });
          answers.push({ isFlat: seen.isFlat, empty: Sight.emptiness(seen, sensitivity / 100, data.positive), signals: seen.signals, asked: seen.asked, kept: Array.from(seen.kept),
            clusters: seen.clusters, silhouettes: seen.silhouettes,
            circles: seen.circles.map(c => ({ x: c.x, y: c.y, radius: c.radius, mass: c.mass,
              members: c.members, original: Sight.onOriginal(c.members, map.width, data.geometry) })) });
        }
      }
    }
    console.log(JSON.stringify(answers));
    """#

  @Test(
    "The page's script gives the program's answer to the last bit",
    .enabled(if: node != nil, "Node.js is not installed"))
  func script() throws {
    let explanation = try PageTests.explanation()
    let geometry = try #require(explanation.picture).geometry
    let answers = try withTemporaryFolder { folder in
      let page = "\(folder)/page.html"
      try AtomicFile.write(ExplanationPage(explanation).html(), to: page)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: node ?? "")
      process.arguments = ["-e", PageTests.harness, page]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return try JSONValue.parse(text).array()
    }
    #expect(answers.count == 45)
    var next = answers.makeIterator()
    var circles = 0
    for image in explanation.images {
      for rule in [ClusteringRule.ward, .wardLoss(0.15), .dbscan] {
        for percent in [0, 50, 80, 90, 97] {
          let value = next.next()
          var answer = try #require(value).object()
          let sight = Sight(image.map, sensitivity: Double(percent) / 100, rule: rule)
          let name = Comment(rawValue: "\(image.method) \(rule.name) \(percent)")
          #expect(try answer.required("isFlat").boolean() == (image.method == "flat"), name)
          #expect(
            try answer.optionalString("empty")
              == sight.emptiness(sensitivity: Double(percent) / 100, positive: "abnormal"), name)
          #expect(try answer.required("asked").integer() == sight.signals.asked, name)
          #expect(try answer.required("signals").integer() == sight.signals.points.count, name)
          #expect(try answer.integers("kept", in: 0...50_176) == sight.kept, name)
          #expect(try answer.required("clusters").integer() == sight.clusters, name)
          #expect(
            try answer.required("silhouettes").array().map { try $0.number() }
              == sight.silhouettes, name)
          let found = try answer.required("circles").array()
          #expect(found.count == sight.neighbourhoods.count, name)
          for (one, wanted) in zip(found, sight.neighbourhoods) {
            circles += 1
            var circle = try one.object()
            #expect(try PageTests.circle(&circle) == wanted.circle, name)
            #expect(try circle.required("mass").number() == wanted.mass, name)
            #expect(try circle.integers("members", in: 0...50_176) == wanted.points, name)
            var original = try circle.required("original").object()
            #expect(
              try PageTests.circle(&original)
                == wanted.circle(in: geometry, mapWidth: image.map.width), name)
          }
        }
      }
    }
    #expect(circles > 40)
  }

  private static func circle(_ object: inout JSONObject) throws -> Circle {
    Circle(
      x: try object.required("x").number(), y: try object.required("y").number(),
      radius: try object.required("radius").number())
  }

  @Test("The page asks for nothing from outside, escapes what it is given and stays small")
  func selfContained() throws {
    let page = try ExplanationPage(PageTests.explanation(label: "<script>alert(1)</script>")).html()
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&lt;script&gt;alert(1)"))
    #expect(page.contains("&lt;b&gt;chest"))
    for address in ["src=\"http", "href=\"http", "url(", "@import", "fetch(", "XMLHttp"] {
      #expect(!page.contains(address), "\(address)")
    }
    #expect(page.contains("default-src 'none'"))
    #expect(page.contains("This is no diagnosis."))
    #expect(page.utf8.count < 3_000_000)
    #expect(page.components(separatedBy: "<script").count == 4)
  }

  @Test(
    "Every control of the page has a label and every id it asks for is there")
  func labels() throws {
    let page = try ExplanationPage(PageTests.explanation()).html()
    let asked = page.matches(of: /get\("([a-z-]+)"\)/).map { String($0.1) }
    #expect(Set(asked).count > 8)
    for id in Set(asked) { #expect(page.contains("id=\"\(id)\""), "\(id)") }
    for control in page.matches(of: /<(input|select)[^>]*>/) {
      let before = page[..<control.range.lowerBound]
      let (opened, closed) = (
        before.components(separatedBy: "<label").count,
        before.components(separatedBy: "</label>").count
      )
      #expect(opened == closed + 1, "\(control.0) stands in no label")
      // A label that holds an output names that, unless it says whom it is for.
      let label = before[
        (before.range(of: "<label", options: .backwards)?.lowerBound ?? before.startIndex)...]
      let id = control.0.firstMatch(of: /id="([a-z-]+)"/).map { String($0.1) } ?? ""
      #expect(
        !label.contains("<output") || label.hasPrefix("<label for=\"\(id)\""), "\(control.0)")
    }
  }

  @Test("The files hold what the explanation says")
  func files() throws {
    let explanation = try PageTests.explanation()
    try withTemporaryFolder { folder in
      let target = "\(folder)/out"
      try explanation.write(to: target)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: target).sorted() == [
          "attributions.safetensors", "explanation.html", "explanation.json", "overlay-flat.png",
          "overlay-noise.png", "overlay-ties.png",
        ])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out"])
      let overlay = try PixelImage.load(path: "\(target)/overlay-noise.png")
      #expect(overlay.width == 320 && overlay.height == 240 && overlay.channels == 3)
      var root = try JSONValue.parse(contentsOf: "\(target)/explanation.json").object()
      #expect(try root.required("schema").integer() == 1)
      var image = try root.required("image").object()
      let methods = try image.required("methods").array()
      #expect(methods.count == 3)
      var flat = try methods[2].object()
      #expect(try flat.required("isFlat").boolean())
      #expect(try flat.required("neighbourhoods").array().isEmpty)
      #expect(
        try root.required("warnings").array().map { try $0.string() } == [
          "Map of flat: no circles, since the map is the same everywhere."
        ])
      // Nothing is painted over the picture.
      let untouched = try PixelImage.load(path: "\(target)/overlay-flat.png")
      #expect(untouched == explanation.picture?.original.converted(channels: 3))
      var method = try methods[0].object()
      #expect(
        try method.required("neighbourhoods").array().count
          == explanation.sights[0].neighbourhoods.count)
      #expect(errorText { try explanation.write(to: target) }.contains("already there"))
    }
  }
}
