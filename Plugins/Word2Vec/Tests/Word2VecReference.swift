import Basics
import Foundation

@testable import Word2VecPlugin

/// One epoch over one document, pair by pair in double precision: what the C loops must do.
struct Word2VecReference {
  var inputs: [[Double]]
  var outputs: [[Double]]
  let options: Word2VecOptions
  let key: UInt64
  let noise: NoiseTable

  /// A centre word of the document: its context's words, its output words (itself first).
  struct Centre {
    var contexts: [Int]
    var outputs: [Int]
    var rate: Double
  }

  private func numbers(_ block: Int, _ position: Int) -> SIMD4<UInt32> {
    philox4x32(counter: SIMD4(UInt32(block), 0, UInt32(position), 0), key: key)
  }

  /// The centre words with windows and negatives drawn as documented, no token thinned out.
  func centres(_ tokens: [Int32]) -> [Centre] {
    tokens.indices.map { position in
      let first = numbers(0, position)
      let reach = 1 + Int((UInt64(first[1]) * UInt64(options.window)) >> 32)
      let near = max(0, position - reach)...min(tokens.count - 1, position + reach)
      var outputs = [Int(tokens[position])]
      for n in 0..<options.negatives {
        let number = n < 2 ? first[2 + n] : numbers(1 + (n - 2) / 4, position)[(n - 2) % 4]
        let product = UInt64(number) * UInt64(noise.cells.count)
        let cell = WordKernels.parts(of: noise.cells[Int(product >> 32)])
        let own = UInt32(truncatingIfNeeded: product) < cell.threshold
        let word = 2 + (own ? Int(product >> 32) : cell.other)
        if word != outputs[0] { outputs.append(word) }
      }
      // The rate is that of the first of its group.
      let part = Double(position / WordKernels.group * WordKernels.group) / Double(tokens.count)
      return Centre(
        contexts: near.filter { $0 != position }.map { Int(tokens[$0]) }, outputs: outputs,
        rate: options.learningRate
          + (options.minimumLearningRate - options.learningRate) * part)
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The negative log likelihood of the centre words, the objective of the paper.
  func loss(_ centres: [Centre]) -> Double {
    var sum = 0.0
    for centre in centres {
      var sources = centre.contexts.map { inputs[$0] }
      if options.model == .cbow { sources = [mean(of: centre)] }
      for source in sources {
        for (k, word) in centre.outputs.enumerated() {
          let product = dot(source, outputs[word])
          sum += log(1 + exp(k == 0 ? -product : product))
        }
      }
    }
    return sum
  }

  private func mean(of centre: Centre) -> [Double] {
    inputs[0].indices.map { column in
      centre.contexts.reduce(0) { $0 + inputs[$1][column] } / Double(centre.contexts.count)
    }
  }

  /// Skip-gram over the document: the factors of a group of centre words from the values before
  /// them, each window pair by pair; then all applied in order.
  mutating func trainSkipGram(_ centres: [Centre]) {
    for first in stride(from: 0, to: centres.count, by: WordKernels.group) {
      let group = centres[first..<min(first + WordKernels.group, centres.count)]
      let before = self
      for centre in group {
        var local = before
        let factors = centre.contexts.map { local.pair($0, centre) }
        for (context, factors) in zip(centre.contexts, factors) {
          apply(context, centre, factors)
        }
      }
    }
  }

  /// The factors of one context word; its outputs move, it doesn't: its products are taken before.
  private mutating func pair(_ context: Int, _ centre: Centre) -> [Double] {
    let factors = centre.outputs.enumerated().map { k, word in
      centre.rate * ((k == 0 ? 1 : 0) - 1 / (1 + exp(-dot(inputs[context], outputs[word]))))
    }
    let kept = inputs[context]
    apply(context, centre, factors)
    inputs[context] = kept
    return factors
  }

  private mutating func apply(_ context: Int, _ centre: Centre, _ factors: [Double]) {
    let source = inputs[context]
    let old = outputs
    for (word, factor) in zip(centre.outputs, factors) {
      for column in source.indices {
        inputs[context][column] += factor * old[word][column]
        outputs[word][column] += factor * source[column]
      }
    }
  }
}
