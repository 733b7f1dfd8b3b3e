import Basics
import Foundation
import Images
import WeightFiles

extension CaseExplanation {
  /// Refuses a folder that explanations can't be written to: one that is there and not empty.
  ///
  /// - Throws: `ZooError` of code `.conflict`.
  package static func checkOutput(_ folder: String) throws {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    let content = try? FileManager.default.contentsOfDirectory(atPath: folder)
    guard content?.isEmpty == true else {
      throw ZooError(
        .conflict, "something is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
  }

  /// Writes `explanation.json`, `explanation.html`, `attributions.safetensors` and an overlay for each
  /// map to a folder, all of them or none.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(to folder: String) throws {
    try CaseExplanation.checkOutput(folder)
    let target = URL(fileURLWithPath: folder)
    try AtomicFile.makeFolder(target.deletingLastPathComponent().path)
    let temporary = "\(target.path).\(getpid()).tmp"
    do {
      try AtomicFile.makeFolder(temporary)
      try writeFiles(to: temporary)
      // An empty folder gives way; anything else makes the move fail.
      rmdir(target.path)
      guard rename(temporary, target.path) == 0 else { throw systemError("can't write", folder) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  private func writeFiles(to folder: String) throws {
    try TensorFile.write(
      tensors, metadata: ["format": "pt"], to: "\(folder)/\(CaseExplanation.attributionsFile)")
    if let picture {
      for (image, sight) in zip(images, sights) {
        let circles = sight.neighbourhoods.map {
          $0.circle(in: picture.geometry, mapWidth: image.map.width)
        }
        try HeatOverlay(
          picture.original, map: image.map, geometry: picture.geometry, circles: circles
        ).image.savePNG(path: "\(folder)/overlay-\(image.method).png")
      }
    }
    try AtomicFile.write(ExplanationPage(self).html(), to: "\(folder)/explanation.html")
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/explanation.json")
  }

  /// Maps `[height, width]` as `image.METHOD`; `words.gradient` and `words.integrated`, one number a
  /// word.
  private var tensors: [(name: String, shape: [Int], values: [Float])] {
    var all = images.map {
      (
        name: "image.\($0.method)", shape: [$0.map.height, $0.map.width], values: $0.map.values
      )
    }
    if let words = words?.words {
      all.append(("words.gradient", [words.count], words.map { Float($0.gradient) }))
      all.append(("words.integrated", [words.count], words.map { Float($0.integrated) }))
    }
    return all
  }
}
