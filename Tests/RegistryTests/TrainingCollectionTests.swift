import Basics
import Foundation
import Registry
import TestSupport
import Testing

@Suite("What weight sets were trained on")
struct TrainingCollectionTests {
  @Test("Every weight set and vector set of the catalogue says it, but for one that is unknown")
  func catalogue() throws {
    let catalogue = try Catalogue(path: packageFile("registry.json"))
    #expect(
      catalogue.weightSets.filter { $0.trainedOn?.isEmpty != false }.map(\.name)
        == ["vit_base_patch14_dinov2-xray-224"])
    #expect(catalogue.vectorSets.allSatisfy { $0.trainedOn?.isEmpty == false })
    let all = try catalogue.weightSet("densenet121-xrv-all").trainedOn ?? []
    #expect(all.count == 7 && all.allSatisfy { $0.split == .lost })
  }

  @Test(
    "Unknown splits, names that are none and repeated collections are refused",
    arguments: [
      (
        #""collection": "open-i", "split": "lost""#, #""collection": "open-i", "split": "half""#,
        "half"
      ),
      (#""collection": "open-i""#, #""collection": "Open I""#, "no name of a collection"),
      (#""collection": "open-i""#, #""collection": "padchest""#, "stands twice"),
    ])
  func refused(_ before: String, _ after: String, _ message: String) throws {
    let text = try String(contentsOfFile: packageFile("registry.json"), encoding: .utf8)
    let changed = text.replacing(before, with: after)
    #expect(changed != text)
    let found = errorText { _ = try Catalogue(Data(changed.utf8), path: "registry.json") }
    #expect(found.contains(message), "\(found)")
  }
}
