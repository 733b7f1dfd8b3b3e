import Basics
import Foundation

extension PhantomPainter {
  /// Vertebrae, both sides' ribs, the breastbone and the shoulder blades from the side, over all else.
  mutating func paintBones(_ chest: LateralAnatomy, _ pose: LateralPose) {
    var bones = PhantomCanvas(size: size)
    paintSpine(chest, pose, on: &bones)
    let sternum = (0...8).map { step -> PhantomCanvas.Node in
      let y = chest.apex + 0.1 + 0.05 * Double(step)
      return PhantomCanvas.Node(x: chest.breastbone(y), y: y, radius: 0.013, strength: 0.15)
    }
    bones.stroke(sternum.map(pose.film), rim: 0.3)
    // Each side's ribs stand apart, since one side is nearer to the film.
    for _ in 0..<2 {
      var ribs = PhantomCanvas(size: size)
      paintRibs(chest, pose, on: &ribs)
      paintBlade(chest, pose, on: &ribs)
      for i in 0..<bones.values.count { bones.values[i] += ribs.values[i] }
    }
    bones.soften()
    for i in 0..<canvas.values.count {
      canvas.values[i] += bones.values[i] * min(1, max(0, 1 - canvas.values[i]) * 1.25)
    }
  }

  /// Vertebral bodies with end plates, apart by discs; heights, widths and wear are the patient's.
  private mutating func paintSpine(
    _ chest: LateralAnatomy, _ pose: LateralPose, on bones: inout PhantomCanvas
  ) {
    let growth = patient.uniform(0.0008, 0.0024)
    let disc = patient.uniform(0.008, 0.018)
    let width = patient.uniform(0.03, 0.042)
    let strength = patient.uniform(0.14, 0.24)
    var y = -0.05 + patient.uniform(-0.03, 0.03)
    var height = patient.uniform(0.05, 0.066)
    while y < 1.05 {
      let loss = max(0, 0.004 * patient.normal())
      let spur = max(0, 0.006 * patient.normal())
      let (top, bottom) = (y + disc / 2 + loss, y + height - disc / 2)
      // Many thin layers make a block with straight edges.
      for (edge, weight) in [(top, 1.3), ((top + bottom) / 2, 0.85), (bottom, 1.3)] {
        let reach = width + (weight > 1 ? spur : -0.003)
        let radius = weight > 1 ? 0.0045 : (bottom - top) / 2
        let ends = [-reach, reach].map { side in
          PhantomCanvas.Node(
            x: chest.spine(edge) + side * (weight > 1 ? 1 : 0.5), y: edge, radius: radius,
            strength: strength * weight)
        }
        bones.stroke(ends.map(pose.film))
      }
      let process = [0.035, 0.09].map { back in
        PhantomCanvas.Node(
          x: chest.spine(y) + width + back - 0.02, y: (top + bottom) / 2 + 0.4 * back,
          radius: 0.011,
          strength: strength * 0.45)
      }
      bones.stroke(process.map(pose.film))
      y += height
      height += growth
    }
  }

  /// One side's ribs: from the spine to the back, down and forward, where they end in cartilage.
  private mutating func paintRibs(
    _ chest: LateralAnatomy, _ pose: LateralPose, on ribs: inout PhantomCanvas
  ) {
    let spacing = 0.07 + 0.005 * patient.normal()
    let start = chest.apex - 0.06 + 0.02 * patient.normal()
    let drop = max(0.08, 0.2 + 0.05 * patient.normal())
    let sag = 0.03 * patient.normal()
    for rib in 0..<11 {
      let y = start + spacing * Double(rib) + 0.005 * patient.normal()
      let fall = drop * (0.6 + 0.06 * Double(min(rib, 7))) + 0.012 * patient.normal()
      let reach = patient.uniform(0.78, 0.95) - 0.045 * Double(max(0, rib - 6))
      let radius = patient.uniform(0.008, 0.0115)
      let strength = patient.uniform(0.045, 0.085)
      let nodes = (0...16).map { step -> PhantomCanvas.Node in
        let t = Double(step) / 16
        let height = y + fall * t + sag * 4 * t * (1 - t)
        let back = chest.spine(y) + 0.045
        let x =
          back + 0.03 * 4 * t * (0.25 - min(t, 0.25)) - (back - chest.breastbone(height)) * t
          * reach
        return PhantomCanvas.Node(
          x: x, y: height, radius: radius * (1 - 0.2 * t), strength: strength * (1 - 0.3 * t))
      }
      ribs.stroke(nodes.map(pose.film), rim: 0.35)
    }
  }

  /// A shoulder blade as a slanting line over the upper ribs' back.
  private mutating func paintBlade(
    _ chest: LateralAnatomy, _ pose: LateralPose, on layer: inout PhantomCanvas
  ) {
    let y = chest.apex + 0.04 + 0.03 * exposure.normal()
    let x = chest.spine(y) + 0.02 * exposure.normal()
    let lean = 0.06 + 0.05 * exposure.normal()
    let nodes = (0...6).map { step -> PhantomCanvas.Node in
      let t = Double(step) / 6
      return PhantomCanvas.Node(
        x: x - lean + 2 * lean * t * (1 - 0.4 * t), y: y + 0.28 * t, radius: 0.009, strength: 0.07)
    }
    layer.stroke(nodes.map(pose.film))
  }

  /// Vessels that run from the hila to all sides and thin out.
  mutating func paintLateralVessels(_ chest: LateralAnatomy, _ pose: LateralPose) {
    var layer = PhantomCanvas(size: size)
    for trunk in 0..<16 {
      let angle = 2 * Double.pi * (Double(trunk) + 0.7 * patient.uniform()) / 16
      let from = (
        x: chest.hilum.x + 0.03 * patient.normal(), y: chest.hilum.y + 0.03 * patient.normal()
      )
      lateralBranch(
        from: from, angle: angle, length: patient.uniform(0.08, 0.15), radius: 0.0078, level: 0,
        pose,
        on: &layer)
    }
    for i in 0..<canvas.values.count {
      canvas.values[i] += layer.values[i] * lung[i] * (1 - 0.8 * heart[i])
    }
  }

  private mutating func lateralBranch(
    from start: (x: Double, y: Double), angle: Double, length: Double, radius: Double, level: Int,
    _ pose: LateralPose, on layer: inout PhantomCanvas
  ) {
    let turn = 0.5 * patient.normal()
    let middle = (
      x: start.x + length / 2 * cos(angle), y: start.y + length / 2 * sin(angle)
    )
    let end = (
      x: middle.x + length / 2 * cos(angle + turn), y: middle.y + length / 2 * sin(angle + turn)
    )
    let nodes = [(start, 1.0), (middle, 0.8), (end, 0.6)].map { point, thin in
      PhantomCanvas.Node(
        x: point.x, y: point.y, radius: radius * thin,
        strength: 0.12 * (1 - 0.16 * (Double(level) + 1 - thin)))
    }
    layer.stroke(nodes.map(pose.film))
    guard level < 3 else { return }
    for fork in [-1.0, 1.0] {
      lateralBranch(
        from: end, angle: angle + turn + fork * patient.uniform(0.2, 0.6),
        length: length * patient.uniform(0.55, 0.9), radius: radius * 0.62, level: level + 1, pose,
        on: &layer)
    }
  }
}
