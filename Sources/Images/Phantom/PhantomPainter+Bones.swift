import Basics
import Foundation

extension PhantomPainter {
  /// Ribs, clavicles, shoulder blades and vertebrae, over all that lies in front and behind.
  mutating func paintBones() {
    var bones = PhantomCanvas(size: size)
    var front = PhantomCanvas(size: size)
    for side in PhantomFinding.Side.allCases {
      for rib in 0..<11 { paintRib(rib, side, back: &bones, front: &front) }
    }
    var others = PhantomCanvas(size: size)
    for side in PhantomFinding.Side.allCases {
      paintClavicle(side, on: &others)
      paintShoulderBlade(side, on: &others)
    }
    paintVertebrae(on: &others)
    for i in 0..<bones.values.count { bones.values[i] += front.values[i] + others.values[i] }
    bones.soften()
    for i in 0..<canvas.values.count {
      // The brighter the ground, the less a bone adds: film saturates.
      let room = max(0, 1 - canvas.values[i]) * 1.25
      canvas.values[i] += bones.values[i] * min(1, room)
    }
  }

  /// A rib is a tilted ellipse around the chest: from the spine up over the back, round the flank,
  /// down over the front, where it ends in cartilage that X-rays don't show.
  private mutating func paintRib(
    _ rib: Int, _ side: PhantomFinding.Side, back: inout PhantomCanvas, front: inout PhantomCanvas
  ) {
    let sign = PhantomAnatomy.sign(side)
    let start = anatomy.apex - 0.035 + anatomy.ribSpacing * Double(rib)
    let drop = anatomy.ribDrop * (0.55 + 0.09 * Double(min(rib, 6))) + 0.004 * patient.normal()
    let flank = anatomy.lateral(start + drop) + 0.006
    let radius = 0.0108 + 0.0015 * patient.uniform()
    let strength = 0.105 + 0.015 * patient.normal()
    func node(_ angle: Double, _ weight: Double, _ radius: Double) -> PhantomCanvas.Node {
      let bow = angle < 0 ? -0.012 * sin(-2 * angle) : 0
      return PhantomCanvas.Node(
        x: anatomy.midline + sign * (flank * cos(angle) + 0.012 * (1 - cos(angle))),
        y: start + drop * (1 + sin(angle)) + bow, radius: radius, strength: weight)
    }
    let behind = (0...26).map { step in
      let angle = -1.48 + 1.53 * Double(step) / 26
      let edgeOn = max(0, 1 + angle / 0.5)
      return node(angle, strength * (1 + 0.35 * edgeOn), radius)
    }
    back.stroke(behind, rim: 0.35)
    guard rib < 8 else { return }
    let end = 0.72 + 0.05 * Double(min(rib, 4)) - 0.02 * Double(rib)
    let before = (0...18).map { step in
      let fraction = Double(step) / 18
      return node(end * fraction, strength * 0.62, radius * (1.05 + 0.4 * fraction))
    }
    front.stroke(before, rim: 0.3)
  }

  private mutating func paintClavicle(
    _ side: PhantomFinding.Side, on layer: inout PhantomCanvas
  ) {
    let sign = PhantomAnatomy.sign(side)
    let start = anatomy.apex + 0.085 + 0.006 * patient.normal()
    let rise = anatomy.clavicleRise + 0.006 * patient.normal()
    let nodes = (0...24).map { step in
      let t = Double(step) / 24
      let wave = 0.016 * sin(2 * Double.pi * t)
      let end = 1 + 0.35 * max(0, 1 - t / 0.15) + 0.2 * max(0, (t - 0.8) / 0.2)
      return PhantomCanvas.Node(
        x: anatomy.midline + sign * (0.042 + 0.34 * t), y: start - rise * t + wave,
        radius: 0.0125 * end, strength: 0.17)
    }
    layer.stroke(nodes, rim: 0.35)
  }

  /// The inner border of the blade and its spine, outside of the lung for the most part.
  private mutating func paintShoulderBlade(
    _ side: PhantomFinding.Side, on layer: inout PhantomCanvas
  ) {
    let sign = PhantomAnatomy.sign(side)
    let top = anatomy.apex + 0.05
    let outside = anatomy.halfWidth * 0.9
    let border = (0...12).map { step in
      let t = Double(step) / 12
      return PhantomCanvas.Node(
        x: anatomy.midline + sign * (outside - 0.03 + 0.075 * t), y: top + 0.3 * t,
        radius: 0.007, strength: 0.06)
    }
    layer.stroke(border)
    let plate = (0...12).map { step in
      let t = Double(step) / 12
      return PhantomCanvas.Node(
        x: anatomy.midline + sign * (outside + 0.05 + 0.035 * t), y: top + 0.04 + 0.24 * t,
        radius: 0.045 * (1 - 0.65 * t), strength: 0.06)
    }
    layer.stroke(plate)
    let head = PhantomCanvas.Node(
      x: anatomy.midline + sign * (outside + 0.14), y: top - 0.005, radius: 0.05, strength: 0.11)
    let shaft = PhantomCanvas.Node(
      x: anatomy.midline + sign * (outside + 0.19), y: top + 0.16, radius: 0.032, strength: 0.11)
    layer.stroke([head, shaft], rim: 0.3)
  }

  private mutating func paintVertebrae(on layer: inout PhantomCanvas) {
    var y = 0.02
    var index = 0.0
    while y < 1 {
      let height = 0.05 + 0.0015 * index
      let width = 0.026 + 0.0008 * index
      // End plates and pedicles.
      for edge in [y + 0.006, y + height - 0.006] {
        layer.stroke(
          [-1.0, 1.0].map {
            PhantomCanvas.Node(
              x: anatomy.midline + $0 * width, y: edge, radius: 0.003, strength: 0.05)
          })
      }
      for sign in [-1.0, 1.0] {
        let pedicle = PhantomCanvas.Node(
          x: anatomy.midline + sign * width * 0.68, y: y + height * 0.42, radius: 0.007,
          strength: 0.05)
        layer.stroke([pedicle, pedicle], rim: 0.6)
      }
      y += height
      index += 1
    }
  }
}
