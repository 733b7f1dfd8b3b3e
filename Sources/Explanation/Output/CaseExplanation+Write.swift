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
    for (place, shown) in pictures.enumerated() {
      for (index, image) in shown.images.enumerated() {
        let overlay = overlay(of: image, on: shown.picture)
        let name = CaseExplanation.overlayFile(image.method, number: place + 1)
        try overlay.savePNG(path: "\(folder)/\(name)")
        if hasThumbnail, index == 0, place == 0 {
          try overlay.fitted(side: CaseExplanation.thumbnailSide)
            .savePNG(path: "\(folder)/\(CaseExplanation.thumbnailFile)")
        }
      }
    }
    try AtomicFile.write(ExplanationPage(self).html(), to: "\(folder)/explanation.html")
    try AtomicFile.write(json.text() + "\n", to: "\(folder)/explanation.json")
  }

  /// Each picture with its maps.
  private var pictures: [(picture: Picture, images: [ImageExplanation])] {
    views.isEmpty ? picture.map { [($0, images)] } ?? [] : views.map { ($0.picture, $0.images) }
  }

  /// A picture with a map and its circles.
  package func overlay(of image: ImageExplanation, on picture: Picture) -> PixelImage {
    let circles = sights(of: [image])[0].neighbourhoods.map {
      $0.circle(in: picture.geometry, mapWidth: image.map.width)
    }
    return HeatOverlay(
      picture.original, map: image.map, geometry: picture.geometry, circles: circles
    ).image
  }

  /// The longer side of a thumbnail.
  private static let thumbnailSide = 160
  /// The first overlay, small.
  static let thumbnailFile = "thumbnail.png"

  /// Maps `[height, width]` as `image.METHOD`, of further pictures as `image2.METHOD`; `words.gradient` and `words.integrated`, one number a
  /// word.
  private var tensors: [(name: String, shape: [Int], values: [Float])] {
    var all = pictures.enumerated().flatMap { place, shown in
      shown.images.map {
        (
          name: CaseExplanation.tensorName($0.method, number: place + 1),
          shape: [$0.map.height, $0.map.width], values: $0.map.values
        )
      }
    }
    if let words = words?.words {
      all.append(("words.gradient", [words.count], words.map { Float($0.gradient) }))
      all.append(("words.integrated", [words.count], words.map { Float($0.integrated) }))
    }
    return all
  }
}
