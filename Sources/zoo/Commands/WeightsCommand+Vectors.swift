import Basics
import Downloads
import EncoderKit
import Foundation
import Registry

extension ZooCommand {
  /// Downloads the zip of word vectors unless it or its file is there, unpacks the file, prints its
  /// path.
  static func fetch(_ set: VectorSet, _ arguments: ParsedArguments) throws {
    writeWhole(
      "licences: vectors: \(set.licences.weights); data: \(set.licences.data)\n", to: STDERR_FILENO)
    let cache = try DownloadCache.standard()
    let progress = progress(arguments)
    let verifies = arguments.flag("verify")
    if !verifies, let path = cache.path(for: set.file) {
      print(path)
      return
    }
    _ = try cache.fetch(set.file.archive, progress: progress, verify: verifies)
    print(try VectorSource(set.name, registry().catalogue, cache: cache).path(progress: progress))
  }

  /// The lines of `zoo list --weights` about word vectors.
  static func listVectors(_ sets: [VectorSet], nameWidth: Int, kindWidth: Int) {
    let cache = try? DownloadCache.standard()
    for set in sets {
      let size = set.file.archive.size.map { "\($0 / 1_000_000) MB" } ?? ""
      let path = cache?.path(for: set.file) ?? cache?.path(for: set.file.archive)
      print(
        "\(pad(set.name, nameWidth))  \(pad("word vectors", kindWidth))  \(pad(size, 7))  "
          + (path ?? "not fetched"))
    }
  }

  /// Word vectors in the JSON of `zoo list --weights`.
  static func json(_ set: VectorSet) -> JSONValue {
    let cache = try? DownloadCache.standard()
    let path = cache?.path(for: set.file) ?? cache?.path(for: set.file.archive)
    return [
      "name": set.name.json, "kind": "word vectors", "url": set.file.archive.url.json,
      "member": set.file.member.json, "words": set.words.json, "dimension": set.dimension.json,
      "licences": [
        "code": set.licences.code.json, "weights": set.licences.weights.json,
        "data": set.licences.data.json,
      ],
      "trainedOn": JSONValue.collections(set.trainedOn), "path": path.json,
    ]
  }
}
