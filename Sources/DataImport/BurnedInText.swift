import Images

/// Whether letters seem to be burned into a picture's borders.
///
/// On a copy of 256 pixels' longer side, connected pixels above three quarters of white in the outer sixth count as a
/// letter where they are 3 to 14 pixels high, 1 to 14 wide and stand on dark; four of them or more in a line are text.
/// A side marker has one or two. It finds what is plain to see, and no more.
package enum BurnedInText {
  /// The fewest letters in a line.
  static let letters = 4

  /// Whether there seems to be text.
  package static func seems(in image: PixelImage) -> Bool {
    let longer = max(image.width, image.height)
    let (width, height) = (max(1, 256 * image.width / longer), max(1, 256 * image.height / longer))
    let small = image.resized(width: width, height: height).eightBit
    let grey = small.channels == 3 ? small.converted(channels: 1) : small
    let (bandX, bandY) = (width / 6, height / 6)
    var isBright = [Bool](repeating: false, count: width * height)
    for y in 0..<height {
      for x in 0..<width
      where x < bandX || x >= width - bandX || y < bandY || y >= height - bandY {
        isBright[y * width + x] = grey.pixels[y * width + x] > 190
      }
    }
    let found = components(&isBright, width, height).filter {
      (3...14).contains($0.height) && (1...14).contains($0.width) && standsOnDark($0, grey)
    }
    // Letters of a line have middles at one height, within half a letter, and are near each other.
    return found.contains { first in
      found.count {
        abs($0.middle - first.middle) <= first.height / 2 && abs($0.left - first.left) < 70
          && $0.height * 2 >= first.height && first.height * 2 >= $0.height
      } >= letters
    }
  }

  private struct Box {
    var left: Int
    var right: Int
    var top: Int
    var bottom: Int
    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    var middle: Int { (top + bottom) / 2 }
  }

  /// The boxes of bright pixels that touch each other.
  private static func components(_ isBright: inout [Bool], _ width: Int, _ height: Int) -> [Box] {
    var boxes: [Box] = []
    for start in isBright.indices where isBright[start] {
      var box = Box(
        left: start % width, right: start % width, top: start / width, bottom: start / width)
      var open = [start]
      isBright[start] = false
      while let place = open.popLast() {
        let (x, y) = (place % width, place / width)
        box.left = min(box.left, x)
        box.right = max(box.right, x)
        box.top = min(box.top, y)
        box.bottom = max(box.bottom, y)
        for dy in -1...1 {
          for dx in -1...1 {
            let (nx, ny) = (x + dx, y + dy)
            guard nx >= 0, nx < width, ny >= 0, ny < height, isBright[ny * width + nx] else {
              continue
            }
            isBright[ny * width + nx] = false
            open.append(ny * width + nx)
          }
        }
      }
      boxes.append(box)
    }
    return boxes
  }

  /// Whether the frame around a box is dark: its mean is below two fifths of white.
  private static func standsOnDark(_ box: Box, _ image: PixelImage) -> Bool {
    var (sum, count) = (0, 0)
    for y in max(0, box.top - 2)...min(image.height - 1, box.bottom + 2) {
      for x in max(0, box.left - 2)...min(image.width - 1, box.right + 2)
      where y < box.top - 1 || y > box.bottom + 1 || x < box.left - 1 || x > box.right + 1 {
        sum += Int(image.pixels[y * image.width + x])
        count += 1
      }
    }
    return count > 0 && sum < 102 * count
  }
}
