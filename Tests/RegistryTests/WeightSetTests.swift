import Foundation
import TestSupport
import Testing

@testable import Registry

/// It names encoders, so that `scripts/without-plugin.sh` leaves it out with any of their plugins.
@Suite("The weight sets that come with the program")
struct WeightSetTests {
  @Test("There are twenty and more, of every family of image encoders")
  func count() throws {
    let catalogue = try Catalogue(path: packageFile("registry.json"))
    #expect(catalogue.weightSets.count >= 20)
    let encoders = Set(catalogue.weightSets.map(\.encoder))
    #expect(encoders.isSuperset(of: ["densenet121", "resnet18", "vgg16"]))
  }

  @Test("How images were prepared may be unknown, and that has to be written down")
  func unknownInput() throws {
    let text = try String(contentsOfFile: packageFile("registry.json"), encoding: .utf8)
    let set = try Catalogue(Data(text.utf8), path: "registry.json")
      .weightSet("vit_base_patch14_dinov2-xray-224")
    #expect(set.input == nil && set.trainedOn == nil)
    #expect(set.images == WeightImages(channels: 3, size: 224, resize: 224))
    let entry = "\"input\": {\"channels\": 3, \"size\": 224, \"normalization\": \"unknown\"},"
    #expect(text.contains(entry))
    for (other, message) in [
      ("", "\"input\""), (entry.replacing("unknown", with: "none"), "expected \"unknown\""),
      (entry.replacing(", \"normalization\": \"unknown\"", with: ""), "\"mean\" is missing"),
      (entry.replacing("\"channels\": 3, ", with: ""), "\"channels\" is missing"),
      (entry.replacing("\"channels\": 3", with: "\"channels\": 2"), "channels is 2"),
    ] {
      let found = errorText {
        _ = try Catalogue(Data(text.replacing(entry, with: other).utf8), path: "registry.json")
      }
      #expect(found.contains(message), "\(found)")
    }
  }
}
