import Basics
import Images
import Studies
import Training
import WeightFiles

extension CaseExplanation {
  /// Writes `explanation.json`, `explanation.html`, `attributions.safetensors` and an overlay for each
  /// map to a folder, all of them or none.
  ///
  /// With `hasThumbnail` there is `thumbnail.png`, too, the first overlay small; with `inputs`, the
  /// SHA-256 of what was explained, also `digests.json`.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a folder with content, `.system` that names the path.
  package func write(
    to folder: String, hasThumbnail: Bool = false, inputs: [String: String]? = nil
  ) throws {
    try OutputFolder.write(folder) { folder in
      try writeFiles(to: folder, hasThumbnail: hasThumbnail)
      guard let inputs else { return }
      let names = try OutputPlace.entries(of: folder) ?? []
      try FileDigests(of: names, in: folder, inputs: inputs).write(to: folder)
    }
  }

  private func writeFiles(to folder: String, hasThumbnail: Bool) throws {
    try TensorFile.write(
      tensors, metadata: ["format": "pt"], to: "\(folder)/\(CaseExplanation.attributionsFile)")
    if let picture {
      for (index, (image, sight)) in zip(images, sights).enumerated() {
        let circles = sight.neighbourhoods.map {
          $0.circle(in: picture.geometry, mapWidth: image.map.width)
        }
        let overlay = HeatOverlay(
          picture.original, map: image.map, geometry: picture.geometry, circles: circles
        ).image
        try overlay.savePNG(path: "\(folder)/overlay-\(image.method).png")
        if hasThumbnail, index == 0 {
          try overlay.fitted(side: CaseExplanation.thumbnailSide)
            .savePNG(path: "\(folder)/\(CaseExplanation.thumbnailFile)")
        }
      }
    }
    try AtomicFile.write(ExplanationPage(self).html(), to: "\(folder)/explanation.html")
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/explanation.json")
  }

  /// The longer side of a thumbnail.
  private static let thumbnailSide = 160
  /// The first overlay, small.
  static let thumbnailFile = "thumbnail.png"

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
