import Images
import Training

extension DetectionRun {
  /// What comes up while images are looked at and must be said of the figures.
  struct Remarks {
    /// Boxes that were cut at their image's edge.
    var clipped = 0
    private var pictures = PictureRemarks()
    /// Boxes of each kind that no question is about.
    private var unasked: [String: Int] = [:]
    /// By a method's title: its maps, and those without contrast.
    private var maps: [(title: String, count: Int, flat: Int)] = []

    mutating func add(_ seen: ViewExplanation) {
      pictures.add(seen.picture)
      if maps.isEmpty { maps = seen.images.map { ($0.title, 0, 0) } }
      for (index, image) in seen.images.enumerated() {
        maps[index].count += 1
        if image.map.isFlat { maps[index].flat += 1 }
      }
    }

    /// Adds boxes that the model can't be asked about.
    mutating func add(kinds: [String]) {
      for kind in kinds { unasked[kind, default: 0] += 1 }
    }

    /// What there is to say, in sentences.
    func sentences(_ boxes: BoxTable) -> [String] {
      var found = pictures.notes
      if boxes.empty > 0 {
        found.append("\(boxes.empty) rows of \(boxes.path) without a box were passed over.")
      }
      if clipped > 0 {
        found.append(
          "\(clipped) \(clipped == 1 ? "box reaches" : "boxes reach") less than a pixel beyond the "
            + "image and \(clipped == 1 ? "was" : "were") clipped.")
      }
      if !unasked.isEmpty {
        let kinds = unasked.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
        found.append(
          "Boxes of what the model does not answer were passed over: \(kinds.joined(separator: ", "))."
        )
      }
      for one in maps where one.flat > 0 {
        found.append(
          "\(one.title): \(one.flat) of \(one.count) maps have no contrast, or their picture has none, "
            + "and so no circles.")
      }
      return found
    }
  }
}

/// What must be said of the files of the pictures that a command looked at.
struct PictureRemarks {
  private var census = PictureCensus()
  private var bits: Int?
  private var reason = PictureCensus.Reason.model
  private var seen: Set<String> = []

  /// Adds a picture, once for each path.
  mutating func add(_ picture: CaseExplanation.Picture) {
    guard let reading = picture.reading, seen.insert(picture.path).inserted else { return }
    census.add(picture.path, reading.facts)
    if reading.bits != nil { reason = reading.reason }
    bits = bits.map { max($0, reading.bits ?? 0) } ?? reading.bits
  }

  var notes: [String] { census.notes(bits: bits, reason) }
}
