// DenseNet-121 and a text encoder, joined and trained on a synthetic sample; then a prediction and what it
// rests on. All in the folder that the first argument names.
import EncoderZoo
import Foundation

Zoo.tuneProcess()
let folder = CommandLine.arguments.dropFirst().first ?? "from-swift"
let zoo = try Zoo()

// 80 drawn images of 64 × 64 pixels with reports: too few and too short to learn much.
try PhantomSample(count: 80, size: 64).write(to: "\(folder)/sample")
var study = Study(name: "From Swift", data: .phantomSample(at: "\(folder)/sample"))
study.folds = .splits(1, test: 0.25)
study.images = [.init("densenet121", size: 64, training: .init(epochs: 2, batchSize: 16))]
study.texts = [.init("word2vec", training: .init(epochs: 5))]
study.fusionHeads = [.init("concat", fineTuning: .init(epochs: 0))]

let start = ContinuousClock.now
let results = try await zoo.train(study, folder: "\(folder)/model") { event in
  switch event {
  case .note(let text): print("note:", text)
  case .stageEnded(let name): print("done:", name)
  default: break
  }
}
print("trained in", ContinuousClock.now - start)
for name in results.combinations {
  let accuracy = results.summary(.accuracy, of: name)?.mean ?? .nan
  print("\(name): test accuracy \(String(format: "%.3f", accuracy))")
}

let model = try zoo.model("\(folder)/model")
let (image, text) = ("\(folder)/sample/images/0001.png", "There is a small left effusion.")
let prediction = try model.predict(image: image, text: text)
print(prediction.label ?? "", prediction.answers[0].probability)
for note in prediction.notes { print("note:", note) }

var options = ExplanationOptions()
options.baselines = [.black]
let explained = try model.explain(image: image, text: text, options: options)
for word in explained.words { print(word.written, String(format: "%+.4f", word.attribution)) }
for warning in explained.warnings { print("warning:", warning) }
try explained.write(to: "\(folder)/why")
print("wrote \(folder)/why/explanation.html. This is no diagnosis.")
