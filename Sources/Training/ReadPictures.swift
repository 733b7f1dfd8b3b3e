import Basics
import Foundation
import Images
import Ranks

/// What was read so far of the pictures of a store.
struct ReadPictures {
  /// Pixels; empty where they do not fit in memory.
  private(set) var images: [PixelImage?]
  private(set) var digests: [Int]
  private(set) var facts: [PictureFacts?]
  /// Why pictures can't be used, by their index.
  var failures: [Int: ZooError] = [:]
  private var bytes = 0
  fileprivate var forms: [PixelForm?]

  init(count: Int) {
    images = Array(repeating: nil, count: count)
    digests = Array(repeating: 0, count: count)
    facts = Array(repeating: nil, count: count)
    forms = Array(repeating: nil, count: count)
  }

  /// Adds a picture; where all of them take more than the limit, pixels are not kept.
  mutating func add(
    _ image: PixelImage, _ digest: Int, _ fact: PictureFacts, at index: Int, memoryLimit: Int
  ) {
    (facts[index], digests[index], forms[index]) = (fact, digest, PixelForm(image))
    bytes += image.pixels.count
    if bytes <= memoryLimit { images[index] = image } else { images = [] }
  }

  /// Completes the pictures that this rank has read by those of the others, which have read a part each.
  ///
  /// - Throws: `Interrupted` on all ranks where one is asked to stop.
  mutating func share(by ranks: RankGroup, memoryLimit: Int) throws {
    let indices = Array(digests.indices)
    let own = self
    let reports = try ranks.rows(indices, groupsOf: 1) { indices in
      // What a stopped decoder left undone is no fault of the files.
      try Interruption.check()
      return try indices.map {
        Array(try JSONEncoder().encode(PictureReport(own, $0, readBy: ranks.name)))
      }
    }
    bytes = 0
    for (index, text) in reports.enumerated() {
      let report = try JSONDecoder().decode(PictureReport.self, from: Data(text))
      (facts[index], digests[index], forms[index]) = (report.facts, report.digest, report.form)
      failures[index] = report.failure?.error
      bytes += report.form?.bytes ?? 0
    }
    guard bytes <= memoryLimit else {
      images = []
      return
    }
    let pixels = try ranks.rows(indices, groupsOf: 1) { $0.map { own.images[$0]?.pixels ?? [] } }
    images = zip(forms, pixels).map { form, pixels in form?.image(pixels) }
  }
}

/// Everything of a picture but its pixels.
private struct PixelForm: Codable {
  let width: Int
  let height: Int
  let channels: Int
  let depth: Int
  let white: Int
  let hasKnownWhite: Bool

  init(_ image: PixelImage) {
    (width, height, channels) = (image.width, image.height, image.channels)
    (depth, white, hasKnownWhite) = (image.depth, image.white, image.hasKnownWhite)
  }

  var bytes: Int { width * height * channels * depth / 8 }

  func image(_ pixels: [UInt8]) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels, pixels: pixels, depth: depth, white: white,
      hasKnownWhite: hasKnownWhite)
  }
}

/// What a rank tells the others of a picture.
private struct PictureReport: Codable {
  /// Why a picture can't be used.
  struct Failure: Codable {
    let code: String
    let message: String
    let path: String?
    let line: Int?
    let key: String?
    let advice: String?

    var error: ZooError {
      ZooError(
        ZooError.Code(code), message, at: Place(path: path, line: line, key: key), advice: advice)
    }
  }

  let digest: Int
  let facts: PictureFacts?
  let form: PixelForm?
  let failure: Failure?

  init(_ read: ReadPictures, _ index: Int, readBy name: String) {
    (digest, facts, form) = (read.digests[index], read.facts[index], read.forms[index])
    failure = read.failures[index].map {
      Failure(
        code: $0.code.description, message: "\($0.message) (\(name))", path: $0.place?.path,
        line: $0.place?.line, key: $0.place?.key, advice: $0.advice)
    }
  }
}
