import Basics
import Datasets
import Evaluation
import Foundation
import Images
import Pages
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Detection", .serialized)
struct DetectionTests {
  @Test("What was clipped, passed over or without contrast is said of the figures")
  func remarks() throws {
    try withTemporaryFolder { folder in
      let (model, _) = try prepare(folder)
      try PixelImage(
        width: 48, height: 48, channels: 1, pixels: Array(repeating: 110, count: 48 * 48)
      ).savePNG(path: "\(folder)/a.png")
      let boxes = try BoxTableTests().table(
        "image,kind,x,y,width,height\na.png,n,28.3,4,20,20\nb.png,n,9,9,4,4\nc.png,none,,,,\n",
        BoxFormat(skipsEmpty: true), in: folder)
      let found = try run(
        model, boxes,
        CaseSelection(model: model, cases: boxes.cases(in: folder), description: "noise"),
        settings())
      #expect(found.warnings.contains("1 of 2 pictures is of one grey or colour: a.png."))
      #expect(
        found.warnings.contains { $0.hasPrefix("1 rows of ") && $0.contains("without a box") })
      #expect(found.warnings.contains { $0.hasPrefix("1 box reaches less than a pixel") })
      #expect(
        found.warnings.contains {
          $0.hasPrefix("Grad-CAM: 1 of 2 maps have no contrast")
        }, "\(found.warnings)")
      #expect(!found.found.contains { $0.image == "a.png" })
    }
  }

  /// A model's folder, images with boxes, and one image without.
  private func prepare(_ folder: String) throws -> (model: String, boxes: BoxTable) {
    let model = "\(folder)/model"
    try SmallModel.make(image: true, text: false).write(to: model)
    var random = RandomStream(seed: 2)
    for name in ["a", "b", "c"] {
      let image = PixelImage(
        width: 48, height: 48, channels: 1,
        pixels: (0..<48 * 48).map { _ in UInt8(random.below(256)) })
      try image.savePNG(path: "\(folder)/\(name).png")
    }
    try """
    image,kind,x,y,width,height
    a.png,nodule,4,4,40,40
    b.png,nodule,0,0,5,5
    b.png,opacity,10,10,30,30
    gone.png,opacity,1,1,2,2

    """.write(toFile: "\(folder)/boxes.csv", atomically: true, encoding: .utf8)
    return (model, try BoxTable(path: "\(folder)/boxes.csv"))
  }

  private func settings() -> DetectionSettings {
    var settings = DetectionSettings()
    settings.explanation.methods = [.integratedGradients, .gradCAM]
    settings.explanation.baselines = [.black]
    settings.explanation.integration.nodes = 8
    settings.explanation.integration.maximumNodes = 8
    settings.sensitivities = [0, 0.5]
    settings.controlDraws = 20
    settings.resamples = 50
    return settings
  }

  private func run(
    _ model: String, _ boxes: BoxTable, _ selection: CaseSelection, _ settings: DetectionSettings
  ) throws -> Detection {
    try DetectionRun(
      model: model, selection: selection, boxes: boxes, settings: settings,
      registry: SmallModel.registry(), kernels: ReferenceKernels(),
      progress: ProgressReporter(mode: .quiet)
    ).run()
  }

  @Test("Every method is scored at every sensitivity, in pixels of the file; the same twice")
  func rows() throws {
    try withTemporaryFolder { folder in
      let (model, boxes) = try prepare(folder)
      let selection = try CaseSelection(
        model: model, cases: boxes.cases(in: folder), description: "noise")
      let found = try run(model, boxes, selection, settings())
      #expect(found.missing == 1)
      #expect(found.methods.map(\.name) == ["integrated-gradients-black", "grad-cam"])
      #expect(found.rows.count == 2 * 2 * 2)
      for row in found.rows {
        #expect(row.score.images == 2 && row.score.lesions == 3)
        #expect(row.score.answers[0].kinds.map(\.lesions) == [2, 1])
      }
      // Of one picture a case there is nothing to share.
      #expect(found.shares.isEmpty && !DetectionPage(found).html.contains("The pictures of a case"))
      let again = try run(model, boxes, selection, settings())
      #expect(
        found.rows.map { $0.score.answers.map(\.macro) }
          == again.rows.map { $0.score.answers.map(\.macro) })
      // The maps have 24 pixels, the files 48: the circles are where zoo explain would draw them.
      let explainer = try Explainer(
        folder: model, registry: SmallModel.registry(), kernels: ReferenceKernels(),
        settings: settings().explanation)
      let map = try #require(
        try explainer.imageMaps(images: [CaseImage(path: "\(folder)/a.png")], text: nil)[0].images
          .first)
      let sight = Sight(map.map, sensitivity: 0)
      let circles = found.found.filter {
        $0.image == "a.png" && $0.method == map.method && $0.sensitivity == 0
      }
      #expect(circles.count == sight.neighbourhoods.count && !circles.isEmpty)
      for (circle, one) in zip(circles, sight.neighbourhoods) {
        #expect(abs(circle.circle.x - 2 * one.circle.x) < 1e-9)
        #expect(abs(circle.circle.radius - 2 * one.circle.radius) < 1e-9)
      }
    }
  }

  @Test(
    "Of several pictures a case each has its share of the answer, scored or not",
    arguments: ["attention", "mean"])
  func shares(_ join: String) throws {
    try withTemporaryFolder { folder in
      let (_, boxes) = try prepare(folder)
      let model = "\(folder)/views"
      try SmallModel.make(
        image: true, text: false,
        views: "{\"join\": \"\(join)\", \"slots\": [\"frontal\", \"lateral\"]}"
      ).write(to: model)
      func item(_ id: String, _ pictures: [(String, String)]) -> Case {
        var item = Case(id: id, source: Place())
        item.images = pictures.map { CaseImage(path: "\(folder)/\($0.0).png", view: $0.1) }
        return item
      }
      // c has no box; the second case lacks a lateral picture.
      let cases = [
        item("one", [("c", "lateral"), ("a", "frontal")]), item("two", [("b", "frontal")]),
      ]
      let found = try run(
        model, boxes, CaseSelection(model: model, cases: cases, description: "noise"), settings())
      #expect(found.shares.map(\.image) == ["a.png", "c.png", "b.png"])
      #expect(found.shares.map(\.isScored) == [true, false, true])
      #expect(found.shares.map(\.item) == ["one", "one", "two"])
      let shares = try found.shares.map { try #require($0.share) }
      #expect(abs(shares[0] + shares[1] - 1) < 1e-5 && shares[0] > 0 && shares[1] > 0)
      // What a stand-in gets is attention, and no attribution.
      #expect(join == "attention" ? shares[2] > 0 && shares[2] < 1 : shares[2] == 1)
      let views = found.sharesByView
      #expect(views.map(\.view) == ["frontal", "lateral"] && views.map(\.pictures) == [2, 1])
      #expect(
        views[0].mean == (shares[0] + shares[2]) / 2
          && views[0].largest == max(shares[0], shares[2]))
      try found.write(to: "\(folder)/found")
      let table = try String(contentsOfFile: "\(folder)/found/pictures.csv", encoding: .utf8)
      let of = join == "attention" ? "attention" : "attribution"
      #expect(
        table.hasPrefix(
          "split,id,image,view,finding,share,shareOf,scored\n,one,a.png,frontal,,\(shares[0]),\(of),true\n"
        ), "\(table)")
      var root = try JSONValue.parse(contentsOf: "\(folder)/found/detection.json").object()
      var pictures = try root.required("pictures").object()
      #expect(try pictures.string("shareOf") == of)
      let page = try String(contentsOfFile: "\(folder)/found/detection.html", encoding: .utf8)
      #expect(
        page.contains("The pictures of a case")
          && page.contains("<td>\(NumberText.percent(shares[1]))</td><td>no</td>"))
    }
  }

  @Test("Images without a box count as false positives when they are looked at")
  func withoutBoxes() throws {
    try withTemporaryFolder { folder in
      let (model, boxes) = try prepare(folder)
      let cases = ["a", "b", "c"].map {
        Case(id: $0, imagePath: "\(folder)/\($0).png", source: Place())
      }
      let selection = try CaseSelection(model: model, cases: cases, description: "noise")
      var settings = settings()
      let few = try run(model, boxes, selection, settings)
      settings.looksAtImagesWithoutBoxes = true
      let all = try run(model, boxes, selection, settings)
      #expect(few.rows[0].score.images == 2 && all.rows[0].score.images == 3)
      #expect(all.rows[0].score.answers[0].macro == few.rows[0].score.answers[0].macro)
      let third = all.found.count {
        $0.image == "c.png" && $0.sensitivity == 0 && $0.method == "integrated-gradients-black"
      }
      #expect(
        abs(
          3 * all.rows[0].score.answers[0].falsePositives
            - 2 * few.rows[0].score.answers[0].falsePositives - Double(third)) < 1e-9)
    }
  }

  @Test("A model of many findings is asked for the finding of each box")
  func findings() throws {
    try withTemporaryFolder { folder in
      let (_, boxes) = try prepare(folder)
      let model = "\(folder)/many"
      try SmallModel.make(image: true, text: false, findings: ["edema", "nodule", "opacity"])
        .write(to: model)
      let selection = try CaseSelection(
        model: model, cases: boxes.cases(in: folder), description: "noise")
      let found = try run(model, boxes, selection, settings())
      // Image a has a nodule, image b a nodule and an opacity.
      #expect(found.rows[0].score.images == 3)
      #expect(Set(found.found.compactMap(\.finding)) == ["nodule", "opacity"])
      let text = errorText {
        _ = try Explainer(
          folder: model, registry: SmallModel.registry(), kernels: ReferenceKernels(),
          settings: ExplanationSettings())
      }
      #expect(text.contains("add --finding, one of: edema, nodule, opacity"), "\(text)")
    }
  }

  @Test(
    "A model of several classes is asked for the class of each box; what it does not know is counted"
  )
  func classes() throws {
    try withTemporaryFolder { folder in
      let (_, boxes) = try prepare(folder)
      let model = "\(folder)/classes"
      try SmallModel.make(
        image: true, text: false, findings: ["none", "nodule", "edema"], task: .multiClass
      ).write(to: model)
      let cases = ["a", "b", "c"].map {
        Case(id: $0, imagePath: "\(folder)/\($0).png", source: Place())
      }
      let selection = try CaseSelection(model: model, cases: cases, description: "noise")
      let found = try run(model, boxes, selection, settings())
      #expect(found.rows[0].score.images == 2 && found.rows[0].score.lesions == 2)
      #expect(Set(found.found.compactMap(\.finding)) == ["nodule"])
      #expect(
        found.warnings.contains(
          "Boxes of what the model does not answer were passed over: opacity (1)."),
        "\(found.warnings)")
      // An image without a box is asked for the class that others have boxes of.
      var settings = settings()
      settings.looksAtImagesWithoutBoxes = true
      let all = try run(model, boxes, selection, settings)
      #expect(all.rows[0].score.images == 3 && all.rows[0].score.lesions == 2)
      #expect(Set(all.found.compactMap(\.finding)) == ["nodule"])
      #expect(all.found.contains { $0.image == "c.png" })
    }
  }

  @Test("A box beyond its image, and a table of other images, are refused; the files are whole")
  func files() throws {
    try withTemporaryFolder { folder in
      let (model, boxes) = try prepare(folder)
      let selection = try CaseSelection(
        model: model, cases: boxes.cases(in: folder), description: "noise <b>")
      let found = try run(model, boxes, selection, settings())
      try found.write(to: "\(folder)/found")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/found").sorted() == [
          "circles.csv", "detection.csv", "detection.html", "detection.json",
        ])
      let table = try CSVTable(path: "\(folder)/found/detection.csv")
      // For each of 8 settings, 8 questions: the mean and two kinds.
      #expect(table.rowCount == 8 * 8 * 3)
      #expect(try CSVTable(path: "\(folder)/found/circles.csv").rowCount == found.found.count)
      var json = try JSONValue.parse(contentsOf: "\(folder)/found/detection.json").object()
      #expect(try json.required("rows").array().count == 8)
      let page = try String(contentsOfFile: "\(folder)/found/detection.html", encoding: .utf8)
      #expect(page.contains("noise &lt;b&gt;") && !page.contains("<script"))
      for address in ["src=\"http", "href=\"http", "url(", "@import"] {
        #expect(!page.contains(address))
      }
      try "image,kind,x,y,width,height\na.png,nodule,4,4,60,4\n".write(
        toFile: "\(folder)/beyond.csv", atomically: true, encoding: .utf8)
      let beyond = try BoxTable(path: "\(folder)/beyond.csv")
      let text = errorText { _ = try run(model, beyond, selection, settings()) }
      #expect(text.contains("beyond.csv:2: the box reaches beyond its image a.png"), "\(text)")
      let none = errorText { _ = try beyond.cases(in: "\(folder)/found") }
      #expect(none.contains("holds none of the 1 images"), "\(none)")
    }
  }
}
