import Basics
import Foundation

extension PhantomPainter {
  /// Draws a lesion as it is seen from the side, and says where.
  mutating func paint(
    _ finding: PhantomFinding, _ chest: LateralAnatomy, _ pose: LateralPose
  ) -> PhantomBox {
    switch finding.kind {
    case .cardiomegaly: return box(of: .cardiomegaly) { heart[$0] > 0.5 }
    case .nodule:
      let radius = exposure.uniform(0.03, 0.055)
      return add(spot(finding, radii: (radius, radius), edge: 0.16, chest, pose), of: .nodule)
    case .opacity:
      let radii = (exposure.uniform(0.085, 0.14), exposure.uniform(0.075, 0.13))
      return add(spot(finding, radii: radii, edge: 0.33, chest, pose), of: .opacity)
    case .effusion: return add(fluid(finding, chest, pose), of: .effusion)
    case .pneumothorax: return add(air(finding, chest, pose), of: .pneumothorax)
    }
  }

  /// A place within the lung in a finding's zone, `margin` from its edges and beside the heart where there is one.
  private mutating func place(
    _ finding: PhantomFinding, margin: Double, _ chest: LateralAnatomy
  ) -> (x: Double, y: Double) {
    let range: ClosedRange<Double> =
      switch finding.zone {
      case .upper: 0.16...0.38
      case .mid: 0.4...0.62
      case .lower: 0.64...0.92
      }
    var best = (x: 0.0, y: 0.0, depth: -1.0)
    for _ in 0..<60 {
      let y =
        chest.apex + (anatomy.domeRight - chest.apex)
        * exposure.uniform(range.lowerBound, range.upperBound)
      let (front, back) = chest.edges(y)
      let x = exposure.uniform(front, back)
      let depth = min(
        min(x - front, back - x),
        min(chest.floors(x).high - y, 0.1 * (chest.heartDistance(x, y) - 1)))
      if depth > best.depth { best = (x, y, depth) }
      if depth > margin { break }
    }
    return (best.x, best.y)
  }

  /// A dense spot within the lung, in the finding's zone.
  private mutating func spot(
    _ finding: PhantomFinding, radii: (x: Double, y: Double), edge: Float, _ chest: LateralAnatomy,
    _ pose: LateralPose
  ) -> [Float] {
    let centre = place(finding, margin: min(radii.x, 0.05), chest)
    let strength = Float(
      finding.isFaint ? exposure.uniform(0.018, 0.035) : exposure.uniform(0.25, 0.38))
    let noise = PhantomNoise(cells: 20, random: &exposure)
    return change(pose) { x, y, index in
      let (dx, dy) = (Float((x - centre.x) / radii.x), Float((y - centre.y) / radii.y))
      let distance = (dx * dx + dy * dy).squareRoot() + edge * noise(Float(x), Float(y))
      return strength * (1 - smoothStep(0.6, 1.12, distance)) * lung[index]
        * (1 - 0.6 * heart[index])
    }
  }

  /// Fluid in the angle behind, with a surface that rises along the ribs.
  private mutating func fluid(
    _ finding: PhantomFinding, _ chest: LateralAnatomy, _ pose: LateralPose
  ) -> [Float] {
    let height = finding.isFaint ? exposure.uniform(0.02, 0.035) : exposure.uniform(0.16, 0.26)
    let strength: Float = finding.isFaint ? 0.2 : 0.36
    let back = chest.edges(chest.base).back
    let level = chest.floors(back).high - height
    return change(pose) { x, y, index in
      let inward = max(0, (back - x) / 0.4)
      let surface = level + 0.25 * height * (1 - max(0, 1 - 3 * inward)) + 0.5 * height * inward
      return strength * smoothStep(-0.012, 0.02, Float(y - surface)) * lung[index]
        * (1 - smoothStep(0.7, 1, Float(inward)))
    }
  }

  /// Air behind the breastbone, inside it the fine line of the lung's edge.
  private mutating func air(
    _ finding: PhantomFinding, _ chest: LateralAnatomy, _ pose: LateralPose
  ) -> [Float] {
    let gap = Float(finding.isFaint ? 0.014 : exposure.uniform(0.07, 0.11))
    let (line, darkness): (Float, Float) = finding.isFaint ? (0.02, 0.012) : (0.16, 0.12)
    let bottom = Float(chest.apex + exposure.uniform(0.38, 0.5))
    return change(pose) { x, y, index in
      let beyond = Float(x - chest.edges(y).front) - gap
      let inside = 1 - smoothStep(0, 0.006, beyond)
      let edge = 1 - smoothStep(0.003, 0.007, abs(beyond))
      return (line * edge - darkness * inside)
        * (1 - smoothStep(bottom, bottom + 0.05, Float(y))) * lung[index]
    }
  }

  /// An old, healed spot: tiny and dense as chalk.
  ///
  /// It makes no case abnormal.
  mutating func paintGranuloma(_ chest: LateralAnatomy, _ pose: LateralPose) {
    let zone = PhantomFinding.Zone.allCases[exposure.below(3)]
    let healed = PhantomFinding(kind: .nodule, side: .left, zone: zone, isFaint: false)
    let centre = place(healed, margin: 0.03, chest)
    var layer = PhantomCanvas(size: size)
    let node = pose.film(
      PhantomCanvas.Node(
        x: centre.x, y: centre.y, radius: exposure.uniform(0.007, 0.011), strength: 0.35))
    layer.stroke([node, node])
    for i in 0..<canvas.values.count { canvas.values[i] += layer.values[i] }
  }

  /// The changes of all pixels of the lung by their places in the chest.
  private func change(
    _ pose: LateralPose, _ value: (_ x: Double, _ y: Double, _ index: Int) -> Float
  ) -> [Float] {
    var changes = [Float](repeating: 0, count: size * size)
    eachPixel(pose) { index, x, y in
      if lung[index] > 0 { changes[index] = value(x, y, index) }
    }
    return changes
  }
}
