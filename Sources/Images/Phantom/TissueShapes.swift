/// The soft tissue of a chest as a function of the place: what lies where, and how opaque it is.
///
/// Distances are fractions of the image, x from the midline (positive towards the image's right),
/// y from the top.
struct TissueShapes {
  private let bodyHalfWidth: Float
  private let thickness: Float
  private let breast: Float
  private let breastHeight: Float
  private let hilum: Float
  private let bubbleX: Float
  private let bubbleY: Float
  private let bubble: Float

  init(_ anatomy: PhantomAnatomy) {
    bodyHalfWidth = Float(anatomy.bodyHalfWidth)
    thickness = Float(anatomy.tissue)
    breast = Float(anatomy.breast)
    breastHeight = Float(anatomy.domeRight - 0.06)
    hilum = Float(anatomy.hilumHeight)
    bubbleX = Float(anatomy.gastricX)
    bubbleY = Float(anatomy.domeLeft + 0.055)
    bubble = anatomy.hasGastricBubble ? 0.3 : 0
  }

  /// The opacity of a place, given how much of it is lung and heart, 0…1, the height of the
  /// diaphragm below it, and two textures −1…1.
  func opacity(
    x: Float, y: Float, floor: Float, lung: Float, heart: Float, cloud: Float, mottle: Float
  ) -> Float {
    let distance = abs(x)
    let body = body(distance: distance, y: y)
    if body == 0 { return 0.02 }
    // Muscle and fat, thinner towards the skin; the abdomen below the diaphragm is denser.
    let skin = smoothStep(0, 0.16, bodyHalfWidth + 0.02 - distance)
    let abdomen = smoothStep(-0.004, 0.02, y - floor)
    var value = 0.34 + 0.16 * skin + 0.05 * thickness
    value += abdomen * (0.17 + 0.12 * smoothStep(0, 0.25, y - floor)) * skin
    // The mediastinum with the spine in it.
    let middle = 1 - smoothStep(0.03, 0.1, distance)
    value += (0.17 * middle + 0.04 * (1 - smoothStep(0.024, 0.038, distance))) * (1 - abdomen * 0.6)
    if lung > 0 { value += (air(distance, x, y, cloud, mottle) - value) * lung }
    value += max(0, 0.62 + 0.12 * middle + 0.03 * cloud - value) * heart * (1 - 0.5 * abdomen)
    if distance < 0.12 { value -= airway(x: x, y: y) }
    if bubble > 0 && abdomen > 0 {
      let (gx, gy) = ((x - bubbleX) / 0.075, (y - bubbleY) / 0.04)
      let inside = 1 - smoothStep(0.7, 1.1, (gx * gx + gy * gy).squareRoot())
      value -= bubble * inside * abdomen
    }
    return 0.02 + (value + 0.02 * cloud) * body
  }

  /// How much of a place is body, 0…1: neck, shoulders, flanks.
  private func body(distance: Float, y: Float) -> Float {
    let slope = max(0, distance - 0.12) / 0.38
    let shoulder = -0.05 + 0.16 * slope * slope.squareRoot()
    let flank =
      bodyHalfWidth + 0.035 - 0.03 * smoothStep(0.3, 0.6, y)
      + 0.2 * (1 - smoothStep(0.12, 0.36, y))
    return smoothStep(0, 0.05, y - shoulder) * smoothStep(-0.01, 0.02, flank - distance)
  }

  /// Lung: mottled, denser at the base, under the collar bones, at the roots and behind breasts.
  private func air(
    _ distance: Float, _ x: Float, _ y: Float, _ cloud: Float, _ mottle: Float
  ) -> Float {
    var air = 0.15 + 0.05 * thickness + 0.025 * mottle + 0.03 * cloud
    air += 0.07 * smoothStep(0.35, 0.8, y) + 0.05 * (1 - smoothStep(0.1, 0.25, y))
    let (hx, hy) = ((distance - 0.085) / 0.06, (y - hilum - (x > 0 ? -0.015 : 0.01)) / 0.085)
    air += 0.17 * max(0, 1 - (hx * hx + hy * hy)) * (0.8 + 0.4 * mottle)
    if breast > 0 {
      let (bx, by) = ((distance - 0.2) / 0.13, (y - breastHeight) / 0.12)
      air += breast * smoothStep(0, 0.5, 1 - (bx * bx + by * by))
    }
    return air
  }

  /// Trachea and main bronchi: dark stripes.
  private func airway(x: Float, y: Float) -> Float {
    let carina = hilum - 0.06
    let above = 1 - smoothStep(carina - 0.02, carina + 0.01, y)
    let windpipe = (1 - smoothStep(0.01, 0.024, abs(x + 0.004))) * above
    let below = max(0, y - carina)
    let branch = abs(x) - 0.004 - below * (x < 0 ? 0.9 : 1.3)
    let bronchus =
      (1 - smoothStep(0.006, 0.016, abs(branch))) * smoothStep(-0.01, 0.01, y - carina)
      * (1 - smoothStep(0.03, 0.075, below))
    return 0.1 * max(windpipe, bronchus)
  }
}
