import Basics
import Testing

@testable import Layers
@testable import Tensors

/// A linear layer of 3 to 2 and attention over a width of 4, both with adapters of rank 1.
private struct Net {
  let store: ParameterStore
  let linear: Linear
  let attention: MultiHeadAttention

  init(given: [String: Tensor] = [:], _ settings: LowRankSettings = Net.settings) throws {
    store = ParameterStore(random: RandomStream(seed: 1), given: given)
    store.adapt("net", settings)
    let scope = Scope(store)("net")
    linear = try Linear(scope("fc"), from: 3, to: 2)
    attention = try MultiHeadAttention(scope("attn"), width: 4, heads: 2, keys: .timm)
  }

  static let settings = LowRankSettings(rank: 1, alpha: 3, targets: ["fc", "qkv"], dropout: 0)

  func value(_ x: Tensor) -> [Float] {
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    return x.channels == 3 ? linear(x, &pass).values : attention(x, &pass).values
  }
}

private func inputs(_ shape: [Int]) -> Tensor {
  Tensor((0..<shape.reduce(1, *)).map { Float(($0 * 7 + 3) % 11) / 5 - 1 }, shape: shape)
}

@Suite("Low-rank adapters")
struct LowRankAdapterTests {
  @Test("An adapted layer starts as the one it adapts, and its own weights are initialised alike")
  func start() throws {
    let adapted = try Net()
    let plain = ParameterStore(random: RandomStream(seed: 1))
    let scope = Scope(plain)("net")
    let linear = try Linear(scope("fc"), from: 3, to: 2)
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    #expect(adapted.value(inputs([5, 3])) == linear(inputs([5, 3]), &pass).values)
    #expect(
      adapted.store.parameters.map(\.key).filter(ParameterStore.isAdapter) == [
        "net.fc.lora_A.weight", "net.fc.lora_B.weight", "net.attn.qkv.lora_A.weight",
        "net.attn.qkv.lora_B.weight",
      ])
    #expect(adapted.store.adapterCount == 3 + 2 + 4 + 12)
  }

  @Test("y = x·Wᵀ + b + α/r · (x·Aᵀ)·Bᵀ, by hand")
  func formula() throws {
    let net = try Net(given: [
      "net.fc.weight": Tensor([1, 0, 0, 0, 1, 0], shape: [2, 3]),
      "net.fc.lora_A.weight": Tensor([1, 2, 3], shape: [1, 3]),
      "net.fc.lora_B.weight": Tensor([1, -1], shape: [2, 1]),
    ])
    // A·x = 14, α/r = 3: 1 + 42 and 2 − 42.
    #expect(net.value(Tensor([1, 2, 3], shape: [1, 3])) == [43, -40])
  }

  @Test("Only adapters learn, and what they learn added to the weights gives the same")
  func learning() throws {
    let net = try Net()
    net.store.trainAdaptersAlone(below: "net")
    let before = net.store.parameters.map(\.value.values)
    let optimizer = Optimizer(.sgd, weightDecay: 0)
    for _ in 0..<4 {
      let tape = Tape()
      var pass = Forward(
        .training, random: RandomStream(seed: 0), tape: tape, kernels: ReferenceKernels())
      let y = net.linear(inputs([5, 3]), &pass)
      let z = net.attention(inputs([2, 3, 4]), &pass)
      let flat = pass.concatenate([
        pass.reshape(y, to: [1, y.count]), pass.reshape(z, to: [1, z.count]),
      ])
      tape.backward(from: flat, gradient: inputs(flat.shape))
      optimizer.step(net.store.parameters, learningRate: 0.1, clip: nil) { _ in 1 }
    }
    for (parameter, old) in zip(net.store.parameters, before) {
      #expect(
        (parameter.value.values != old) == ParameterStore.isAdapter(parameter.key),
        "\(parameter.key)")
    }
    var merged: [String: Tensor] = [:]
    for parameter in net.store.parameters where !ParameterStore.isAdapter(parameter.key) {
      merged[parameter.key] = Tensor(
        net.store.merged(parameter.key, Net.settings) ?? parameter.value.values,
        shape: parameter.value.shape)
    }
    // Adapters of a new net add nothing.
    let plain = try Net(given: merged)
    for x in [inputs([5, 3]), inputs([2, 3, 4])] {
      #expect(zip(net.value(x), plain.value(x)).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test("A layer is named by the end of its key, whole names only")
  func targets() throws {
    let settings = LowRankSettings(rank: 1, alpha: 1, targets: ["mlp.fc1"], dropout: 0)
    #expect(settings.adapts("blocks.0.mlp.fc1") && settings.adapts("mlp.fc1"))
    #expect(!settings.adapts("blocks.0.mlp.fc10") && !settings.adapts("blocks.0.xmlp.fc1"))
    #expect(!settings.adapts("fc1"))
    #expect(throws: ZooError.self) {
      _ = try Net(LowRankSettings(rank: 3, alpha: 1, targets: ["fc"], dropout: 0))
    }
  }
}
