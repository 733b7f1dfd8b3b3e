import Testing

@testable import Tensors

@Suite("Rows of a case made one")
struct RowPoolingTests {
  @Test("The maximum is taken column by column over the rows that count")
  func maximum() {
    let x = Tensor([1, 9, 3, 4, 7, 7, -1, -2, -3, -4, 5, 6], shape: [2, 3, 2])
    #expect(makePass().maximumOverRows(x).values == [7, 9, 5, 6])
    // The last row of the second case is none of its own.
    #expect(makePass().maximumOverRows(x, counts: [3, 2]).values == [7, 9, -1, -2])
    checkGradients(.reference, inputs: [randomTensor([3, 4, 2], "x")], step: 0x1p-10) { pass, x in
      pass.maximumOverRows(x[0], counts: [4, 1, 3])
    }
  }

  @Test("A softmax over rows sums to 1, and is 0 behind the rows that count")
  func softmax() {
    let scores = Tensor([0, 1.0986122887, 7, 2, 2, 2], shape: [2, 3])
    let found = makePass().softmaxOverRows(scores, counts: [2, 3]).values
    expectClose(found, [0.25, 0.75, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3])
    checkGradients(.reference, inputs: [randomTensor([3, 4], "scores", -2..<2)]) { pass, x in
      pass.softmaxOverRows(x[0], counts: [4, 1, 3])
    }
  }

  @Test("A weighted sum adds each row as often as its weight says")
  func weightedSum() {
    let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2])
    let weights = Tensor([1, 0, 0.5, 2], shape: [2, 2])
    expectClose(
      makePass().weightedSumOverRows(x, weights: weights).values, [1, 2, 16.5, 19])
    checkGradients(
      .reference, inputs: [randomTensor([2, 3, 4], "x"), randomTensor([2, 3], "weights")]
    ) { pass, x in pass.weightedSumOverRows(x[0], weights: x[1]) }
  }
}
