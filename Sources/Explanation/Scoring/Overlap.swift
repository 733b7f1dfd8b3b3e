/// How much of a detected circle and a lesion's box coincide.
package struct Overlap: Sendable, Equatable {
  /// What stands for the circle: the disc itself, or the square around it.
  ///
  /// Both are cut at the image's border.
  package enum Shape: String, Sendable, CaseIterable {
    case circle
    case square
  }

  /// A ratio of areas and what it is compared with.
  package enum Measure: String, Sendable, CaseIterable {
    /// Intersection over the detected area. It alone rewards tiny circles.
    case iobb = "IoBB"
    /// Intersection over union.
    case iou = "IoU"

    /// The published thresholds.
    ///
    /// Those of IoBB are from Wang et al. 2017, https://arxiv.org/abs/1705.02315.
    package var thresholds: [Double] {
      switch self {
      case .iobb: [0.1, 0.25, 0.5]
      case .iou: [0.1, 0.3, 0.5]
      }
    }
  }

  /// Intersection over the detected area; 0 for a circle without area.
  package let iobb: Double
  /// Intersection over union.
  package let iou: Double

  /// The overlap on an image, all in its pixels.
  package init(_ circle: Circle, _ box: Region, on image: Region, as shape: Shape) {
    let visible = box.intersection(image)
    let (detected, common): (Double, Double)
    switch shape {
    case .circle: (detected, common) = (circle.area(within: image), circle.area(within: visible))
    case .square:
      let square = circle.square.intersection(image)
      (detected, common) = (square.area, square.intersection(visible).area)
    }
    iobb = detected > 0 ? common / detected : 0
    let union = detected + visible.area - common
    iou = union > 0 ? common / union : 0
  }

  /// The ratio of a measure.
  package subscript(measure: Measure) -> Double {
    switch measure {
    case .iobb: iobb
    case .iou: iou
    }
  }
}
