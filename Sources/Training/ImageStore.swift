import Basics
import Dispatch
import Downloads
import Foundation
import Images
import Ranks
import Synchronization

/// The pictures of a study as one branch reads them, decoded once where they fit in memory; those of a case one
/// after another, as a `PictureLayout` says.
///
/// Beyond the limit they are decoded again whenever a batch needs them; batches are made ahead of
/// training, in the background.
package struct ImageStore: Sendable {
  /// Bytes that decoded pictures may take in memory.
  package static let memoryLimit = 2 << 30

  private let paths: [String?]
  private let branch: ImageBranch
  /// The pictures, nil where there is no path; empty beyond the limit.
  private let kept: [PixelImage?]
  /// What each picture's pixels were when it was first read; 0 where there is no path.
  private let digests: [Int]
  /// A number for each picture: pictures that are equal have equal ones; nil where there is no path.
  package var fingerprints: [Int?] { zip(paths, digests).map { $0 == nil ? nil : $1 } }
  /// What the files are like.
  package let census: PictureCensus
  /// The ranks that have read the pictures together.
  private let ranks: RankGroup?

  /// A picture that can't be used, by its position among the paths.
  package struct Failure: Sendable {
    package let index: Int
    package let error: ZooError
  }

  /// Reads every picture once, on all cores; where there is no path it is black.
  ///
  /// Of several ranks each reads a part, and sends it to the others where all of them fit in memory.
  ///
  /// - Returns: the store, and the pictures that can't be read, which must leave it by `keeping`.
  /// - Throws: `ZooError` where libcrypto fails; of several ranks `Interrupted`.
  package static func load(
    _ paths: [String?], _ branch: ImageBranch, memoryLimit: Int = ImageStore.memoryLimit,
    sharedBy ranks: RankGroup? = nil, progress: ProgressReporter
  ) throws -> (store: ImageStore, failures: [Failure]) {
    let results = Mutex(ReadPictures(count: paths.count))
    let own = ranks?.share(of: paths.count, groupsOf: 1, rank: ranks?.rank ?? 0)
    let places = own ?? Array(paths.indices)
    let part = own.map { "\($0.count) of " } ?? ""
    progress.begin("reading \(part)\(paths.count) images for \(branch.name)", total: places.count)
    DispatchQueue.concurrentPerform(iterations: places.count) { place in
      defer { progress.advance(by: 1) }
      let index = places[place]
      guard let path = paths[index] else { return }
      let outcome = Result { try branch.preprocessing.read(path) }.flatMap { original, facts in
        Result {
          let image = branch.preprocessing.fitted(original)
          return (image: image, digest: try digest(image), facts: facts)
        }
      }
      results.withLock { read in
        switch outcome {
        case .success(let (image, digest, facts)):
          read.add(image, digest, facts, at: index, memoryLimit: memoryLimit)
        case .failure(let error):
          read.failures[index] =
            error as? ZooError ?? ZooError(.badFormat, errorSentence(error), at: Place(path: path))
        }
      }
    }
    progress.end()
    var read = results.withLock { $0 }
    if let ranks { try read.share(by: ranks, memoryLimit: memoryLimit) }
    var census = PictureCensus()
    for (path, facts) in zip(paths, read.facts) {
      if let path, let facts { census.add(path, facts) }
    }
    var known = branch
    known.pixels.bits = branch.pixels.bits ?? census.bits
    let store = ImageStore(
      paths: paths, branch: known, kept: read.images, digests: read.digests, census: census,
      ranks: ranks)
    return (
      store,
      read.failures.sorted { $0.key < $1.key }.map { Failure(index: $0.key, error: $0.value) }
    )
  }

  /// What a person should hear of the files, in sentences.
  package func notes(of branch: ImageBranch) -> [String] {
    census.notes(bits: self.branch.pixels.bits, branch.pixels.bits == nil ? .rule : .given)
  }

  /// The store of some of the pictures, in the given order.
  package func keeping(_ indices: [Int]) -> ImageStore {
    ImageStore(
      paths: indices.map { paths[$0] }, branch: branch,
      kept: kept.isEmpty ? [] : indices.map { kept[$0] }, digests: indices.map { digests[$0] },
      census: census, ranks: ranks)
  }

  /// A picture; nil where there is no path.
  ///
  /// - Throws: `ZooError` that names a file that has vanished or changed since it was first read.
  private func image(_ index: Int) throws -> PixelImage? {
    guard let path = paths[index] else { return nil }
    if !kept.isEmpty { return kept[index]?.scaled(white: white) }
    let image = branch.preprocessing.fitted(
      try branch.preprocessing.read(path).image)
    guard try ImageStore.digest(image) == digests[index] else {
      throw ZooError(
        .conflict, "has changed since this run began to read it", at: Place(path: path),
        advice: "leave the images as they are while a run goes on, and start it again")
    }
    return image.scaled(white: white)
  }

  private var white: Int { SampleBits.white(branch.pixels.bits ?? 16) }

  /// Equal pixels have equal digests, in every process.
  private static func digest(_ image: PixelImage) throws -> Int {
    let hash = try SHA256Stream()
    try withUnsafeBytes(of: image.depth) { try hash.update($0) }
    try image.pixels.withUnsafeBytes { try hash.update($0) }
    return Int(truncatingIfNeeded: UInt64(try hash.finish().prefix(16), radix: 16) ?? 0)
  }

  /// The branch with what these pictures decide where it does not say it: the bits of 16-bit samples, by
  /// all pictures, and the normalisation, by those of some indices.
  ///
  /// - Throws: `ZooError` that names a file that has vanished or changed.
  package func fitted(_ branch: ImageBranch, over indices: [Int]) throws -> ImageBranch {
    var branch = branch
    branch.pixels.bits = self.branch.pixels.bits
    if branch.pixels.normalization == nil {
      branch.pixels.normalization = try normalization(over: indices)
    }
    return branch
  }

  /// Mean and standard deviation of all pixels (0…1) of some pictures.
  ///
  /// Of ranks that read the pictures together, each counts a part of those that are not in memory.
  ///
  /// - Throws: `ZooError` that names a file that has vanished or changed.
  package func normalization(over indices: [Int]) throws -> PixelNormalization {
    func counted(_ indices: [Int]) throws -> PixelHistogram {
      var histogram = PixelHistogram()
      for index in indices {
        if let image = try image(index) {
          histogram.add(image)
        } else {
          histogram.addBlack(branch.preprocessing.count)
        }
      }
      return histogram
    }
    var histogram = PixelHistogram()
    if let ranks, kept.isEmpty {
      let own = try counted(
        ranks.share(of: indices.count, groupsOf: 1, rank: ranks.rank).map { indices[$0] })
      for part in ranks.gather(Array(try JSONEncoder().encode(own))) {
        histogram.add(try JSONDecoder().decode(PixelHistogram.self, from: Data(part)))
      }
    } else {
      histogram = try counted(indices)
    }
    let (mean, deviation) = histogram.moments
    return .init(mean: [Float(mean)], deviation: [Float(deviation)])
  }

  /// A batch of pictures of cases that have one each.
  ///
  /// - Throws: `ZooError` that names a file that has vanished or changed.
  package func batch(_ indices: [Int], augmentedBy random: RandomStream?) throws -> [Float] {
    try batch(indices.map { PictureReference(case: $0) }, augmentedBy: random)
  }

  /// A batch of pictures, `[pictures, size, size, channels]`, normalised; with a random stream also
  /// augmented, each picture from a stream of its own.
  ///
  /// - Throws: `ZooError` that names a file that has vanished or changed.
  package func batch(_ pictures: [PictureReference], augmentedBy random: RandomStream?) throws
    -> [Float]
  {
    let size = branch.preprocessing.count
    var output = [Float](repeating: 0, count: pictures.count * size)
    try output.withUnsafeMutableBufferPointer { output in
      for (place, picture) in pictures.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: output[place * size..<(place + 1) * size])
        let source = try image(picture.index)?.floats() ?? [Float](repeating: 0, count: size)
        if var stream = random.map(picture.stream), !branch.augmentation.isOff {
          source.withUnsafeBufferPointer {
            branch.augmentation.apply(
              to: $0, width: branch.preprocessing.size, height: branch.preprocessing.size,
              channels: branch.preprocessing.channels,
              into: target, outputWidth: branch.preprocessing.size,
              outputHeight: branch.preprocessing.size, random: &stream)
          }
        } else {
          _ = target.update(from: source)
        }
        branch.pixels.normalize(target)
      }
    }
    return output
  }

  /// Hands every picture's bytes over, in order; where there is no path, zeros.
  ///
  /// - Throws: what `body` throws; `ZooError` that names a file that has vanished or changed.
  package func forEachPicture(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let black = [UInt8](repeating: 0, count: branch.preprocessing.count)
    for index in paths.indices { try (image(index)?.pixels ?? black).withUnsafeBytes(body) }
  }

  /// The store with a fitted branch.
  package func with(_ branch: ImageBranch) -> ImageStore {
    ImageStore(
      paths: paths, branch: branch, kept: kept, digests: digests, census: census, ranks: ranks)
  }
}
