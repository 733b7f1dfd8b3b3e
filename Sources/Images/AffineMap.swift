import Foundation

/// Where an output pixel is found in the source: `x = xx * column + xy * row + x0`, y alike, in
/// source pixels counted from the centre of the first.
struct AffineMap {
  var xx: Float
  var xy: Float
  var x0: Float
  var yx: Float
  var yy: Float
  var y0: Float

  /// The map from output pixels back to source pixels.
  ///
  /// The movement takes place in the output, about its centre, so that its pixels stay square.
  init(
    undoing draw: AugmentationDraw, from source: (width: Int, height: Int),
    to output: (width: Int, height: Int)
  ) {
    let (sourceWidth, sourceHeight) = (Double(source.width), Double(source.height))
    let (outputWidth, outputHeight) = (Double(output.width), Double(output.height))
    let stretchX = sourceWidth / outputWidth
    let stretchY = sourceHeight / outputHeight
    let cosine = cos(draw.angle) / draw.scale
    let sine = sin(draw.angle) / draw.scale
    let mirror: Double = draw.isMirrored ? -1 : 1
    let (a, b) = (mirror * stretchX * cosine, mirror * stretchX * sine)
    let (c, d) = (-stretchY * sine, stretchY * cosine)
    let startX = 0.5 - outputWidth / 2 - draw.shiftX * outputWidth
    let startY = 0.5 - outputHeight / 2 - draw.shiftY * outputHeight
    xx = Float(a)
    xy = Float(b)
    x0 = Float(a * startX + b * startY + sourceWidth / 2 - 0.5)
    yx = Float(c)
    yy = Float(d)
    y0 = Float(c * startX + d * startY + sourceHeight / 2 - 0.5)
  }

  /// Samples an image of one channel bilinearly, edges repeated.
  func sampleGrey(
    _ image: UnsafeBufferPointer<Float>, width: Int, height: Int,
    into result: UnsafeMutableBufferPointer<Float>, outputWidth: Int, outputHeight: Int
  ) {
    let (lastX, lastY) = (Float(width - 1), Float(height - 1))
    for row in 0..<outputHeight {
      let startX = xy * Float(row) + x0
      let startY = yy * Float(row) + y0
      let line = row &* outputWidth
      for column in 0..<outputWidth {
        let x = max(0, min(lastX, xx * Float(column) + startX))
        let y = max(0, min(lastY, yx * Float(column) + startY))
        let (left, top) = (Int(x), Int(y))
        let (fx, fy) = (x - Float(left), y - Float(top))
        let right = min(left &+ 1, width &- 1)
        let upper = top &* width
        let lower = min(top &+ 1, height &- 1) &* width
        let above = image[upper &+ left] + fx * (image[upper &+ right] - image[upper &+ left])
        let below = image[lower &+ left] + fx * (image[lower &+ right] - image[lower &+ left])
        result[line &+ column] = above + fy * (below - above)
      }
    }
  }

  /// Samples an image of any number of channels bilinearly, edges repeated.
  func sample(
    _ image: UnsafeBufferPointer<Float>, width: Int, height: Int, channels: Int,
    into result: UnsafeMutableBufferPointer<Float>, outputWidth: Int, outputHeight: Int
  ) {
    let (lastX, lastY) = (Float(width - 1), Float(height - 1))
    var next = 0
    for row in 0..<outputHeight {
      let startX = xy * Float(row) + x0
      let startY = yy * Float(row) + y0
      for column in 0..<outputWidth {
        let x = max(0, min(lastX, xx * Float(column) + startX))
        let y = max(0, min(lastY, yx * Float(column) + startY))
        let (left, top) = (Int(x), Int(y))
        let (fx, fy) = (x - Float(left), y - Float(top))
        let right = min(left &+ 1, width &- 1)
        let bottom = min(top &+ 1, height &- 1)
        let corner00 = (top &* width &+ left) &* channels
        let corner01 = (top &* width &+ right) &* channels
        let corner10 = (bottom &* width &+ left) &* channels
        let corner11 = (bottom &* width &+ right) &* channels
        for c in 0..<channels {
          let above = image[corner00 &+ c] + fx * (image[corner01 &+ c] - image[corner00 &+ c])
          let below = image[corner10 &+ c] + fx * (image[corner11 &+ c] - image[corner10 &+ c])
          result[next] = above + fy * (below - above)
          next &+= 1
        }
      }
    }
  }
}
