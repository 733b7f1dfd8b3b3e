import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Elements by their addresses")
  struct ElementsTests {
    /// What happened to some probes, in order.
    private final class Log {
      var entries: [String] = []
    }

    private struct Probe: Elements {
      let name: String
      let log: Log

      func materialize() { log.entries.append("\(name) made") }

      func pointer(_ access: ElementAccess) -> String {
        log.entries.append("\(name) found")
        return name
      }
    }

    @Test("Everything is made, in order, before an address is taken, and before there is a result")
    func order() {
      let log = Log()
      let (a, b) = (Probe(name: "a", log: log), Probe(name: "b", log: log))
      let names = withElements(a, b) { [$0, $1] }
      #expect(names == ["a", "b"])
      #expect(log.entries == ["a made", "b made", "a found", "b found"])
    }

    @Test("A result is made of what is read; a missing input is none")
    func result() {
      let x = Tensor([1, 2, 3], shape: [3])
      let sum = Tensor([3], from: x, Tensor?.none, [x, x]) { output, x, bias, all in
        #expect(bias == nil && all.count == 2)
        for i in 0..<3 { output[i] = x[i] + all[1][i] }
      }
      #expect(sum.values == [2, 4, 6])
    }

    @Test("A tensor without a name lives while its elements are read")
    func unnamed() {
      func made(_ value: Float) -> Tensor { Tensor(repeating: value, shape: [1000]) }
      let sum = withElements(made(3), made(4)) { a, b in
        // What was given back would go to these.
        let others = (0..<8).map { _ in made(7) }
        #expect(others.allSatisfy { $0.values[0] == 7 })
        return (0..<1000).reduce(Float(0)) { $0 + a[$1] + b[$1] }
      }
      #expect(sum == 7000)
    }

    @Test("Values are read in place, those of lazy steps too")
    func inPlace() {
      let x = randomTensor([1, 6, 6, 8], "x")
      let lazy = makePass().convolution(x, randomParameter("w", [4, 1, 1, 8]))
      #expect(lazy.withFloats { $0.count } == 144)
      #expect(lazy.withFloats { Array($0) } == lazy.values)
      #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).withFloats { $0.max() } == 4)
    }
  }
}
