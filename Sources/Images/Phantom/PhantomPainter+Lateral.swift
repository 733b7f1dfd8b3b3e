import Basics
import Foundation

/// The chest from the side.
///
/// Both lungs lie one over the other, so that a lesion's side is not told.
extension PhantomPainter {
  /// Draws everything from the side and develops the film.
  mutating func paintLateral() -> PhantomRadiograph {
    var measures = patient.derived("side")
    let chest = LateralAnatomy(anatomy, heartScale: heartScale(), patient: &measures)
    var turn = exposure.derived("turn")
    let pose = LateralPose(&turn)
    layOut(chest, pose)
    paintTissue(chest, pose)
    paintLateralVessels(chest, pose)
    paintBones(chest, pose)
    let boxes = findings.map { paint($0, chest, pose) }
    if findings.isEmpty && exposure.uniform() < 0.15 { paintGranuloma(chest, pose) }
    return PhantomRadiograph(image: develop(), boxes: boxes)
  }

  /// How large the heart is beside an ordinary one.
  private func heartScale() -> Double {
    guard let finding = findings.first(where: { $0.kind == .cardiomegaly }) else { return 1 }
    var random = exposure.derived("heart")
    return finding.isFaint ? random.uniform(1.02, 1.06) : random.uniform(1.35, 1.55)
  }

  /// Calls `body` with each pixel's index and its place in the chest.
  func eachPixel(_ pose: LateralPose, _ body: (_ index: Int, _ x: Double, _ y: Double) -> Void) {
    for (row, v) in rows.enumerated() {
      for column in 0..<size {
        let place = pose.chest((Double(column) + 0.5) / Double(size), v)
        body(row * size + column, place.x, place.y)
      }
    }
  }

  private mutating func layOut(_ chest: LateralAnatomy, _ pose: LateralPose) {
    let soft: Float = 0.006
    var (lung, heart) = (self.lung, self.heart)
    eachPixel(pose) { index, x, y in
      let (front, back) = chest.edges(y)
      lung[index] =
        smoothStep(-soft, soft, Float(x - front)) * smoothStep(-soft, soft, Float(back - x))
        * smoothStep(-soft, soft, Float(chest.floors(x).low - y))
        * smoothStep(-2 * soft, 2 * soft, Float(y - chest.top(x)))
      heart[index] = 1 - smoothStep(0.88, 1.1, Float(chest.heartDistance(x, y)))
    }
    (self.lung, self.heart) = (lung, heart)
  }

  private mutating func paintTissue(_ chest: LateralAnatomy, _ pose: LateralPose) {
    let cloud = PhantomNoise(cells: 7, random: &patient).plane(size: size)
    let mottle = PhantomNoise(cells: 40, random: &patient).plane(size: size)
    let (tissue, air) = (Float(chest.density.tissue), Float(chest.density.lung))
    var values = canvas.values
    eachPixel(pose) { index, x, y in
      let (front, back) = chest.skin(y)
      let inside = Float(min(x - front, back - x))
      let body = smoothStep(-0.01, 0.015, inside)
      let (high, low) = chest.floors(x)
      let (above, below) = (Float(y - high), Float(y - low))
      var value = tissue + 0.1 * smoothStep(0, 0.12, inside)
      value += 0.1 * smoothStep(-0.004, 0.02, below)
      // Lung between the two domes lies before or behind the liver.
      let half = air + 0.18 * smoothStep(-0.004, 0.012, above)
      let shade =
        0.06 * smoothStep(0.45, 0.15, Float(y)) + 0.05 * smoothStep(0.2, 0, Float(x - front))
      value += (half + shade + 0.05 * cloud[index] + 0.04 * mottle[index] - value) * lung[index]
      value +=
        max(0, tissue + 0.04 + 0.04 * cloud[index] - value) * heart[index]
        * (1 - 0.4 * smoothStep(0, 0.03, below))
      value += rim(chest, x, y) * lung[index]
      values[index] = 0.02 + (value + 0.02 * cloud[index]) * body
    }
    canvas.values = values
    paintArms(chest, pose)
  }

  /// What the windpipe takes and the aorta's arch, the aorta before the spine and the hila add.
  private func rim(_ chest: LateralAnatomy, _ x: Double, _ y: Double) -> Float {
    let carina = Float(chest.hilum.y - 0.05)
    let windpipe = Float(x - chest.hilum.x + 0.2 * (chest.hilum.y - y))
    let above = smoothStep(carina + 0.01, carina - 0.01, Float(y))
    var value = -0.09 * (1 - smoothStep(0.012, 0.024, abs(windpipe))) * above
    let (ax, ay) = (
      Float((x - chest.hilum.x - 0.02) / 0.085), Float((y - chest.archHeight) / 0.075)
    )
    let arch = (ax * ax + ay * ay).squareRoot()
    value += 0.1 * (1 - smoothStep(0.85, 1.05, arch))
    let aorta = Float(x - chest.spine(y) + 0.055)
    value += 0.06 * (1 - smoothStep(0.02, 0.035, abs(aorta))) * smoothStep(0.3, 0.4, Float(y))
    let (hx, hy) = (Float((x - chest.hilum.x) / 0.07), Float((y - chest.hilum.y) / 0.075))
    return value + 0.15 * max(0, 1 - (hx * hx + hy * hy))
  }

  /// Upper arms that reach into the picture.
  private mutating func paintArms(_ chest: LateralAnatomy, _ pose: LateralPose) {
    var layer = PhantomCanvas(size: size)
    for _ in 0..<2 {
      let drop = 0.1 + 0.1 * chest.arms + 0.02 * exposure.normal()
      let start = PhantomCanvas.Node(
        x: chest.spine(0.1) - exposure.uniform(0.1, 0.2), y: drop, radius: 0.05, strength: 0.1)
      let end = PhantomCanvas.Node(
        x: start.x - exposure.uniform(-0.05, 0.3), y: -0.1, radius: 0.07, strength: 0.16)
      layer.stroke([start, end].map(pose.film))
    }
    layer.soften()
    for i in 0..<canvas.values.count { canvas.values[i] += layer.values[i] }
  }
}
