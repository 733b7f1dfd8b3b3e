import Basics
import Foundation

extension PhantomPainter {
  /// Draws a lesion and says where: the smallest box around the pixels that changed by a quarter of
  /// the strongest change or more.
  mutating func paint(_ finding: PhantomFinding) -> PhantomBox {
    switch finding.kind {
    case .cardiomegaly: return heartBox()
    case .nodule: return add(nodule(finding), of: .nodule)
    case .opacity: return add(opacity(finding), of: .opacity)
    case .effusion: return add(effusion(finding), of: .effusion)
    case .pneumothorax: return add(pneumothorax(finding), of: .pneumothorax)
    }
  }

  mutating func add(_ change: [Float], of kind: PhantomFinding.Kind) -> PhantomBox {
    let strongest = change.reduce(0) { max($0, abs($1)) }
    for i in 0..<change.count { canvas.values[i] += change[i] }
    return box(of: kind) { abs(change[$0]) >= strongest / 4 && strongest > 0 }
  }

  func box(of kind: PhantomFinding.Kind, where isPart: (Int) -> Bool) -> PhantomBox {
    var (left, right, top, bottom) = (size, -1, size, -1)
    for row in 0..<size {
      for column in 0..<size where isPart(row * size + column) {
        left = min(left, column)
        right = max(right, column)
        top = min(top, row)
        bottom = max(bottom, row)
      }
    }
    if right < 0 { (left, right, top, bottom) = (0, size - 1, 0, size - 1) }
    return PhantomBox(
      kind: kind, x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }

  /// The heart below the great vessels.
  private func heartBox() -> PhantomBox {
    let top = Int(heartTop * Double(size))
    let bottom = Int((2 * anatomy.heartCentre - heartTop) * Double(size))
    return box(of: .cardiomegaly) { heart[$0] > 0.5 && (top...bottom).contains($0 / size) }
  }

  /// A point within the lung, `margin` from its edges, in the finding's side and zone.
  private mutating func place(_ finding: PhantomFinding, margin: Double) -> (x: Double, y: Double) {
    let sign = PhantomAnatomy.sign(finding.side)
    let height = anatomy.dome(finding.side) - anatomy.apex
    let range: ClosedRange<Double> =
      switch finding.zone {
      case .upper: 0.14...0.38
      case .mid: 0.4...0.62
      case .lower: 0.64...0.92
      }
    var best = (x: 0.0, y: 0.0, depth: -1.0)
    for _ in 0..<60 {
      let y = anatomy.apex + height * exposure.uniform(range.lowerBound, range.upperBound)
      let x = sign * exposure.uniform(anatomy.medial(y), anatomy.lateral(y))
      var depth = anatomy.depth(x: x, y: y)
      // Behind the heart nothing is seen.
      let column = max(0, min(size - 1, Int((anatomy.midline + x) * Double(size))))
      let row = max(0, min(size - 1, Int(y * Double(size))))
      depth -= Double(heart[row * size + column])
      if depth > best.depth { best = (x, y, depth) }
      if depth > margin { break }
    }
    return (best.x, best.y)
  }

  private mutating func nodule(_ finding: PhantomFinding) -> [Float] {
    let radius = exposure.uniform(0.03, 0.055)
    let centre = place(finding, margin: radius * 1.1)
    let strength = Float(
      finding.isFaint ? exposure.uniform(0.018, 0.035) : exposure.uniform(0.25, 0.38))
    let edge = PhantomNoise(cells: 30, random: &exposure)
    return change { x, y, u, v, index in
      let (dx, dy) = (x - Float(centre.x), y - Float(centre.y))
      let distance = (dx * dx + dy * dy).squareRoot() / Float(radius) + 0.16 * edge(u, v)
      return strength * (1 - smoothStep(0.65, 1.1, distance)) * lung[index]
    }
  }

  private mutating func opacity(_ finding: PhantomFinding) -> [Float] {
    let (width, height) = (exposure.uniform(0.085, 0.14), exposure.uniform(0.075, 0.13))
    let centre = place(finding, margin: 0.06)
    let strength = Float(
      finding.isFaint ? exposure.uniform(0.018, 0.035) : exposure.uniform(0.25, 0.38))
    let edge = PhantomNoise(cells: 12, random: &exposure)
    let patches = PhantomNoise(cells: 26, random: &exposure)
    return change { x, y, u, v, index in
      let (dx, dy) = ((x - Float(centre.x)) / Float(width), (y - Float(centre.y)) / Float(height))
      let distance = (dx * dx + dy * dy).squareRoot() + 0.33 * edge(u, v) + 0.12 * patches(u, v)
      let cover = 1 - smoothStep(0.45, 1.15, distance)
      return strength * cover * (1 + 0.3 * patches(u, v)) * lung[index] * (1 - 0.7 * heart[index])
    }
  }

  /// Fluid in the costophrenic angle with a meniscus that rises along the chest wall.
  private mutating func effusion(_ finding: PhantomFinding) -> [Float] {
    let sign = Float(PhantomAnatomy.sign(finding.side))
    let bottom = anatomy.dome(finding.side) + anatomy.sulcusDepth
    let fluid = finding.isFaint ? exposure.uniform(0.03, 0.045) : exposure.uniform(0.2, 0.34)
    let level = Float(bottom - fluid)
    let wall = Float(anatomy.halfWidth)
    let strength: Float = finding.isFaint ? 0.25 : 0.42
    let rise = Float(fluid * 0.55)
    let values = canvas.values
    return change { x, y, _, _, index in
      let inward = max(0, 1 - x * sign / wall)
      let flat = max(0, 1 - inward / 0.5)
      let surface = level + rise * (1 - flat * flat * flat)
      let cover = smoothStep(-0.012, 0.02, y - surface) * (x * sign > 0 ? 1 : 0)
      let ground = max(0, strength * 1.45 - max(0, values[index] - 0.08))
      return min(strength, ground) * cover * lung[index]
    }
  }

  /// Air between chest wall and lung: a dark rim without vessels, inside it the fine white line of
  /// the lung's edge.
  private mutating func pneumothorax(_ finding: PhantomFinding) -> [Float] {
    let sign = PhantomAnatomy.sign(finding.side)
    let gap = finding.isFaint ? 0.014 : exposure.uniform(0.08, 0.13)
    let bottom = anatomy.apex + exposure.uniform(0.42, 0.6)
    let (lineStrength, darkness): (Double, Float) = finding.isFaint ? (0.02, 0.012) : (0.17, 0.13)
    var line = PhantomCanvas(size: size)
    let top = anatomy.apex + gap * 0.75
    func edge(_ y: Double) -> Double {
      let t = max(0, min(1, (y - top) / (bottom - top)))
      return anatomy.lateral(max(anatomy.apex, y - gap * 0.75 * (1 - t))) - gap * (1 - t * t)
    }
    let nodes = (0...30).map { step in
      let y = top + (bottom - top) * Double(step) / 30
      return PhantomCanvas.Node(
        x: anatomy.midline + sign * edge(y), y: y, radius: 0.0035, strength: lineStrength)
    }
    line.stroke(nodes)
    let edges = rows.map { Float(edge($0)) }
    let values = canvas.values
    return change { x, y, _, v, index in
      let row = index / size
      let isOutside = x * Float(sign) > 0 && y < Float(bottom)
      var beyond = isOutside ? smoothStep(-0.004, 0.004, abs(x) - edges[row]) : 0
      if isOutside && y < Float(top) { beyond = 1 }
      let darker = min(darkness, max(0, values[index] - 0.07)) * beyond
      return (max(line.values[index] - darker * 0.2, 0) - darker) * lung[index]
    }
  }

  /// The changes of all pixels: `value` is given the distance from the midline, the height, the
  /// place in the image (all in fractions of it) and the pixel's index.
  private func change(
    _ value: (_ x: Float, _ y: Float, _ u: Float, _ v: Float, _ index: Int) -> Float
  ) -> [Float] {
    let columns = columns.map { Float($0) }
    let step = 1 / Float(size)
    var result = [Float](repeating: 0, count: size * size)
    for row in 0..<size {
      let v = (Float(row) + 0.5) * step
      for column in 0..<size {
        let index = row * size + column
        if lung[index] == 0 { continue }
        result[index] = value(columns[column], v, (Float(column) + 0.5) * step, v, index)
      }
    }
    return result
  }

  /// An old, healed spot: tiny and dense as chalk.
  ///
  /// It makes no case abnormal.
  mutating func paintGranuloma() {
    let side: PhantomFinding.Side = exposure.uniform() < 0.5 ? .right : .left
    let zone = PhantomFinding.Zone.allCases[exposure.below(3)]
    let spot = PhantomFinding(kind: .nodule, side: side, zone: zone, isFaint: false)
    let centre = place(spot, margin: 0.03)
    var layer = PhantomCanvas(size: size)
    let node = PhantomCanvas.Node(
      x: anatomy.midline + centre.x, y: centre.y, radius: exposure.uniform(0.007, 0.011),
      strength: 0.35)
    layer.stroke([node, node])
    for i in 0..<canvas.values.count { canvas.values[i] += layer.values[i] }
  }
}
