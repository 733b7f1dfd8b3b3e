import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Tensors, parameters and windows")
  struct WindowTests {
    @Test(
      "The extent of an output",
      arguments: [(224, 7, 2, 3, 112), (3, 2, 2, 0, 1), (56, 3, 2, 1, 28), (5, 5, 1, 0, 1)])
    func extent(_ c: (input: Int, kernel: Int, stride: Int, padding: Int, output: Int)) {
      let window = Window(height: c.kernel, width: 1, stride: c.stride, padding: c.padding)
      #expect(window.outputShape([1, c.input, 9, 1], channels: 1)[1] == c.output)
    }

    @Test("Values, rows and channels")
    func tensor() {
      let x = Tensor([1, 2, 3, 4, 5, 6], shape: [1, 2, 3])
      #expect(x.values == [1, 2, 3, 4, 5, 6])
      #expect((x.count, x.rows, x.channels) == (6, 2, 3))
      #expect(Tensor(repeating: 2, shape: [3]).values == [2, 2, 2])
      #expect(Tensor([], shape: [0, 3]).values.isEmpty)
    }

    @Test(
      "A number that is not finite is found wherever it is",
      arguments: [Float.nan, .infinity, -.infinity])
    func finite(_ value: Float) {
      var values = [Float](repeating: 1, count: 77)
      #expect(Tensor(values, shape: [77]).isFinite)
      for place in [0, 63, 76] {
        values[place] = value
        #expect(!Tensor(values, shape: [77]).isFinite)
        values[place] = .greatestFiniteMagnitude
      }
    }

    @Test("Statistics are never trainable; replacing keeps a copy of nothing but the content")
    func parameters() {
      let statistic = Parameter(key: "m", kind: .statistic, value: Tensor([1], shape: [1]))
      #expect(!statistic.isTrainable)
      let weight = parameter("w", [1, 2], [2])
      weight.replace(traced(Tensor([3, 4], shape: [2])))
      #expect(weight.value.values == [3, 4] && weight.value.node == nil)
      weight.update { $0[0] = 9 }
      #expect(weight.value.values == [9, 4])
    }
  }
}
