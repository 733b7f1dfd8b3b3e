import Basics
import EncoderKit
import Evaluation
import Foundation
import Tensors
import Training

/// A trained model as an ONNX file: one input for images, one for words, the logits.
///
/// The graph is what a forward pass did (`Trace`), so an encoder of any plugin is written without
/// knowing the format; what can't be written is refused by its name. Preprocessing, labels and
/// vocabulary stand in the file's metadata. Same model, same bytes.
package struct ONNXExport {
  /// The inputs and the output with their shapes, for a reader.
  package let summary: [String]
  /// The keys and texts of the file's metadata.
  package let metadata: [(key: String, value: String)]
  private let message: ProtobufMessage
  /// The files of the encoder's own tokenizer; nil for a model without one.
  private let tokenizer: EncoderFiles?

  /// Runs the model and puts the file together.
  ///
  /// - Throws: `ZooError` of code `.unsupported` that names what can't be written.
  package init(_ model: TrainedModel, version: String, kernels: any Kernels) throws {
    let writer = try ONNXExport.writer(model, kernels)
    let interface = try ModelInterface(model, maximumWords: writer.reading?.limit)
    metadata = interface.metadata
    tokenizer = model.tokenizerFiles
    message = writer.graph.model(
      producerVersion: version,
      description: "A classifier trained with EncoderZoo; no medical device.",
      metadata: interface.metadata)
    guard message.count <= ONNXGraph.maximumSize else {
      throw ZooError(
        .unsupported,
        "the file would have \(message.count) bytes; ONNX files hold at most \(ONNXGraph.maximumSize)"
      )
    }
    var lines: [String] = []
    if let image = model.image {
      lines.append(
        "\(GraphWriter.imageInput)  float [batch, \(image.preprocessing.channels), \(image.preprocessing.size), \(image.preprocessing.size)]"
      )
    }
    if model.text != nil { lines.append("\(GraphWriter.textInput)  int64 [batch, length]") }
    summary =
      lines + [
        "\(GraphWriter.output)  float [batch, \(model.task.outputs(model.labels).count)]"
      ]
      + (model.acceptsMissingModality
        ? ["it reads both sides of every case: what stands in for a missing one is left out"] : [])
  }

  /// The folder of the encoder's own tokenizer beside the file, `model.tokenizer` of `model.onnx`; nil for a model
  /// without one.
  package func tokenizerFolder(beside path: String) -> String? {
    tokenizer.map { _ in "\(withoutExtension(path)).tokenizer" }
  }

  /// Writes the file, whole or not at all, and before it the tokenizer's.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to path: String) throws {
    if let tokenizer, let folder = tokenizerFolder(beside: path) {
      try AtomicFile.makeFolder(folder)
      for name in tokenizer.names {
        try AtomicFile.write(tokenizer.bytes(name) ?? Data(), to: "\(folder)/\(name)")
      }
    }
    try message.write(to: path)
  }

  /// The graph of a model, and how it reads texts.
  ///
  /// - Throws: `ZooError` of code `.unsupported` that names what can't be written.
  static func writer(_ model: TrainedModel, _ kernels: any Kernels) throws -> GraphWriter {
    let writer = try self.writer(model, length: 300, kernels)
    guard let reading = writer.reading, reading.limit == nil else { return writer }
    // Longer than any encoder's limit; one without a limit does all its work for them.
    let readsAll = model.ownTokenizer != nil && model.maximumPieces == nil
    let length = readsAll ? 5001 : 100_001
    do {
      return try self.writer(model, length: length, kernels)
    } catch let error as ZooError where error.code == .unsupported {
      throw ZooError(
        error.code, "of texts of \(length) words or pieces \(error.message)", at: error.place,
        advice: error.advice)
    }
  }

  private static func writer(_ model: TrainedModel, length: Int, _ kernels: any Kernels) throws
    -> GraphWriter
  {
    var writer = GraphWriter(try TracedPasses(model, length: length, kernels: kernels))
    try writer.run()
    return writer
  }
}
