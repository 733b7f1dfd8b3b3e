import Basics
import Bundles
import Foundation
import TestSupport
import Testing

@Suite(
  "The bundles that come with the program",
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ShippedBundleTests {
  private static let names = ["phantom-net", "phantom-pair", "phantom-words"]

  /// The part of the catalogue at the top that tells bundles, without the others.
  private func index() throws -> BundleIndex {
    try BundleIndex.parse(readFile(packageFile("registry.json")), path: "registry.json")
  }

  @Test("registry.json lists what is in weights by hash, below 2 MB together")
  func catalogue() throws {
    let folders = try Self.names.map { try BundleFolder(packageFile("weights/\($0)")) }
    #expect(try index().entries == folders.map { try BundleIndex.Entry($0) })
    #expect(folders.reduce(0) { $0 + $1.manifest.totalSize } < 2_000_000)
  }

  @Test("Each is whole and gives its golden logits", arguments: names)
  func whole(_ name: String) throws {
    let found = try ProgramRunner.run(["bundle", "verify", name])
    #expect(found.status == 0 && found.output.contains("\(name)@1.0.0 is whole"), "\(found.error)")
  }

  @Test("Each predicts and explains by its name, straight after the build", arguments: names)
  func use(_ name: String) throws {
    try withTemporaryFolder { folder in
      let text = ["--text", "There is a large pleural effusion."]
      let image = ["--image", packageFile("weights/\(name)/golden/case1.png")]
      let inputs = (name == "phantom-net" ? [] : text) + (name == "phantom-words" ? [] : image)
      let predicted = try ProgramRunner.run(["predict", name] + inputs)
      #expect(predicted.output.contains("(probability of abnormal: "), "\(predicted.error)")
      let explained = try ProgramRunner.run(
        ["explain", name] + inputs + ["--output", "\(folder)/why", "--nodes", "6"])
      #expect(explained.output.contains("explanation.html"), "\(explained.error)")
    }
  }
}
