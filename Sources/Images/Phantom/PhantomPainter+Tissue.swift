import Basics
import Foundation

extension PhantomPainter {
  /// Body, mediastinum, lungs, heart, abdomen, airways.
  mutating func paintTissue() {
    let cloud = PhantomNoise(cells: 7, random: &patient).plane(size: size)
    let mottle = PhantomNoise(cells: 40, random: &patient).plane(size: size)
    let columns = columns.map { Float($0) }
    let floor = self.columns.map { Float(anatomy.diaphragm(abs($0), $0 < 0 ? .right : .left)) }
    let shapes = TissueShapes(anatomy)
    let size = size
    canvas.values = [Float](unsafeUninitializedCapacity: size * size) { pixels, count in
      for (row, height) in rows.enumerated() {
        let y = Float(height)
        for column in 0..<size {
          let index = row * size + column
          let x = columns[column]
          pixels[index] = shapes.opacity(
            x: x, y: y, floor: floor[column], lung: lung[index], heart: heart[index],
            cloud: cloud[index], mottle: mottle[index])
        }
      }
      count = size * size
    }
  }

  /// Vessels that branch from the hila into the lungs and thin out.
  mutating func paintVessels() {
    var layer = PhantomCanvas(size: size)
    for side in PhantomFinding.Side.allCases {
      let sign = PhantomAnatomy.sign(side)
      for trunk in 0..<11 {
        let angle = -1.25 + 0.26 * Double(trunk) + 0.1 * patient.normal()
        let start = (
          x: sign * patient.uniform(0.07, 0.1),
          y: anatomy.hilumHeight + patient.uniform(-0.05, 0.06)
        )
        branch(
          from: start, angle: angle, length: patient.uniform(0.1, 0.17), radius: 0.0085, level: 0,
          sign: sign, on: &layer)
      }
    }
    for i in 0..<canvas.values.count {
      canvas.values[i] += layer.values[i] * lung[i] * (1 - 0.8 * heart[i])
    }
  }

  private mutating func branch(
    from start: (x: Double, y: Double), angle: Double, length: Double, radius: Double, level: Int,
    sign: Double, on layer: inout PhantomCanvas
  ) {
    var (x, y, heading) = (start.x, start.y, angle)
    var nodes: [PhantomCanvas.Node] = []
    let steps = 5
    let turn = 0.09 * patient.normal()
    for step in 0...steps {
      let fraction = Double(step) / Double(steps)
      nodes.append(
        PhantomCanvas.Node(
          x: anatomy.midline + x, y: y, radius: radius * (1 - 0.4 * fraction),
          strength: 0.13 * (1 - 0.16 * (Double(level) + fraction))))
      x += sign * cos(heading) * length / Double(steps)
      y += sin(heading) * length / Double(steps)
      heading += turn
    }
    layer.stroke(nodes)
    guard level < 3 else { return }
    for fork in [-1.0, 1.0] {
      branch(
        from: (x, y), angle: heading + fork * patient.uniform(0.15, 0.5),
        length: length * patient.uniform(0.55, 0.85), radius: radius * 0.58, level: level + 1,
        sign: sign, on: &layer)
    }
  }
}
