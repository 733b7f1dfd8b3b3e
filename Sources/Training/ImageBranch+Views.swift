import Basics
import Datasets
import EncoderKit
import Fusion

extension ImageBranch {
  /// The scopes of its encoders: its own, or `view0`, `view1`, … below it where each view has one.
  func encoderScopes(_ scope: Scope) -> [Scope] {
    guard views?.encoders == .each else { return [scope] }
    return (0..<(views?.encoderCount ?? 1)).map { scope("view\($0)") }
  }

  /// How the encoders that were built read several pictures of a case; nil where a case has one.
  ///
  /// - Throws: `ZooError` when saved weights do not fit.
  func imageViews(_ encoders: [any ImageEncoder], _ scope: Scope) throws -> ImageViews? {
    guard let views else { return nil }
    return ImageViews(
      join: try ViewJoin(
        scope("views"), rule: views.join, slots: views.slots?.slots.count,
        width: encoders[0].featureWidth, attentionWidth: views.attentionWidth,
        dropRate: views.dropRate),
      encoders: views.encoders == .each ? encoders : [])
  }

  /// Starting weights by a model's keys, once for each encoder.
  func forEachEncoder(_ weights: [String: Tensor]) -> [String: Tensor] {
    guard let views, views.encoders == .each else { return weights }
    var all: [String: Tensor] = [:]
    for (key, value) in weights where key.hasPrefix("image.") {
      for slot in 0..<views.encoderCount {
        all["image.view\(slot).\(key.dropFirst("image.".count))"] = value
      }
    }
    return all
  }

  /// The pictures of one case that a person names, each in its slot.
  ///
  /// - Throws: `ZooError` of code `.usage` where it is not told which views they are, one is none of the branch's, or
  ///   there are more than it reads.
  package func placed(_ images: [CaseImage], at folder: String) throws -> [CaseImage] {
    func error(_ message: String, _ advice: String) -> ZooError {
      ZooError(.usage, message, at: Place(path: folder), advice: advice)
    }
    guard let slots = views?.slots else {
      guard views != nil || images.count <= 1 else {
        throw error(
          "the model reads one picture a case; \(images.count) were given", "give one of them")
      }
      return images
    }
    let names = slots.names.joined(separator: ", ")
    let placed = try images.map { image in
      var image = image
      if image.view == nil, slots.slots.count == 1 { image.view = slots.names[0] }
      guard let view = image.view else {
        throw error(
          "the model reads views, and nothing tells which one \(image.path) is",
          "add a --view for each --image, in the same order, one of: \(names)")
      }
      guard let slot = slots.index(of: view) else {
        throw error("the model reads no view \"\(view)\"", "its views are: \(names)")
      }
      image.view = slots.names[slot]
      return image
    }
    let counts = Dictionary(grouping: placed) { $0.view }
    if let (view, several) = counts.first(where: { $0.value.count > 1 }) {
      throw error(
        "\(several.count) pictures of the view \"\(view ?? "")\"", "give one of each view")
    }
    return placed
  }
}
