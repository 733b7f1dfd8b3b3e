import EncoderKit
import Foundation
import Testing

@testable import Fusion

private func pass(_ mode: Forward.Mode = .evaluation, tape: Tape? = nil, seed: UInt64 = 0)
  -> Forward
{
  Forward(mode, random: RandomStream(seed: seed), tape: tape, kernels: ReferenceKernels())
}

private func made(
  _ rule: ViewJoin.Rule, slots: Int?,
  store: ParameterStore = ParameterStore(random: RandomStream(seed: 1)), drop: Double = 0
) throws -> ViewJoin {
  try ViewJoin(
    Scope(store)("views"), rule: rule, slots: slots, width: 2, attentionWidth: 3, dropRate: drop)
}

/// Two pictures of the first case, one of the second.
private var features: Tensor { Tensor([1, 6, 3, 2, 5, 5], shape: [3, 2]) }

@Suite("Several pictures of a case")
struct ViewJoinTests {
  @Test("Mean and maximum are those of a case's own pictures")
  func values() throws {
    var run = pass()
    #expect(
      try made(.mean, slots: nil)([features], [[0, 1], [2]], &run).values == [2, 4, 5, 5])
    #expect(
      try made(.maximum, slots: nil)([features], [[0, 1], [2]], &run).values == [3, 6, 5, 5])
  }

  @Test("A stand-in takes the place of a missing view, and of no other")
  func standIns() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    let mean = try made(.mean, slots: 2, store: store)
    #expect(store.parameters.map(\.key) == ["views.missing0", "views.missing1"])
    mean.standIns[0].replace(Tensor([100, 100], shape: [2]))
    mean.standIns[1].replace(Tensor([7, 9], shape: [2]))
    var run = pass()
    #expect(mean([features], [[0, 1], [2, nil]], &run).values == [2, 4, 6, 7])
    // The view that is there keeps its own place: the other slot's stand-in is taken.
    #expect(mean([features], [[0, 1], [nil, 2]], &run).values == [2, 4, 52.5, 52.5])
    // A case of which no view is there is joined of stand-ins alone.
    #expect(mean([nil], [[nil, nil]], &run).values == [53.5, 54.5])
  }

  @Test("Attention sums to 1, follows the formula, and does not depend on the order of a bag")
  func attention() throws {
    let store = ParameterStore(random: RandomStream(seed: 4))
    let join = try made(.attention, slots: nil, store: store)
    var run = pass()
    let weights = try #require(join.weights([features], [[0, 1, 2], [2, 0]], &run))
    #expect(weights.map(\.count) == [3, 2])
    for row in weights { #expect(abs(row.reduce(0, +) - 1) < 1e-6) }
    // By hand: softmax of w · (tanh(V h) ∘ σ(U h)).
    func matrix(_ name: String) throws -> [Float] {
      try #require(store.parameter("views.attention.\(name).weight")).value.values
    }
    let (v, u, w) = (try matrix("tanh"), try matrix("gate"), try matrix("score"))
    let rows: [[Float]] = [[1, 6], [3, 2], [5, 5]]
    let scores = rows.map { h in
      (0..<3).reduce(Float(0)) { sum, row in
        let a = v[2 * row] * h[0] + v[2 * row + 1] * h[1]
        let b = u[2 * row] * h[0] + u[2 * row + 1] * h[1]
        return sum + w[row] * tanh(a) / (1 + exp(-b))
      }
    }
    let all = scores.map { exp($0) }
    for (found, expected) in zip(weights[0], all.map { $0 / all.reduce(0, +) }) {
      #expect(abs(found - expected) < 1e-5)
    }
    for rule in ViewJoin.Rule.allCases {
      let any = try made(
        rule, slots: nil, store: ParameterStore(random: RandomStream(seed: 4)))
      let one = any([features], [[0, 1, 2]], &run).values
      let other = any([features], [[2, 0, 1]], &run).values
      for (a, b) in zip(one, other) { #expect(abs(a - b) < 1e-5, "\(rule)") }
    }
  }

  @Test("Gradients reach pictures, stand-ins and attention", arguments: ViewJoin.Rule.allCases)
  func gradients(rule: ViewJoin.Rule) throws {
    let store = ParameterStore(random: RandomStream(seed: 2))
    let join = try made(rule, slots: 2, store: store)
    for (index, standIn) in join.standIns.enumerated() {
      standIn.replace(Tensor([0.3, -0.4 + Float(index)], shape: [2]))
    }
    let pictures: [[Int?]] = [[0, 1], [2, nil], [nil, 1]]
    func loss(_ x: Tensor) -> Float {
      var run = pass()
      let values = join([x], pictures, &run).values
      return zip(values, [1, -2, 0.5, 3, -1, 0.7]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let tape = Tape()
    var run = pass(tape: tape)
    var x = Tensor([0.5, -0.2, 0.9, 0.4, -0.7, 0.1], shape: [3, 2])
    let plain = x
    x.node = GradientNode()
    let output = join([x], pictures, &run)
    tape.backward(
      from: output, gradient: Tensor([1, -2, 0.5, 3, -1, 0.7], shape: [3, 2]))
    func check(_ name: String, _ gradient: Tensor?, _ values: [Float], _ set: ([Float]) -> Float) {
      guard let found = gradient?.values else {
        Issue.record("no gradient of \(name)")
        return
      }
      for index in values.indices {
        let ends = [Float(1), -1].map { sign -> Float in
          var changed = values
          changed[index] += sign * 0x1p-8
          return set(changed)
        }
        #expect(abs(found[index] - (ends[0] - ends[1]) * 0x1p7) < 2e-3, "\(rule) \(name)[\(index)]")
      }
    }
    check("x", x.node?.gradient, plain.values) { loss(Tensor($0, shape: [3, 2])) }
    for parameter in store.parameters {
      let kept = parameter.value
      check(parameter.key, parameter.node.gradient, kept.values) { changed in
        parameter.replace(Tensor(changed, shape: kept.shape))
        defer { parameter.replace(kept) }
        return loss(plain)
      }
    }
  }

  @Test("In training one view of some cases is passed over, never the last; in evaluation none")
  func dropping() throws {
    let join = try made(.mean, slots: 2, drop: 0.5)
    for standIn in join.standIns { standIn.replace(Tensor([-1000, -1000], shape: [2])) }
    let pictures: [[Int?]] = (0..<200).map { $0 % 2 == 0 ? [0, 1] : [2, nil] }
    var training = pass(.training, seed: 3)
    let values = join([features], pictures, &training).values
    let dropped = (0..<200).filter { $0 % 2 == 0 && values[2 * $0] < 0 }.count
    #expect((30...70).contains(dropped))
    // A case of one view has lost none: its mean is of that view and the other's stand-in.
    for item in stride(from: 1, to: 200, by: 2) { #expect(values[2 * item] == -497.5) }
    var evaluation = pass()
    #expect(join([features], [[0, 1]], &evaluation).values == [2, 4])
  }
}
