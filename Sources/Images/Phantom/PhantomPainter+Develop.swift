import Basics
import Foundation

extension PhantomPainter {
  /// Exposure, unevenness, grain, the side marker, and the film's curve to 8 bits.
  mutating func develop() -> PixelImage {
    canvas.soften()
    let gain = exposure.uniform(0.88, 1.1) * site.film.gain
    let offset = exposure.uniform(-0.02, 0.04) + site.film.offset
    let gamma = exposure.uniform(0.82, 1.2) * site.film.gamma
    let grain = Float(exposure.uniform(0.012, 0.028))
    let (leanX, leanY) = (Float(0.05 * exposure.normal()), Float(0.05 * exposure.normal()))
    var noise = exposure.derived("grain")
    var film = canvas
    let size = size
    film.values.withUnsafeMutableBufferPointer { film in
      var spare: Float?
      for row in 0..<size {
        let v = Float(row) / Float(size) - 0.5
        for column in 0..<size {
          let u = Float(column) / Float(size) - 0.5
          let light = 1 + leanX * u + leanY * v - 0.12 * (u * u + v * v)
          let drawn: Float
          if let kept = spare {
            drawn = kept
            spare = nil
          } else {
            let two = PhantomNoise.grains(&noise)
            drawn = two.0
            spare = two.1
          }
          film[row &* size &+ column] = film[row &* size &+ column] * light + grain * drawn
        }
      }
    }
    paintMarker(on: &film)
    // The curve as a table, so that powers are taken of 4096 numbers only.
    let steps = 4096
    let curve = (0...steps).map { step -> UInt8 in
      let value = Double(step) / Double(steps)
      let exposed = max(0, min(1, value * gain * 1.08 + offset))
      return UInt8((pow(exposed, gamma) * 250).rounded() + 2)
    }
    let pixels = film.values.map { value in
      curve[Int(max(0, min(1, value)) * Float(steps))]
    }
    return PixelImage(width: size, height: size, channels: 1, pixels: pixels)
  }

  /// The technician's lead letter, an L at the patient's left or an R at the right.
  private mutating func paintMarker(on film: inout PhantomCanvas) {
    let isLeft = exposure.uniform() < site.leftShare
    let x = isLeft ? 0.93 : 0.045
    let y = exposure.uniform(0.03, 0.08)
    let (width, height) = (0.022 * site.markerScale, 0.04 * site.markerScale)
    let strokes: [[(Double, Double)]] =
      isLeft
      ? [[(0, 0), (0, 1), (1, 1)]]
      : [[(0, 1), (0, 0), (0.8, 0.05), (1, 0.25), (0.8, 0.48), (0, 0.52)], [(0.4, 0.52), (1, 1)]]
    var layer = PhantomCanvas(size: size)
    for line in strokes {
      layer.stroke(
        line.map { px, py in
          PhantomCanvas.Node(x: x + px * width, y: y + py * height, radius: 0.004, strength: 1)
        })
    }
    for i in 0..<film.values.count {
      film.values[i] += (0.92 - film.values[i]) * min(1, layer.values[i])
    }
  }
}
