import Basics
import Conformance
import EncoderKit
import Foundation
import Studies
import Tensors

/// A row of the table of encoders: what it is and what it costs.
struct CostRow {
  private let description: EncoderDescription
  private let costs: EncoderCosts?
  /// Why it could not be measured.
  private let problem: String?

  /// Measures an encoder as it is without options.
  init(_ encoder: ZooCommand.Encoder, _ conformance: EncoderConformance) throws {
    description = encoder.description
    do {
      switch encoder {
      case .image(let entry): costs = try conformance.costs(entry)
      case .text(let entry): costs = try conformance.costs(entry)
      }
      problem = nil
    } catch let error as ZooError {
      (costs, problem) = (nil, error.message)
    }
  }

  /// The page of all rows, in Markdown.
  static func page(_ rows: [CostRow], kernels: any Kernels) -> String {
    let images = rows.filter { $0.description.modality == .image }
    let texts = rows.filter { $0.description.modality == .text }
    let head =
      "| encoder | features | parameters, millions | multiply-adds, millions | evaluation, batch 1 "
      + "| evaluation, batch 8 | training, batch 8 | memory of training, MB |\n"
      + "|---|---|---|---|---|---|---|---|\n"
    return """
      # Encoders

      Every encoder of the registry with its default options. This page is written by `zoo plugin table` \
      (\(Compute.threads) threads, kernels \(kernels.name) (\(kernels.library)), zoo \(programVersion)). Your own encoders: \
      [adding a backbone](add-a-backbone.md).

      - Images have the size that the encoder was published for, texts 60 words.
      - Parameters do not include the published classifier.
      - Multiply-adds are those of one forward pass, in convolutions, matrix products, attention and \
      recurrences.
      - Speeds are cases a second: evaluation one at a time and in batches of eight, training (forward and \
      backward, without the optimiser) in batches of eight.
      - Memory is the most that tensors took in training, parameters included.

      ## Images

      \(head)\(images.map(\.line).joined(separator: "\n"))

      ## Texts

      \(head)\(texts.map(\.line).joined(separator: "\n"))

      ## Papers

      \(rows.map(\.source).joined(separator: "\n"))

      """
  }

  private var line: String {
    guard let costs else {
      return "| `\(description.name)` | \(problem ?? "not measured") | | | | | | |"
    }
    let size = costs.size.map { ", \($0) pixels" } ?? ""
    let numbers = [
      (Double(costs.parameters) / 1e6, 2), (Double(costs.multiplyAdds) / 1e6, 1), (costs.alone, 1),
      (costs.batched, 1), (costs.trained, 1), (Double(costs.trainingBytes) / 1e6, 0),
    ].map { value, digits in String(format: "%.\(digits)f", value) }
    return
      "| `\(description.name)`\(size) | \(costs.featureWidth) | \(numbers.joined(separator: " | ")) |"
  }

  private var source: String {
    "- `\(description.name)`: \(description.summary). [\(description.paper)](\(description.link))"
  }
}
