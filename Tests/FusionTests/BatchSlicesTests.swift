import EncoderKit
import Testing

@testable import Fusion

/// Stages that shrink maps of 224 to 28, 14, 7 and one, and keep how many images each was given at a time.
private final class Shrinking: ImageEncoder {
  let featureWidth = 1
  let stages = ["28", "14", "7", "1"].map { EncoderStage($0) }
  var given: [[Int]] = [[], [], [], []]

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    given[stage].append(x.shape[0])
    let side = [28, 14, 7, 1][stage]
    // What an image carries through all stages is its first number.
    let (values, width) = (x.values, x.count / x.shape[0])
    return Tensor(
      (0..<x.shape[0]).flatMap { Array(repeating: values[$0 * width], count: side * side) },
      shape: stage == 3 ? [x.shape[0], 1] : [x.shape[0], side, side, 1])
  }
}

@Suite("Batches in slices")
struct BatchSlicesTests {
  private func given(_ count: Int, tape: Tape? = nil) -> [[Int]] {
    let encoder = Shrinking()
    let images = Tensor(
      (0..<count).flatMap { Array(repeating: Float($0), count: 224 * 224) },
      shape: [count, 224, 224, 1])
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: tape, kernels: ReferenceKernels())
    #expect(encoder.features(images, &pass).values == (0..<count).map { Float($0) })
    return encoder.given
  }

  @Test("Two images at a time, more where maps are small, all in the last stage")
  func slices() {
    // Eight maps of 28 × 28 go on together, 32 of 14 × 14.
    #expect(given(9) == [[2, 2, 2, 2, 1], [8, 1], [9], [9]])
    #expect(given(43)[1...] == [[8, 8, 8, 8, 8, 3], [32, 11], [43]])
    #expect(given(2) == [[2], [2], [2], [2]])
  }

  @Test("A batch whose gradients are wanted stays whole")
  func recorded() {
    #expect(given(5, tape: Tape()) == [[5], [5], [5], [5]])
  }
}
