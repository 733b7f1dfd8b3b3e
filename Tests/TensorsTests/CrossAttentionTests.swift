import Testing

@testable import Tensors

@Suite("Gates and attention")
struct CrossAttentionTests {
  @Test("Tangent and logistic function are what the library says, and keep within their range")
  func gates() {
    let x = Tensor([-100, -1, 0, 0.5, 100], shape: [1, 5])
    let run = makePass()
    expectClose(run.tanh(x).values, [-1, -0.761594156, 0, 0.462117157, 1])
    expectClose(run.sigmoid(x).values, [0, 0.268941421, 0.5, 0.622459331, 1])
    let inputs = [randomTensor([3, 4], "x", -2..<2)]
    checkGradients(.reference, inputs: inputs) { run, x in run.tanh(x[0]) }
    checkGradients(.reference, inputs: inputs) { run, x in run.sigmoid(x[0]) }
  }

  @Test("Rows are taken where they are named; the parameter stands for the others")
  func rows() {
    let x = Tensor([1, 2, 3, 4], shape: [2, 2])
    let other = parameter("other", [7, 8], [2])
    let run = makePass()
    #expect(run.rows(x, at: [1, nil, 1], otherwise: other).values == [3, 4, 7, 8, 3, 4])
    #expect(run.rows(nil, at: [nil], otherwise: other).values == [7, 8])
    checkGradients(.reference, inputs: [randomTensor([3, 2], "x")], parameters: [other]) { run, x in
      run.rows(x[0], at: [2, nil, 0, 2, nil], otherwise: other)
    }
  }

  @Test("An outer product has every product of two rows' elements")
  func outer() {
    let a = Tensor([1, 2, 3, 4], shape: [2, 2])
    let b = Tensor([5, 6, 7, 8, 9, 10], shape: [2, 3])
    let found = makePass().outerProduct(a, b)
    #expect(found.shape == [2, 6])
    #expect(found.values == [5, 6, 7, 10, 12, 14, 24, 27, 30, 32, 36, 40])
    checkGradients(
      .reference, inputs: [randomTensor([2, 3], "a"), randomTensor([2, 4], "b")]
    ) { run, x in run.outerProduct(x[0], x[1]) }
  }

  @Test("Attention is the softmax's mean of the values, by hand")
  func byHand() {
    // One head of width 1: scores 1·0 and 1·ln 3 give weights 1/4 and 3/4.
    let run = makePass()
    let found = run.crossAttention(
      Tensor([1], shape: [1, 1, 1]), Tensor([0, 1.0986122887], shape: [1, 2, 1]),
      Tensor([8, 4], shape: [1, 2, 1]))
    expectClose(found.values, [5])
    // Two heads of width 1 do not see each other's columns; the second case has one key.
    let heads = run.crossAttention(
      Tensor([1, 0, 5, 5], shape: [2, 1, 2]),
      Tensor([0, 9, 1.0986122887, 9, 2, 3, 7, 7], shape: [2, 2, 2]),
      Tensor([8, 1, 4, 3, 6, 5, 100, 100], shape: [2, 2, 2]), heads: 2, keyCounts: [2, 1])
    expectClose(heads.values, [5, 2, 6, 5])
  }

  @Test("Gradients of attention agree with differences", arguments: [1, 2])
  func gradients(heads: Int) {
    checkGradients(
      .reference,
      inputs: [
        randomTensor([2, 3, 4], "q"), randomTensor([2, 5, 4], "k"), randomTensor([2, 5, 4], "v"),
      ]
    ) { run, x in run.crossAttention(x[0], x[1], x[2], heads: heads, keyCounts: [5, 2]) }
  }

  @Test("A mean over rows leaves out what lies behind a case's last")
  func means() {
    let x = Tensor([1, 2, 3, 4, 5, 6, 70, 80], shape: [2, 2, 2])
    #expect(makePass().meanOverRows(x, counts: [2, 1]).values == [2, 3, 5, 6])
    checkGradients(.reference, inputs: [randomTensor([2, 3, 2], "x")]) { run, x in
      run.meanOverRows(x[0], counts: [3, 2])
    }
  }

  @Test("Packed rows are laid apart, zeros behind the shorter case")
  func unpacking() {
    let layout = PackedLayout(lengths: [1, 2], gap: 1)
    let x = Tensor([1, 2, 0, 0, 3, 4, 5, 6, 0, 0], shape: [5, 2])
    let found = makePass().unpacked(x, layout)
    #expect(found.shape == [2, 2, 2])
    #expect(found.values == [1, 2, 0, 0, 3, 4, 5, 6])
    checkGradients(.reference, inputs: [randomTensor([5, 2], "x")]) { run, x in
      run.unpacked(x[0], layout)
    }
  }
}
