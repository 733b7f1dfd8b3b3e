import Basics
import Bundles
import Foundation
import TestSupport
import Testing

/// SIGKILL at random moments: 100 each with ENCODERZOO_LONG_TESTS=1, else a few.
@Suite(
  "Bundles and SIGKILL", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct BundleKillTests {
  private static let kills =
    ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] == nil ? 8 : 100

  /// A tree with version 1.0.0 and, in `next`, the same with 1.1.0 besides.
  private func prepared(_ folder: String) throws -> BundleScene {
    let scene = try BundleScene(folder)
    try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/zoo")
    try scene.make("words", "1.0.0")
    try scene.make("words", "1.1.0", output: "newer")
    try scene.publish("words")
    return scene
  }

  /// Kills the program `kills` times: at random times of its length, or when so many files have come to be.
  ///
  /// A run that ends before its moment is no kill and is made up for.
  private func kill(
    _ scene: BundleScene, _ arguments: [String], in place: String, reset: () throws -> Void,
    check: () throws -> Void
  ) throws {
    var random = RandomStream(seed: 5)
    try reset()
    let before = fileCount(place)
    let start = ContinuousClock.now
    try scene.succeed(arguments)
    var length = (ContinuousClock.now - start) / .seconds(1)
    let added = max(2, fileCount(place) - before)
    var (killed, turns) = (0, 0)
    while killed < Self.kills, turns < 20 * Self.kills {
      try reset()
      let begun = ContinuousClock.now
      let deadline = length * Double(random.below(1000)) / 1000
      let files = before + 1 + random.below(added)
      let byTime = turns % 2 == 0
      let wasKilled = try ProgramRunner.run(arguments, environment: scene.environment) {
        byTime
          ? (ContinuousClock.now - begun) / .seconds(1) >= deadline : fileCount(place) >= files
      }
      killed += wasKilled ? 1 : 0
      if !wasKilled { length = min(length, (ContinuousClock.now - begun) / .seconds(1)) }
      try check()
      if turns % 4 == 3 {
        // What is left half-done does not hinder the next try.
        try scene.succeed(arguments)
        try check()
      }
      turns += 1
    }
    #expect(killed == Self.kills, "killed \(killed) times in \(turns) runs")
  }

  private func fileCount(_ folder: String) -> Int {
    FileManager.default.enumerator(atPath: folder)?.allObjects.count ?? 0
  }

  /// The installed names, each verified to the last byte.
  private func installed(_ scene: BundleScene) throws -> [String] {
    try BundleStore(folder: "\(scene.folder)/data/encoderzoo").installed().map { bundle in
      try BundleFolder(bundle.path).verify()
      return bundle.name
    }
  }

  private func remove(_ scene: BundleScene, _ names: String...) throws {
    for name in names where FileManager.default.fileExists(atPath: "\(scene.folder)/\(name)") {
      try FileManager.default.removeItem(atPath: "\(scene.folder)/\(name)")
    }
  }

  @Test("Killed while it installs, the store is empty or has the whole bundle")
  func install() throws {
    try withTemporaryFolder { folder in
      let scene = try prepared(folder)
      let arguments = ["bundle", "install", "words", "--from", "\(folder)/site"]
      try kill(scene, arguments, in: "\(folder)/data") {
        try remove(scene, "data", "cache")
      } check: {
        let found = try installed(scene)
        #expect([[], ["words@1.0.0"]].contains(found))
      }
    }
  }

  @Test("Killed while it updates, the store has the old bundle, or both")
  func update() throws {
    try withTemporaryFolder { folder in
      let scene = try prepared(folder)
      try scene.succeed("bundle", "install", "words", "--from", "\(folder)/site")
      try FileManager.default.copyItem(atPath: "\(folder)/data", toPath: "\(folder)/old")
      try scene.publish("newer")
      try kill(scene, ["bundle", "update"], in: "\(folder)/data") {
        try remove(scene, "data", "cache")
        try FileManager.default.copyItem(atPath: "\(folder)/old", toPath: "\(folder)/data")
      } check: {
        let found = try installed(scene)
        #expect([["words@1.0.0"], ["words@1.0.0", "words@1.1.0"]].contains(found))
      }
    }
  }

  @Test(
    "Killed while it publishes, a reader finds the old state or the new one, and can install it")
  func publish() throws {
    try withTemporaryFolder { folder in
      let scene = try prepared(folder)
      try FileManager.default.copyItem(atPath: "\(folder)/site", toPath: "\(folder)/old")
      var versions: Set<String> = []
      let arguments = [
        "bundle", "publish", "\(folder)/newer", "--to", "\(folder)/site", "--key",
        "\(folder)/zoo.key",
      ]
      try kill(scene, arguments, in: "\(folder)/site") {
        try remove(scene, "site", "data", "cache")
        try FileManager.default.copyItem(atPath: "\(folder)/old", toPath: "\(folder)/site")
      } check: {
        try remove(scene, "data", "cache")
        try scene.succeed("bundle", "install", "words", "--from", "\(folder)/site")
        let found = try installed(scene)
        #expect([["words@1.0.0"], ["words@1.1.0"]].contains(found))
        versions.formUnion(found)
      }
      #expect(versions.contains("words@1.0.0"))
    }
  }
}
