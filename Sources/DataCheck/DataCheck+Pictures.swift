import Basics
import Datasets
import Foundation

/// What is said of pictures.
extension DataCheck {
  static func pictureFindings(_ input: Input, _ review: PictureReview) -> [DataFinding] {
    let set = input.set
    let owners = set.pictureLayout.owners
    func finding(
      _ kind: DataFinding.Kind, _ indices: [Int], _ one: String, _ many: String, _ advice: String,
      _ severity: DataFinding.Severity = .warning
    ) -> DataFinding? {
      guard !indices.isEmpty else { return nil }
      let pictures = indices.count
      let sorted = Set(indices.map { owners[$0] }).sorted()
      let names =
        ids(set, sorted.prefix(5)).joined(separator: ", ") + (sorted.count > 5 ? ", …" : "")
      return DataFinding(
        kind, severity,
        "\(count(pictures, "picture")) \(pictures == 1 ? one : many): \(names)",
        advice: advice, cases: ids(set, sorted))
    }
    let turns = Dictionary(grouping: review.rotated) { $0.degrees }
    let degrees = turns.sorted { $0.key < $1.key }.map { "\($0.value.count) by \($0.key)°" }
    let there = input.sketches.compactMap { $0 }
    let coloured = there.count { $0.hasColour }
    return [
      finding(
        .blankPicture, review.blank, "shows nothing", "show nothing",
        "export them again, or leave the cases out", .error),
      finding(
        .invertedPicture, review.inverted, "looks inverted (white for black)",
        "look inverted (white for black)",
        "turn them round before training: MONOCHROME1 that was not turned?"),
      finding(
        .rotatedPicture, review.rotated.map(\.index),
        "looks turned (\(degrees.joined(separator: ", ")), clockwise)",
        "look turned (\(degrees.joined(separator: ", ")), clockwise)", "turn them upright"),
      finding(
        .cutPicture, review.cut, "has wide margins of one grey or is cut off",
        "have wide margins of one grey or are cut off",
        "crop the margins, or look whether half of the picture is missing"),
      finding(
        .oddPicture, review.odd, "is unlike the others", "are unlike the others",
        "is it another view, another part of the body, or another contrast?", .note),
      finding(
        .colourPicture, review.otherColour,
        coloured * 2 < there.count ? "has colours among grey ones" : "is grey among coloured ones",
        coloured * 2 < there.count
          ? "have colours among grey ones" : "are grey among coloured ones",
        "a photograph, a screenshot or a chart?"),
      finding(
        .brightness, review.dark, "is far darker than the others", "are far darker than the others",
        "another window or another bit depth?", .note),
      finding(
        .brightness, review.bright, "is far brighter than the others",
        "are far brighter than the others", "another window or another bit depth?", .note),
    ].compactMap { $0 } + unlikeFinding(input, review) + sizeFindings(input)
  }

  /// Says where pictures were not looked at for being inverted, turned or odd.
  private static func unlikeFinding(_ input: Input, _ review: PictureReview) -> [DataFinding] {
    let reason: String
    if let likeness = review.likeness {
      guard likeness < PictureReview.leastLikeness else { return [] }
      reason =
        "pictures are of different kinds (median correlation \(NumberText.fixed(likeness, digits: 2)))"
    } else {
      reason = "there are fewer than 8 pictures that show something"
    }
    return [
      DataFinding(
        .oddPicture, .note, "inverted, turned and odd pictures were not looked for: \(reason)")
    ]
  }

  private static func sizeFindings(_ input: Input) -> [DataFinding] {
    let set = input.set
    let owners = set.pictureLayout.owners
    func own(_ pictures: [Int]) -> [String] { ids(set, Set(pictures.map { owners[$0] }).sorted()) }
    let there = input.sketches.enumerated().compactMap { index, sketch in sketch.map { (index, $0) }
    }
    var found: [DataFinding] = []
    let depths = Dictionary(grouping: there) { $0.1.depth }
    if depths.count > 1 {
      found.append(
        DataFinding(
          .sizes, .warning,
          "pictures of \(depths.sorted { $0.key < $1.key }.map { "\($0.key) bits: \($0.value.count)" }.joined(separator: ", "))",
          advice: "samples of both depths are read from black to white; look at the histograms"))
    }
    let ratios = there.map { Double($0.1.width) / Double($0.1.height) }.sorted()
    if let median = ratios.isEmpty ? nil : ratios[ratios.count / 2] {
      let far = there.filter { abs(log2(Double($0.1.width) / Double($0.1.height) / median)) > 0.75 }
      if !far.isEmpty {
        found.append(
          DataFinding(
            .sizes, .warning,
            "\(count(far.count, "picture")) \(far.count == 1 ? "has" : "have") a shape far from the others'"
              + " (median width to height \(NumberText.fixed(median, digits: 2)))",
            advice: "they lose most to the crop, or are squeezed", cases: own(far.map(\.0))))
      }
    }
    if let side = input.sideNeeded {
      let small = there.filter { min($0.1.width, $0.1.height) < side }
      if !small.isEmpty {
        found.append(
          DataFinding(
            .sizes, .note,
            "\(count(small.count, "picture")) \(small.count == 1 ? "is" : "are") smaller than the \(side) pixels"
              + " that an encoder reads, and enlarged",
            cases: own(small.map(\.0))))
      }
    }
    return found
  }
}
