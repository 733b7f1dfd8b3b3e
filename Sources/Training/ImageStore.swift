import Basics
import Dispatch
import Images
import Synchronization

/// The pictures of a study as one branch reads them, decoded once where they fit in memory.
///
/// Beyond the limit they are decoded again whenever a batch needs them; batches are made ahead of
/// training, in the background.
package struct ImageStore: Sendable {
  /// Bytes that decoded pictures may take in memory.
  package static let memoryLimit = 2 << 30

  private let paths: [String?]
  private let branch: ImageBranch
  private let decoded: [[UInt8]]
  /// A number for each picture: pictures that are equal have equal ones, in this process.
  package let fingerprints: [Int]

  /// A picture that can't be used, by its position among the paths.
  package struct Failure: Sendable {
    package let index: Int
    package let error: ZooError
  }

  /// Reads every picture once, on all cores; where there is no path it is black.
  ///
  /// - Returns: the store, and the pictures that can't be read; those are black in the store.
  package static func load(
    _ paths: [String?], _ branch: ImageBranch, progress: ProgressReporter
  ) -> (store: ImageStore, failures: [Failure]) {
    let bytes = branch.size * branch.size * branch.channels
    let keeps = bytes * paths.count <= memoryLimit
    let results = Mutex(
      (
        images: [[UInt8]](repeating: [], count: keeps ? paths.count : 0), failures: [Failure](),
        fingerprints: [Int](repeating: 0, count: paths.count)
      ))
    progress.begin("reading \(paths.count) images for \(branch.name)", total: paths.count)
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let outcome = Result {
        try paths[index].map { try branch.prepared($0).pixels }
          ?? [UInt8](repeating: 0, count: bytes)
      }
      let fingerprint = (try? outcome.get()).map(fingerprint) ?? 0
      results.withLock { results in
        results.fingerprints[index] = fingerprint
        switch outcome {
        case .success(let pixels): if keeps { results.images[index] = pixels }
        case .failure(let error):
          let known =
            error as? ZooError
            ?? ZooError(.badFormat, "\(error)", at: Place(path: paths[index]))
          results.failures.append(Failure(index: index, error: known))
          if keeps { results.images[index] = [UInt8](repeating: 0, count: bytes) }
        }
      }
      progress.advance(by: 1)
    }
    progress.end()
    let (images, failures, fingerprints) = results.withLock { $0 }
    let store = ImageStore(
      paths: paths, branch: branch, decoded: images, fingerprints: fingerprints)
    return (store, failures.sorted { $0.index < $1.index })
  }

  /// The store of some of the pictures, in the given order.
  package func keeping(_ indices: [Int]) -> ImageStore {
    ImageStore(
      paths: indices.map { paths[$0] }, branch: branch,
      decoded: decoded.isEmpty ? [] : indices.map { decoded[$0] },
      fingerprints: indices.map { fingerprints[$0] })
  }

  /// A picture's bytes, `[size, size, channels]`; black where a file has vanished meanwhile.
  private func bytes(_ index: Int) -> [UInt8] {
    if !decoded.isEmpty { return decoded[index] }
    let blank = branch.size * branch.size * branch.channels
    return paths[index].flatMap { try? branch.prepared($0).pixels }
      ?? [UInt8](repeating: 0, count: blank)
  }

  /// Mean and standard deviation of all pixels (0…1) of some pictures.
  package func normalization(over indices: [Int]) -> ImageBranch.Normalization {
    var histogram = [Int](repeating: 0, count: 256)
    for index in indices { for byte in bytes(index) { histogram[Int(byte)] += 1 } }
    let count = Double(max(1, histogram.reduce(0, +)))
    let mean = histogram.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) } / count
    let variance = histogram.enumerated().reduce(0.0) {
      $0 + (Double($1.offset) - mean) * (Double($1.offset) - mean) * Double($1.element)
    }
    let deviation = (variance / count).squareRoot() / 255
    return .init(mean: [Float(mean / 255)], deviation: [Float(max(deviation, 1e-3))])
  }

  /// A batch of pictures, `[indices, size, size, channels]`, normalised; with a random stream also
  /// augmented, each picture from a stream of its own index.
  package func batch(_ indices: [Int], augmentedBy random: RandomStream?) -> [Float] {
    let size = branch.size * branch.size * branch.channels
    var output = [Float](repeating: 0, count: indices.count * size)
    output.withUnsafeMutableBufferPointer { output in
      for (place, index) in indices.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: output[place * size..<(place + 1) * size])
        let source = bytes(index).map { Float($0) / 255 }
        if var stream = random?.derived(index), !branch.augmentation.isOff {
          source.withUnsafeBufferPointer {
            branch.augmentation.apply(
              to: $0, width: branch.size, height: branch.size, channels: branch.channels,
              into: target, outputWidth: branch.size, outputHeight: branch.size, random: &stream)
          }
        } else {
          _ = target.update(from: source)
        }
        branch.normalize(target)
      }
    }
    return output
  }

  /// Hands every picture's bytes over, in order.
  package func forEachPicture(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    for index in paths.indices { try bytes(index).withUnsafeBytes(body) }
  }

  /// The store with a fitted branch.
  package func with(_ branch: ImageBranch) -> ImageStore {
    ImageStore(paths: paths, branch: branch, decoded: decoded, fingerprints: fingerprints)
  }
}

/// A number that equal values share and others rarely do, in this process.
private func fingerprint<Element>(_ values: [Element]) -> Int {
  var hasher = Hasher()
  values.withUnsafeBytes { hasher.combine(bytes: $0) }
  return hasher.finalize()
}
