import EncoderKit
import Testing

@testable import Fusion

@Suite("Dense decoder")
struct DenseDecoderTests {
  private func decoder(
    _ store: ParameterStore, width: Int, hidden: Int
  ) throws -> DenseDecoder {
    let made = try DenseDecoder(
      Scope(store)("head"), width: width, outputs: 1,
      .init(hidden: hidden, dropout: 0.3, featureDropout: 0))
    // Statistics as after training, so that the test sees every tensor at work.
    var random = RandomStream(seed: 9).derived(width)
    for parameter in store.parameters {
      let values = (0..<parameter.value.count).map { _ in Float(random.uniform(0.5, 1.5)) }
      parameter.replace(Tensor(values, shape: parameter.value.shape))
    }
    return made
  }

  @Test("A fused decoder starts as the sum of its parts' logits", arguments: [(4, 6), (0, 0)])
  func sum(first: Int, second: Int) throws {
    let stores = (0..<3).map { ParameterStore(random: RandomStream(seed: UInt64($0))) }
    let image = try decoder(stores[0], width: 3, hidden: first)
    let text = try decoder(stores[1], width: 5, hidden: second)
    let fused = try decoder(stores[2], width: 8, hidden: first + second)
    stores[2].startDecoder(asSumOf: [stores[0], stores[1]])
    var random = RandomStream(seed: 5)
    let a = Tensor((0..<6).map { _ in Float(random.normal()) }, shape: [2, 3])
    let b = Tensor((0..<10).map { _ in Float(random.normal()) }, shape: [2, 5])
    var pass = Forward(
      .evaluation, random: random, tape: nil, kernels: ReferenceKernels())
    let sums = zip(image(a, &pass).values, text(b, &pass).values).map(+)
    let joined = fused(pass.concatenate([a, b]), &pass).values
    for (x, y) in zip(sums, joined) { #expect(abs(x - y) <= 1e-4 * max(1, abs(x))) }
    #expect(abs(sums[0] - sums[1]) > 1e-3)
  }
}
