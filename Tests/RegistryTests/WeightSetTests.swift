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
}
