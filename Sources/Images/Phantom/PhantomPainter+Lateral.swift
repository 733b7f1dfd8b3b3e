import Basics
import Foundation

/// The chest from the side: the breastbone at the left of the image, the spine at its right.
///
/// Distances are fractions of the image from its upper left corner. Both lungs lie one over the other, so that a
/// lesion's side is not told.
extension PhantomPainter {
  /// Draws everything from the side and develops the film.
  mutating func paintLateral() -> PhantomRadiograph {
    let heartScale = heartScale()
    layOutLateral(heartScale)
    paintLateralTissue()
    paintSpine()
    let boxes = findings.map { paintLateral($0) }
    return PhantomRadiograph(image: develop(), boxes: boxes)
  }

  /// How large the heart is beside an ordinary one.
  private func heartScale() -> Double {
    guard let finding = findings.first(where: { $0.kind == .cardiomegaly }) else { return 1 }
    var random = exposure.derived("heart")
    return finding.isFaint ? random.uniform(1.02, 1.06) : random.uniform(1.3, 1.5)
  }

  /// How far down the lung has come at a height, 0 at its apex.
  private func descent(_ y: Double) -> Double {
    min(1, max(0, (y - anatomy.apex) / (anatomy.base - anatomy.apex)))
  }

  /// The lung's edge behind the breastbone and before the spine.
  private func edges(_ y: Double) -> (front: Double, back: Double) {
    let rest = (1 - descent(y)) * (1 - descent(y))
    return (0.22 + 0.2 * rest, 0.78 - 0.06 * rest)
  }

  /// The height of the diaphragm, which falls off to the back.
  private func floor(_ x: Double) -> Double {
    let q = max(0, (x - 0.35) / 0.43)
    return anatomy.domeRight + anatomy.sulcusDepth * (q * q + 0.15 * max(0, 0.35 - x))
  }

  private mutating func layOutLateral(_ scale: Double) {
    let soft: Float = 0.006
    let centre = (x: 0.36 + 0.03 * (scale - 1), y: anatomy.heartCentre + 0.01)
    let radii = (x: 0.125 * scale * anatomy.cardiothoracicRatio / 0.445, y: 0.15 * scale)
    heartTop = centre.y - radii.y
    for (row, y) in rows.enumerated() {
      let (front, back) = edges(y)
      for column in 0..<size {
        let x = (Double(column) + 0.5) / Double(size)
        let index = row * size + column
        lung[index] =
          smoothStep(-soft, soft, Float(x - front)) * smoothStep(-soft, soft, Float(back - x))
          * smoothStep(-soft, soft, Float(floor(x) - y))
          * smoothStep(-2 * soft, 2 * soft, Float(y - anatomy.apex))
        let (dx, dy) = ((x - centre.x) / radii.x, (y - centre.y) / radii.y)
        heart[index] = 1 - smoothStep(0.92, 1.08, Float((dx * dx + dy * dy).squareRoot()))
      }
    }
  }

  private mutating func paintLateralTissue() {
    let cloud = PhantomNoise(cells: 7, random: &patient).plane(size: size)
    let mottle = PhantomNoise(cells: 40, random: &patient).plane(size: size)
    for (row, y) in rows.enumerated() {
      for column in 0..<size {
        let x = (Double(column) + 0.5) / Double(size)
        let index = row * size + column
        let distance = Float(abs(x - 0.5) / (anatomy.bodyHalfWidth - 0.03 + 0.06 * y))
        let body = 1 - smoothStep(0.94, 1.02, distance)
        var value = Float(0.5 + 0.05 * anatomy.tissue)
        value += 0.16 * smoothStep(-0.004, 0.03, Float(y - floor(x)))
        value += (0.2 + 0.05 * cloud[index] + 0.04 * mottle[index] - value) * lung[index]
        value += max(0, 0.55 - value) * heart[index]
        canvas.values[index] = 0.02 + (value + 0.02 * cloud[index]) * body
      }
    }
  }

  /// Vertebrae behind the lung, and the breastbone before it.
  private mutating func paintSpine() {
    var bones = PhantomCanvas(size: size)
    for number in 0..<12 {
      let y = 0.06 + 0.075 * Double(number)
      let x = 0.8 + 0.02 * sin(Double(number) / 3)
      let ends = [-0.022, 0.022].map { step in
        PhantomCanvas.Node(x: x, y: y + step, radius: 0.038, strength: 0.2)
      }
      bones.stroke(ends, rim: 0.35)
    }
    let sternum = (0...6).map { step -> PhantomCanvas.Node in
      let y = anatomy.apex + 0.08 + 0.06 * Double(step)
      return PhantomCanvas.Node(x: edges(y).front - 0.03, y: y, radius: 0.014, strength: 0.15)
    }
    bones.stroke(sternum, rim: 0.3)
    bones.soften()
    for i in 0..<canvas.values.count {
      canvas.values[i] += bones.values[i] * min(1, max(0, 1 - canvas.values[i]) * 1.25)
    }
  }

  /// Draws a lesion as it is seen from the side, and says where.
  private mutating func paintLateral(_ finding: PhantomFinding) -> PhantomBox {
    switch finding.kind {
    case .cardiomegaly: return box(of: .cardiomegaly) { heart[$0] > 0.5 }
    case .nodule:
      let radius = exposure.uniform(0.03, 0.055)
      return add(spot(finding, radii: (radius, radius), edge: 0.16), of: .nodule)
    case .opacity:
      let radii = (exposure.uniform(0.085, 0.14), exposure.uniform(0.075, 0.13))
      return add(spot(finding, radii: radii, edge: 0.33), of: .opacity)
    case .effusion: return add(fluid(finding), of: .effusion)
    case .pneumothorax: return add(air(finding), of: .pneumothorax)
    }
  }

  /// A dense spot within the lung, in the finding's zone.
  private mutating func spot(
    _ finding: PhantomFinding, radii: (x: Double, y: Double), edge: Float
  ) -> [Float] {
    let height = anatomy.domeRight - anatomy.apex
    let start: Double =
      switch finding.zone {
      case .upper: 0.16
      case .mid: 0.4
      case .lower: 0.66
      }
    let y = anatomy.apex + height * (start + exposure.uniform(0, 0.2))
    let (front, back) = edges(y)
    let x = exposure.uniform(front + 0.8 * radii.x, back - 0.8 * radii.x)
    let strength = Float(
      finding.isFaint ? exposure.uniform(0.018, 0.035) : exposure.uniform(0.25, 0.38))
    let noise = PhantomNoise(cells: 20, random: &exposure)
    return lateralChange { u, v, index in
      let (dx, dy) = ((u - Float(x)) / Float(radii.x), (v - Float(y)) / Float(radii.y))
      let distance = (dx * dx + dy * dy).squareRoot() + edge * noise(u, v)
      return strength * (1 - smoothStep(0.6, 1.12, distance)) * lung[index]
        * (1 - 0.6 * heart[index])
    }
  }

  /// Fluid in the angle behind.
  private mutating func fluid(_ finding: PhantomFinding) -> [Float] {
    let height = finding.isFaint ? exposure.uniform(0.02, 0.035) : exposure.uniform(0.14, 0.24)
    let level = Float(floor(0.78) - height)
    let strength: Float = finding.isFaint ? 0.2 : 0.36
    return lateralChange { u, v, index in
      let rise = Float(0.4 * height) * max(0, (u - 0.45) / 0.33)
      return strength * smoothStep(-0.012, 0.02, v - level + rise - 0.05)
        * smoothStep(0.42, 0.5, u) * lung[index]
    }
  }

  /// Air behind the breastbone.
  private mutating func air(_ finding: PhantomFinding) -> [Float] {
    let gap = finding.isFaint ? 0.014 : exposure.uniform(0.06, 0.1)
    let darkness: Float = finding.isFaint ? 0.012 : 0.12
    let fronts = rows.map { Float(edges($0).front) }
    let bottom = Float(anatomy.apex + 0.4)
    return lateralChange { u, v, index in
      let inside = 1 - smoothStep(Float(gap), Float(gap) + 0.006, u - fronts[index / size])
      return -darkness * inside * (1 - smoothStep(bottom, bottom + 0.05, v)) * lung[index]
    }
  }

  /// The changes of all pixels of the lung by their places in the image.
  private func lateralChange(_ value: (_ u: Float, _ v: Float, _ index: Int) -> Float) -> [Float] {
    let step = 1 / Float(size)
    return (0..<size * size).map { index in
      guard lung[index] > 0 else { return 0 }
      return value(
        (Float(index % size) + 0.5) * step, (Float(index / size) + 0.5) * step, index)
    }
  }
}
