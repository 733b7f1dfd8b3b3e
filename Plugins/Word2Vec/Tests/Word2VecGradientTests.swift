import Basics
import Testing

@testable import Word2VecPlugin

@Suite("Word2Vec: the step")
struct Word2VecGradientTests {
  private let key: UInt64 = 0x1234_5678_9abc_def0

  /// Tables of values of ±0.5, the reference over them, and the same values trained in C.
  private func step(
    _ tokens: [Int32], rows: Int, options: Word2VecOptions, noise: NoiseTable, threads: Int = 1
  ) throws -> (before: Word2VecReference, inputs: [[Double]], outputs: [[Double]]) {
    var stream = RandomStream(seed: 9)
    func table() -> [[Double]] {
      (0..<rows).map { _ in
        (0..<options.dimension).map { _ in Double(Float(stream.uniform(-0.5, 0.5))) }
      }
    }
    let reference = Word2VecReference(
      inputs: table(), outputs: table(), options: options, key: key, noise: noise)
    return try WordKernels.withTrainer(
      tokens: tokens, starts: [0, tokens.count], keep: [UInt32](repeating: .max, count: rows),
      noise: noise, options: options, key: key, threads: threads
    ) { trainer in
      let width = WordKernels.stride(options.dimension)
      func read(_ buffer: UnsafeMutableBufferPointer<Float>) -> [[Double]] {
        (0..<rows).map { row in
          (0..<options.dimension).map { Double(buffer[row * width + $0]) }
        }
      }
      for row in 0..<rows {
        for column in 0..<options.dimension {
          trainer.inputs[row * width + column] = Float(reference.inputs[row][column])
          trainer.outputs[row * width + column] = Float(reference.outputs[row][column])
        }
      }
      trainer.train(epoch: 0, pieces: 0..<1)
      return (reference, read(trainer.inputs), read(trainer.outputs))
    }
  }

  @Test(
    "A step goes down the loss by the learning rate times its gradient",
    arguments: Word2VecOptions.Model.allCases)
  func gradient(model: Word2VecOptions.Model) throws {
    // Words 2 and 3 are each other's context; all negatives are word 4, drawn three times.
    let options = Word2VecOptions(
      model: model, dimension: 6, window: 1, negatives: 3, epochs: 1, learningRate: 1e-3,
      minimumLearningRate: 1e-3)
    let noise = NoiseTable(counts: [0, 0, 0, 0, 5], exponent: 0.75)
    let (before, inputs, outputs) = try step([2, 3], rows: 5, options: options, noise: noise)
    let centres = before.centres([2, 3])
    #expect(centres.map(\.outputs) == [[2, 4, 4, 4], [3, 4, 4, 4]])
    for row in 2..<5 {
      for column in 0..<6 {
        var up = before
        var down = before
        up.inputs[row][column] += 1e-5
        down.inputs[row][column] -= 1e-5
        let input = (up.loss(centres) - down.loss(centres)) / 2e-5
        #expect(abs((before.inputs[row][column] - inputs[row][column]) / 1e-3 - input) < 2e-3)
        up = before
        down = before
        up.outputs[row][column] += 1e-5
        down.outputs[row][column] -= 1e-5
        let output = (up.loss(centres) - down.loss(centres)) / 2e-5
        #expect(abs((before.outputs[row][column] - outputs[row][column]) / 1e-3 - output) < 2e-3)
      }
    }
  }

  @Test(
    "A document is trained as the reference does it pair by pair",
    arguments: [(5, 5, 40), (5, 5, 300), (1, 2, 16), (8, 4, 100)], [1, 2])
  func reference(sizes: (window: Int, negatives: Int, dimension: Int), threads: Int) throws {
    let options = Word2VecOptions(
      dimension: sizes.dimension, window: sizes.window, negatives: sizes.negatives, epochs: 1,
      learningRate: 0.1, minimumLearningRate: 0.01)
    // No word comes twice within a window, so that pairs follow each other exactly.
    let tokens = (0..<45).map { Int32(2 + $0 * 7 % 20) }
    let noise = NoiseTable(counts: [0, 0] + (1...20).map { 100 / $0 }, exponent: 0.75)
    var (expected, inputs, outputs) = try step(
      tokens, rows: 22, options: options, noise: noise, threads: threads)
    let before = expected.inputs
    expected.trainSkipGram(expected.centres(tokens))
    var moved = 0.0
    var error = 0.0
    for row in 2..<22 {
      for column in 0..<sizes.dimension {
        error = max(error, abs(inputs[row][column] - expected.inputs[row][column]))
        error = max(error, abs(outputs[row][column] - expected.outputs[row][column]))
        moved = max(moved, abs(before[row][column] - inputs[row][column]))
      }
    }
    #expect(error < 2e-6)
    #expect(moved > 0.05)
  }
}
