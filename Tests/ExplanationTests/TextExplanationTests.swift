import Basics
import Datasets
import EncoderKit
import Testing
import Training

@testable import Explanation
@testable import Tensors

@Suite("Attribution of words")
struct TextExplanationTests {
  private func explain(_ text: String, _ model: TrainedModel) throws -> TextExplanation {
    let reading = try #require(model.reading(text))
    let score = try ModelScore(
      model, image: model.image == nil ? nil : SmallModel.pixels(), words: reading.indices,
      varying: .text, kernels: ReferenceKernels())
    return try TextExplanation(
      score, Explainer.Report(text: text, reading: reading), integration: .init())
  }

  @Test("Words are shown as written, with offsets in scalars and bytes")
  func offsets() throws {
    let text = "Größe: HEART\u{301} is Large… 🫁 no effusion."
    let found = try explain(text, SmallModel.make(image: false, text: true)).words
    #expect(found.map(\.written) == ["Größe", "HEART\u{301}", "is", "Large", "no", "effusion"])
    #expect(found.map(\.token).prefix(1) == ["größe"])
    let scalars = Array(text.unicodeScalars)
    for word in found {
      var written = String.UnicodeScalarView()
      written.append(contentsOf: scalars[word.range])
      #expect(String(written) == word.written)
      #expect(String(decoding: Array(text.utf8)[word.bytes], as: UTF8.self) == word.written)
    }
    #expect(found.map(\.state) == [.unknown, .unknown, .known, .known, .known, .known])
  }

  @Test("Words behind the last that is read are cut off and score nothing")
  func cutOff() throws {
    let model = try SmallModel.make(image: false, text: true, maximumWords: 4)
    let found = try explain("The heart is large, no effusion", model).words
    #expect(found.map(\.state) == [.known, .known, .known, .known, .cutOff, .cutOff])
    #expect(found.suffix(2).allSatisfy { $0.gradient == 0 && $0.integrated == 0 })
  }

  @Test("The paper's scores share out the document, and integrated gradients the logit's change")
  func sums() throws {
    let model = try SmallModel.make(image: true, text: true)
    let found = try explain("The heart is large, no effusion and no large heart", model)
    #expect(abs(found.words.reduce(0) { $0 + $1.gradient } - 1) < 1e-12)
    #expect(found.words.allSatisfy { $0.gradient >= 0 })
    let sum = found.words.reduce(0) { $0 + $1.integrated }
    #expect(abs(sum - found.path.change - found.path.delta) < 1e-6)
    #expect(abs(found.path.delta) <= 0.05 * abs(found.path.change) + 1e-5)
  }

  @Test("The paper's score is the squared gradient of each instance's own vector")
  func instances() throws {
    let model = try SmallModel.make(image: false, text: true)
    let text = "no effusion and no heart"
    let found = try explain(text, model)
    let score = try ModelScore(
      model, image: nil, words: SmallModel.indices(text, model), varying: .text,
      kernels: ReferenceKernels())
    let gradient = score.gradients(score.input).gradients
    let squares = (0..<5).map { row in
      (0..<6).reduce(0.0) { $0 + Double(gradient[row * 6 + $1]) * Double(gradient[row * 6 + $1]) }
    }
    let total = squares.reduce(0, +)
    for (word, square) in zip(found.words, squares) {
      #expect(abs(word.gradient - square / total) < 1e-12)
    }
    // The same word at two places: one vector, two attributions.
    #expect(score.input[0..<6] == score.input[18..<24])
    #expect(found.words[0].integrated != found.words[3].integrated)
  }

  @Test("The parts of a joint attribution add up to the logit's change")
  func joint() throws {
    let model = try SmallModel.make(image: true, text: true)
    let score = try ModelScore(
      model, image: SmallModel.pixels(), words: SmallModel.indices("The heart is large", model),
      varying: .both, kernels: ReferenceKernels())
    let joint = try JointExplanation(
      score, imageBaseline: [Float](repeating: 0, count: 576),
      #require(model.reading("The heart is large")), integration: .init())
    #expect(abs(joint.image + joint.text - joint.path.change - joint.path.delta) < 1e-6)
    #expect(abs(joint.path.delta) <= 0.05 * abs(joint.path.change) + 1e-5)
    let share = try #require(joint.imageShare)
    #expect(share > 0 && share < 1)
  }
}
