import Basics
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite("Scopes and stores")
struct ScopeTests {
  @Test("Keys are joined by dots and kept in order")
  func keys() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    _ = try Convolution(Scope(store)("features")("conv0"), from: 3, to: 4, kernel: 7, hasBias: true)
    _ = try BatchNormalization(Scope(store)("features")("norm0"), channels: 4)
    #expect(
      store.parameters.map(\.key) == [
        "features.conv0.weight", "features.conv0.bias", "features.norm0.weight",
        "features.norm0.bias", "features.norm0.running_mean", "features.norm0.running_var",
      ])
    #expect(store.parameterCount == 4 * 7 * 7 * 3 + 4 + 8)
  }

  @Test("A parameter's start depends on the seed and its key, not on what came before")
  func seeds() throws {
    func weights(_ seed: UInt64, before: Bool) throws -> [Float] {
      let store = ParameterStore(random: RandomStream(seed: seed))
      if before { _ = try Linear(Scope(store)("a"), from: 3, to: 2) }
      _ = try Linear(Scope(store)("b"), from: 4, to: 2)
      return store.parameter("b.weight")?.value.values ?? []
    }
    #expect(try weights(1, before: true) == weights(1, before: false))
    #expect(try weights(1, before: true) != weights(2, before: true))
    #expect(try weights(1, before: true).allSatisfy { abs($0) <= 0.5 })
  }

  @Test("Saved weights of another shape, a missing key and a key asked for twice are refused")
  func refusals() throws {
    let saved = ["x.weight": Tensor(repeating: 0, shape: [2, 3])]
    let store = ParameterStore(saved: saved, origin: "model.safetensors")
    #expect(
      errorText { _ = try Linear(Scope(store)("x"), from: 4, to: 2) }.contains(
        "model.safetensors: x.weight: the tensor has shape [2, 3]; expected [2, 4]"))
    #expect(
      errorText { _ = try Linear(Scope(store)("y"), from: 3, to: 2) }.contains(
        "model.safetensors: has no tensor \"y.weight\" of shape [2, 3]"))
    let fresh = ParameterStore(random: RandomStream(seed: 1))
    _ = try Linear(Scope(fresh)("x"), from: 3, to: 2)
    #expect(
      errorText { _ = try Linear(Scope(fresh)("x"), from: 3, to: 2) }.contains(
        "two parameters are called \"x.weight\""))
  }

  @Test("Freezing by prefix leaves statistics alone and thaws again")
  func freezing() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    _ = try BatchNormalization(Scope(store)("image"), channels: 2)
    _ = try Linear(Scope(store)("head"), from: 2, to: 1)
    store.setTrainable(false, prefix: "image.")
    #expect(store.parameters.filter(\.isTrainable).map(\.key) == ["head.weight", "head.bias"])
    store.setTrainable(true)
    #expect(store.parameters.filter { !$0.isTrainable }.map(\.kind) == [.statistic, .statistic])
  }

  @Test("The moving average follows, and swapping twice changes nothing")
  func average() throws {
    let store = ParameterStore(random: RandomStream(seed: 1))
    let weight = try Scope(store).parameter("w", shape: [1], initializer: .constant(0))
    let average = WeightAverage(store.parameters, decay: 0.5)
    weight.update { $0[0] = 1 }
    average.update()  // keep = min(.5, 2/11): 0 · 2/11 + 1 · 9/11
    average.swap()
    #expect(abs(weight.value.values[0] - 9 / 11) < 1e-6)
    average.swap()
    #expect(weight.value.values[0] == 1)
  }
}
