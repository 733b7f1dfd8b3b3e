import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("A shape mistake ends the process with a sentence")
  struct ShapeMistakeTests {
    private static func expect(
      _ sentence: String, _ result: ExitTest.Result?,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(
        said.contains("shape mistake: \(sentence)\n"), "\(said)", sourceLocation: sourceLocation)
      #expect(!said.contains("Registers"), sourceLocation: sourceLocation)
    }

    @Test("That names operation, shapes and what runs")
    func linear() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let run = makePass()
        let weights = randomParameter("fc.weight", [256, 10])
        _ = Running.named("stage layer2 of the encoder resnet18") {
          run.linear(randomTensor([8, 512], "x"), weights)
        }
      }
      Self.expect(
        "linear: features [8, 512] times fc.weight [256, 10]; in stage layer2 of the encoder resnet18",
        result)
    }

    @Test("Where a bias is too short, which was read beyond its end")
    func bias() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = makePass().convolution(
          randomTensor([1, 8, 8, 3], "x"), randomParameter("conv.weight", [16, 3, 3, 3]),
          bias: randomParameter("conv.bias", [4]), padding: 1)
      }
      Self.expect(
        "convolution: images [1, 8, 8, 3] by conv.weight [16, 3, 3, 3], bias [4]", result)
    }

    @Test("Of a reshaping, and of a sum")
    func others() async {
      let reshaped = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = makePass().reshape(randomTensor([2, 3], "x"), to: [7]) }
      Self.expect("reshape: [2, 3] to [7]: 6 values for 7 places", reshaped)
      let added = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = makePass().add(randomTensor([2, 3], "x"), randomTensor([3, 2], "y")) }
      Self.expect("add: [2, 3] and [3, 2] are not of one shape", added)
    }

    @Test("What ran before has its name back")
    func names() {
      let found = Running.named("outer") {
        [Running.named("inner") { Running.current }, Running.current]
      }
      #expect(found == ["inner", "outer"] && Running.current.isEmpty)
    }
  }
}
