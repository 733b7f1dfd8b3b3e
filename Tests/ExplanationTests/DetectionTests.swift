import Basics
import Datasets
import Foundation
import Images
import TestSupport
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Detection", .serialized)
struct DetectionTests {
  @Test(
    "ChestX-ray14's boxes are of 1024 pixels, whatever the size of the copy; others of the file")
  func tables() throws {
    try withTemporaryFolder { folder in
      let published = "\(folder)/BBox_List_2017.csv"
      try """
      Image Index,Finding Label,Bbox [x,y,w,h],,,
      00000001_000.png,Infiltrate,512,256,128,64
      00000001_000.png,Mass,0,0,1024,1024

      """.write(toFile: published, atomically: true, encoding: .utf8)
      let table = try BoxTable(path: published)
      let lesions = try table.lesions(of: "any/where/00000001_000.png", width: 256, height: 512)
      #expect(lesions.map(\.kind) == ["Infiltration", "Mass"])
      #expect(lesions[0].box == Region(x: 128, y: 128, width: 32, height: 32))
      #expect(lesions[1].box == Region(x: 0, y: 0, width: 256, height: 512))
      #expect(
        try table.lesions(of: "00000001_000.png", width: 256, height: 256, kind: "Mass").count == 1)
      let own = "\(folder)/boxes.csv"
      try "image,kind,x,y,width,height\nimages/a.png,nodule,5,6,7,8\n".write(
        toFile: own, atomically: true, encoding: .utf8)
      #expect(
        try BoxTable(path: own).lesions(of: "images/a.png", width: 20, height: 20)[0].box
          == Region(x: 5, y: 6, width: 7, height: 8))
    }
  }

  private static let damaged: [(table: String, sentence: String)] = [
    ("image,kind,x,y,width,height\n", "holds no box"),
    ("image,kind,x,y,width\na.png,nodule,1,2,3\n", "no column \"height\""),
    (
      "image,kind,x,y,width,height\na.png,nodule,1,2,0,4\n",
      "boxes.csv:2: width: \"0\" is no extent"
    ),
    ("image,kind,x,y,width,height\na.png,nodule,nan,2,3,4\n", "\"nan\" is no coordinate"),
    (
      "image,kind,x,y,width,height\na/x.png,nodule,1,2,3,4\nb/x.png,nodule,1,2,3,4\n",
      "\"a/x.png\" and \"b/x.png\" are called alike"
    ),
    ("Image Index,Finding Label,Bbox [x,y,w,h],,,\na.png,Mas,1,2,3,4\n", "did you mean \"Mass\"?"),
  ]

  @Test("A damaged table is refused in a sentence with its line", arguments: damaged)
  func refused(table: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/boxes.csv"
      try table.write(toFile: path, atomically: true, encoding: .utf8)
      let text = errorText { _ = try BoxTable(path: path) }
      #expect(text.contains(sentence), "\(text)")
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
      registry: SmallModel.registry(), kernels: OpenBLASKernels(),
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
      let again = try run(model, boxes, selection, settings())
      #expect(
        found.rows.map { $0.score.answers.map(\.macro) }
          == again.rows.map { $0.score.answers.map(\.macro) })
      // The maps have 24 pixels, the files 48: the circles are where zoo explain would draw them.
      let explainer = try Explainer(
        folder: model, registry: SmallModel.registry(), kernels: OpenBLASKernels(),
        settings: settings().explanation)
      let map = try #require(
        try explainer.imageMaps(image: "\(folder)/a.png", text: nil).images.first)
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
          folder: model, registry: SmallModel.registry(), kernels: OpenBLASKernels(),
          settings: ExplanationSettings())
      }
      #expect(text.contains("add --finding, one of: edema, nodule, opacity"), "\(text)")
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
      #expect(text.contains("beyond.csv:2: the box reaches beyond its image"), "\(text)")
      let none = errorText { _ = try beyond.cases(in: "\(folder)/found") }
      #expect(none.contains("holds none of the 1 images"), "\(none)")
    }
  }
}
