import Basics
import Datasets
import Foundation
import Images
import Registry
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("What features tell besides the label")
struct ShortcutProbeTests {
  /// A study of 96 noise images; those of site B carry a bright corner, and `share` of ten cases have the label that goes
  /// with their site.
  private func probe(share: Int, in folder: String) throws -> [ShortcutProbe.Result] {
    var random = RandomStream(seed: 5)
    var rows = ["id,image,label,site"]
    for index in 0..<96 {
      let isB = index.isMultiple(of: 2)
      var pixels = (0..<32 * 32).map { _ in UInt8(60 + random.uniform() * 60) }
      if isB { for y in 0..<8 { for x in 0..<8 { pixels[y * 32 + x] = 250 } } }
      try PixelImage(width: 32, height: 32, channels: 1, pixels: pixels)
        .savePNG(path: "\(folder)/\(index).png")
      let agrees = (index / 2) % 10 < share
      rows.append("\(index),\(index).png,\(agrees == isB ? "ill" : "well"),\(isB ? "B" : "A")")
    }
    try rows.joined(separator: "\n").write(
      toFile: "\(folder)/cases.csv", atomically: true, encoding: .utf8)
    let text = """
      {"schema": 2, "name": "s", "folds": {"count": 3, "validation": 0.2},
       "data": {"format": "csv", "path": "cases.csv", "labels": ["well", "ill"],
                "columns": {"id": "id", "image": "image", "label": "label"}},
       "image": {"name": "net", "encoder": "densenet121", "size": 32, "channels": 1,
        "options": {"growthRate": 8, "blocks": [1, 2], "initialFeatures": 16, "stemKernel": 3}}}
      """
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    let study = try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder, registry: registry
    ).probing(shortcuts: ["site"])
    let progress = ProgressReporter { _ in }
    let session = Session(
      registry: registry, kernels: try KernelChoice.make(nil), progress: progress)
    let cases = try StudyLoader.load(study, skipsBad: false, progress: progress)
    return try ShortcutProbe(study: study, cases: cases, session: session).run(
      study.folds.splits(of: cases.set))
  }

  @Test(
    "A planted site marker that gives the class away is told; one that does not is not warned of")
  func marker() throws {
    try withTemporaryFolder { folder in
      let planted = try probe(share: 9, in: folder)
      #expect(planted.count == 1 && planted[0].areas.count == 3 && planted[0].cases == 96)
      #expect(planted[0].mean ?? 0 > 0.9, "\(planted[0].line)")
      #expect(planted[0].association.label == "ill" && planted[0].association.v > 0.6)
      let warning = planted[0].warning ?? ""
      #expect(warning.contains("a model may read site instead of \"ill\""), "\(warning)")
      try ShortcutProbe.write(planted, to: folder)
      let table = try String(contentsOfFile: "\(folder)/shortcuts.csv", encoding: .utf8)
      #expect(table.split(separator: "\n").count == 4 && table.contains("net,site,r1f1,"))
    }
    try withTemporaryFolder { folder in
      let fair = try probe(share: 5, in: folder)
      #expect(fair[0].mean ?? 0 > 0.9 && fair[0].warning == nil, "\(fair[0].line)")
    }
  }
}
