import Basics
import Foundation
import Images
import Testing

@Suite("Augmentation") struct AugmentationTests {
  private func apply(
    _ augmentation: Augmentation, to image: [Float], _ width: Int, _ height: Int, channels: Int = 1,
    out: (Int, Int)? = nil, seed: UInt64 = 1
  ) -> [Float] {
    var random = RandomStream(seed: seed)
    return augmentation.apply(
      to: image, width: width, height: height, channels: channels, outputWidth: out?.0 ?? width,
      outputHeight: out?.1 ?? height, random: &random)
  }

  @Test("With all parts off the image is unchanged", arguments: [(1, 31, 17), (3, 16, 20)])
  func identity(channels: Int, width: Int, height: Int) {
    let image = drawnPattern(width, height, channels).floats()
    #expect(Augmentation.off.isOff)
    #expect(apply(.off, to: image, width, height, channels: channels) == image)
  }

  @Test("A mirrored image is mirrored", arguments: [1, 3])
  func flip(channels: Int) {
    let image = drawnPattern(5, 4, channels).floats()
    let flipped = apply(Augmentation(horizontalFlip: 1), to: image, 5, 4, channels: channels)
    for y in 0..<4 {
      for x in 0..<5 {
        for c in 0..<channels {
          let there = image[(y * 5 + 4 - x) * channels + c]
          #expect(abs(flipped[(y * 5 + x) * channels + c] - there) < 1e-5)
        }
      }
    }
  }

  @Test("Another output size samples between the pixels' centres, edges repeated")
  func outputSize() {
    // Output centres lie at source positions -0.25, 0.25, 0.75, 1.25.
    #expect(apply(.off, to: [0, 1], 2, 1, out: (4, 1)) == [0, 0.25, 0.75, 1])
    #expect(apply(.off, to: [0, 1, 0.5, 0.25], 4, 1, out: (2, 1)) == [0.5, 0.375])
  }

  @Test("Rotation is about the centre and no larger than asked")
  func rotation() {
    // A bright spot 12 pixels right of the centre of a dark image.
    var image = [Float](repeating: 0, count: 41 * 41)
    image[20 * 41 + 32] = 1
    for seed in 0..<50 as Range<UInt64> {
      let turned = apply(Augmentation(rotation: 30), to: image, 41, 41, seed: seed)
      var (sum, sumX, sumY) = (Float(0), Float(0), Float(0))
      for y in 0..<41 {
        for x in 0..<41 {
          sum += turned[y * 41 + x]
          sumX += turned[y * 41 + x] * Float(x - 20)
          sumY += turned[y * 41 + x] * Float(y - 20)
        }
      }
      let (x, y) = (sumX / sum, sumY / sum)
      #expect(abs((x * x + y * y).squareRoot() - 12) < 0.3)
      #expect(abs(atan2(y, x)) < 31 * Float.pi / 180)
    }
  }

  @Test("Tones stay within 0…1 and change by no more than asked")
  func tones() {
    let image = drawnPattern(32, 32, 1).floats()
    for seed in 0..<20 as Range<UInt64> {
      let bright = apply(Augmentation(brightness: 0.1), to: image, 32, 32, seed: seed)
      #expect(zip(bright, image).allSatisfy { abs($0 - $1) <= 0.1001 })
      let strong = apply(
        Augmentation(brightness: 0.9, contrast: 0.9, gamma: 3), to: image, 32, 32, seed: seed)
      #expect(strong.allSatisfy { (0...1).contains($0) })
      let gamma = apply(Augmentation(gamma: 1), to: image, 32, 32, seed: seed)
      for (after, before) in zip(gamma, image) {
        #expect(after >= before * before - 1e-5 && after <= before.squareRoot() + 1e-5)
      }
    }
  }

  @Test("A covered patch is no larger than its share of the area and holds one value")
  func erase() {
    let image = (0..<10_000).map { Float($0) / 10_000 }
    var largest = 0
    for seed in 0..<40 as Range<UInt64> {
      let covered = apply(
        Augmentation(eraseProbability: 1, eraseArea: 0.2), to: image, 100, 100, seed: seed)
      let changed = zip(covered, image).filter { abs($0 - $1) > 1e-6 }.map(\.0)
      largest = max(largest, changed.count)
      #expect(changed.count > 300 && changed.count <= 2100)
      #expect(Set(changed).count == 1)
    }
    #expect(largest > 1000)
  }

  @Test("The same stream gives the same image, another stream another, and parts draw alone")
  func determinism() {
    let image = drawnPattern(40, 40, 1).floats()
    let all = Augmentation(
      rotation: 10, translation: 0.1, scale: 0.2, horizontalFlip: 0.5, brightness: 0.2,
      contrast: 0.2, gamma: 0.3, eraseProbability: 0.5, eraseArea: 0.2)
    #expect(apply(all, to: image, 40, 40, seed: 3) == apply(all, to: image, 40, 40, seed: 3))
    #expect(apply(all, to: image, 40, 40, seed: 3) != apply(all, to: image, 40, 40, seed: 4))
    var (one, other) = (RandomStream(seed: 3), RandomStream(seed: 3))
    _ = all.apply(
      to: image, width: 40, height: 40, channels: 1, outputWidth: 8, outputHeight: 8, random: &one)
    _ = Augmentation.off.apply(
      to: image, width: 40, height: 40, channels: 1, outputWidth: 8, outputHeight: 8, random: &other
    )
    #expect(one.next() == other.next())
  }

  @Test(
    "A part out of range is named",
    arguments: [
      (Augmentation(rotation: -1), "rotation: is -1.0; expected a number from 0 (off) to 180"),
      (Augmentation(eraseArea: 1.5), "eraseArea: is 1.5"),
      (Augmentation(gamma: .nan), "gamma: is nan"),
    ])
  func ranges(augmentation: Augmentation, message: String) throws {
    try Augmentation(rotation: 10, scale: 0.1).check()
    let error = #expect(throws: ZooError.self) {
      try augmentation.check(at: Place(path: "study.json", key: "augmentation"))
    }
    #expect(error?.description.hasPrefix("study.json: augmentation.\(message)") == true)
  }
}
