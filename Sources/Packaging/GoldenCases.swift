import Basics
import Bundles
import Datasets
import Downloads
import EncoderKit
import Foundation
import Images
import Registry
import Studies
import Training

/// `golden.json` of a bundle: inputs with the logits that the model gives for them.
///
/// The inputs are drawn and written by the phantom sample, so nobody's image or report is published.
/// Images have the size from which the model cuts its own, so that readers elsewhere need not resize
/// as this program does.
struct GoldenCases {
  struct Case: Equatable {
    /// Relative to the bundle; with a view's name where the model tells views apart.
    let images: [CaseImage]
    let text: String?
    let logits: [Double]
  }

  static let fileName = "golden.json"
  /// How far logits may lie apart on another machine: this, or this share of the logit.
  static let tolerance = 1e-4

  let cases: [Case]
  /// The kernels that gave the logits.
  let kernels: String

  /// Writes inputs and logits for the model in a folder.
  static func write(
    for model: TrainedModel, in folder: String, registry: EncoderRegistry, kernels: any Kernels
  ) throws {
    let side = model.image.map(\.preprocessing.resize) ?? 64
    let views = model.image?.views
    let names = views.map { $0.slots?.names.map(Optional.some) ?? [nil, nil] } ?? [nil]
    let sample = PhantomSample(count: 2, seed: 20, size: min(2048, max(64, side)))
    let predictor = try Predictor(folder: folder, registry: registry, kernels: kernels)
    var cases: [Case] = []
    let phantoms = sample.cases()
    for (index, phantom) in phantoms.enumerated() {
      var images: [CaseImage] = []
      for (place, view) in names.enumerated() where model.image != nil {
        let path = "golden/case\(index + 1)\(place == 0 ? "" : "-\(place + 1)").png"
        try AtomicFile.makeFolder("\(folder)/golden")
        // Further pictures are those of other cases: any will do.
        let drawn = sample.radiograph(of: phantoms[(index + place) % phantoms.count])
        try drawn.image.resized(shorterSide: side, crop: side).savePNG(path: "\(folder)/\(path)")
        images.append(CaseImage(path: path, view: view))
      }
      let text = model.text == nil ? nil : readable(phantom.text, model, number: index)
      let answer = try predictor.predict(
        images: GoldenCases.located(images, in: folder), text: text)
      cases.append(Case(images: images, text: text, logits: answer.answers.map(\.logit)))
    }
    let value: JSONValue = [
      "schema": 1, "tolerance": tolerance.json, "kernels": kernels.name.json,
      "cases": JSONValue(
        .array(
          cases.map { golden in
            var members: [(key: String, value: JSONValue)] = []
            members += GoldenCases.members(golden.images)
            if let text = golden.text { members.append(("text", text.json)) }
            members.append(
              ("logits", golden.logits.json))
            return JSONValue(.object(members))
          })),
    ]
    try AtomicFile.write(value.text() + "\n", to: "\(folder)/\(fileName)")
  }

  private static func located(_ images: [CaseImage], in folder: String) -> [CaseImage] {
    images.map { CaseImage(path: "\(folder)/\($0.path)", view: $0.view) }
  }

  /// One picture without a view as ever, others in a list.
  private static func members(_ images: [CaseImage]) -> [(key: String, value: JSONValue)] {
    if images.isEmpty { return [] }
    if images.count == 1, images[0].view == nil { return [("image", images[0].path.json)] }
    return [
      (
        "images",
        images.map { image -> JSONValue in
          ["path": image.path.json, "view": image.view.json]
        }.json
      )
    ]
  }

  /// Reads what `members` gives.
  private static func images(_ object: inout JSONObject, listed: Set<String>) throws -> [CaseImage]
  {
    var images = try object.optionalString("image").map { [CaseImage(path: $0)] } ?? []
    images +=
      try object.value("images")?.array().map { value in
        var image = try value.object()
        let found = CaseImage(
          path: try image.string("path"), view: try image.optionalString("view"))
        try image.finish()
        return found
      } ?? []
    for image in images where !listed.contains(image.path) {
      throw ZooError(
        .badValue, "the image \"\(image.path)\" is no golden file of the bundle", at: object.place)
    }
    return images
  }

  /// Words of a text that is made up of the vocabulary.
  private static let madeUpLength = 20

  /// The report, or a row of the vocabulary's commonest words where the model knows hardly any of the
  /// report's; another row for another number.
  static func readable(_ text: String, _ model: TrainedModel, number: Int) -> String {
    guard let vocabulary = model.vocabulary else { return text }
    let known = Set(vocabulary.words)
    let words = model.tokenizer.words(text)
    guard words.count(where: { known.contains($0) }) * 4 < words.count else { return text }
    // What is read back as itself: no stand-in, and no word that was cut otherwise in training.
    let whole = vocabulary.words.dropFirst(2).filter { model.tokenizer.words($0) == [$0] }
    let choices = [
      whole.filter { word in word.count > 1 && word.allSatisfy { $0.isASCII && $0.isLetter } },
      whole.filter { word in word.allSatisfy(\.isLetter) }, Array(whole),
    ]
    guard let chosen = choices.first(where: { !$0.isEmpty }) else { return text }
    let row = chosen.dropFirst(number * madeUpLength).prefix(madeUpLength)
    return (row.isEmpty ? chosen.prefix(madeUpLength) : row).joined(separator: " ")
  }

  /// Reads the cases of a bundle.
  ///
  /// - Throws: `ZooError` with file, line and key.
  init(folder: BundleFolder) throws {
    let path = "\(folder.path)/\(Self.fileName)"
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...1)
    _ = try root.required("tolerance").number(in: 0...1)
    kernels = try root.string("kernels")
    let listed = Set(folder.manifest.files(.golden).map(\.path))
    cases = try root.required("cases").array().map { value in
      var object = try value.object()
      let golden = Case(
        images: try GoldenCases.images(&object, listed: listed),
        text: try object.optionalString("text"),
        logits: try object.required("logits").array().map { try $0.number() })
      try object.finish()
      return golden
    }
    try root.finish()
    guard !cases.isEmpty else {
      throw ZooError(.badValue, "no case; expected one or more", at: Place(path: path))
    }
  }

  /// Computes the logits again and compares; the largest difference.
  ///
  /// - Throws: `ZooError` of code `.wrongContent` that names the case that differs.
  func check(
    _ folder: BundleFolder, registry: EncoderRegistry, kernels: any Kernels
  ) throws -> Double {
    let predictor = try Predictor(folder: folder.path, registry: registry, kernels: kernels)
    var largest = 0.0
    for (index, golden) in cases.enumerated() {
      try Interruption.check()
      let place = Place(path: "\(folder.path)/\(Self.fileName)", key: "cases[\(index)]")
      let found = try predictor.predict(
        images: GoldenCases.located(golden.images, in: folder.path), text: golden.text
      ).answers.map(\.logit)
      guard found.count == golden.logits.count else {
        throw ZooError(
          .wrongContent, "the model gives \(found.count) logits; expected \(golden.logits.count)",
          at: place)
      }
      for (value, expected) in zip(found, golden.logits) {
        largest = max(largest, abs(value - expected))
        guard abs(value - expected) <= Self.tolerance * max(1, abs(expected)) else {
          throw ZooError(
            .wrongContent, "the model gives the logit \(value); expected \(expected)", at: place)
        }
      }
    }
    return largest
  }
}
