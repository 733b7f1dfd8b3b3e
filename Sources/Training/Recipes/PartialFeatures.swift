import Basics
import Foundation
import WeightFiles

/// A file of features that is being made: `KEY.safetensors.part`, of its full size from the start.
///
/// Where the header will stand it begins with eight zero bytes, which no safetensors file does, the number of steps that
/// are done and that of the program's layout. What is counted is on the disk: the rows are flushed before the number is.
/// Its lock is the caller's.
final class PartialFeatures {
  /// Seconds after which the number of steps is written again.
  private static let interval = 20.0
  /// What a file of another layout does not have.
  private static let layout: UInt64 = 1

  let width: Int
  /// Steps that are done.
  private(set) var done = 0
  private let path: String
  private let part: String
  private let shapes: [(name: String, shape: [Int])]
  /// Where each view begins.
  private let starts: [Int]
  private let headerSize: Int
  private let size: Int
  private var descriptor: Int32
  private var lastNote = ContinuousClock.now

  /// Opens the file that a stopped run left, or a new one; nil where it can't be written, or the disk has no room.
  init?(path: String, views: Int, rows: Int, width: Int) {
    self.path = path
    part = "\(path).part"
    self.width = width
    shapes = (0..<views).map { ("view\($0)", [rows, width]) }
    guard let (prefix, order) = try? Self.header(shapes, digest: Self.noDigest) else { return nil }
    headerSize = prefix.count
    let bytes = rows * width * MemoryLayout<Float>.size
    var starts = [Int](repeating: 0, count: views)
    for (place, view) in order.enumerated() { starts[view] = prefix.count + place * bytes }
    self.starts = starts
    size = prefix.count + views * bytes
    descriptor = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    fstat(descriptor, &status)
    if Int(status.st_size) == size, let kept = keptSteps() {
      done = kept
    } else {
      guard ftruncate(descriptor, 0) == 0, posix_fallocate(descriptor, 0, off_t(size)) == 0,
        note(0)
      else {
        remove()
        return nil
      }
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes a row; false where that fails.
  func put(_ values: [Float], view: Int, row: Int) -> Bool {
    littleEndian(values).withUnsafeBytes {
      write($0, at: starts[view] + row * width * MemoryLayout<Float>.size)
    }
  }

  /// Notes how many steps are done; on the disk from time to time.
  func note(done: Int) {
    self.done = done
    if ContinuousClock.now - lastNote > .seconds(Self.interval) { suspend() }
  }

  /// Writes how many steps are done, after their rows.
  func suspend() {
    lastNote = .now
    if fdatasync(descriptor) == 0 { _ = note(done) }
  }

  /// The rows of each view, whose file is in its place now; nil where that fails.
  ///
  /// - Throws: `ZooError` where the rows can't be read again.
  func finished() throws -> [FeatureRows]? {
    let digits = try ContentDigest(text: "", shapes, read: values).digits
    // The header stands over the number of steps, so the rows are on the disk before.
    guard fdatasync(descriptor) == 0,
      try Self.header(shapes, digest: digits).prefix.withUnsafeBytes({ write($0, at: 0) }),
      fsync(descriptor) == 0, rename(part, path) == 0
    else { return nil }
    return (try? OpenTensorFile(path: path)).flatMap {
      try? Self.rows(of: $0, views: shapes.count)
    }
  }

  /// The rows of each view as far as they were written; the file is gone then.
  ///
  /// - Throws: `ZooError` where they can't be read.
  func abandon() throws -> [[Float]] {
    let views = try shapes.indices.map { view in
      try values(view, 0..<shapes[view].shape.reduce(1, *))
    }
    remove()
    return views
  }

  private func values(_ view: Int, _ range: Range<Int>) throws -> [Float] {
    let size = MemoryLayout<Float>.size
    return littleEndian(
      try [Float](unsafeUninitializedCapacity: range.count) { values, count in
        try OpenTensorFile.fill(
          UnsafeMutableRawBufferPointer(values), from: descriptor,
          at: starts[view] + range.lowerBound * size, path: part)
        count = range.count
      })
  }

  /// The rows of each view of a file that is whole, or else nil.
  static func kept(_ path: String, views: Int, rows: Int) -> (rows: [FeatureRows], width: Int)? {
    // One that is damaged is computed again, as one that is not there.
    guard let file = try? OpenTensorFile(path: path),
      let digits = file.metadata[ContentDigest.key],
      (try? ContentDigest(text: "", file: file))?.digits == digits,
      file.entries.allSatisfy({ $0.shape.count == 2 && $0.shape[0] == rows }),
      let all = try? Self.rows(of: file, views: views), let width = all.first?.width
    else { return nil }
    return (all, width)
  }

  private static func rows(of file: OpenTensorFile, views: Int) throws -> [FeatureRows]? {
    let entries = (0..<views).compactMap { file.entry("view\($0)") }
    return entries.count == views ? try entries.map { try FeatureRows($0, of: file) } : nil
  }

  private static let noDigest = String(repeating: "0", count: 64)

  private static func header(_ shapes: [(name: String, shape: [Int])], digest: String) throws -> (
    prefix: Data, order: [Int]
  ) {
    try TensorFile.layout(shapes, [ContentDigest.key: digest], path: nil)
  }

  private func note(_ steps: Int) -> Bool {
    [0, UInt64(steps).littleEndian, Self.layout.littleEndian].withUnsafeBytes { write($0, at: 0) }
  }

  /// The steps of a stopped run; nil where the file is none of this layout.
  private func keptSteps() -> Int? {
    var words = [UInt64](repeating: 0, count: 3)
    guard
      (try? words.withUnsafeMutableBytes {
        try OpenTensorFile.fill($0, from: descriptor, at: 0, path: part)
      }) != nil, words[0] == 0, UInt64(littleEndian: words[2]) == Self.layout
    else { return nil }
    return Int(exactly: UInt64(littleEndian: words[1]))
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(start + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private func remove() {
    close(descriptor)
    descriptor = -1
    unlink(part)
  }

  private func littleEndian(_ values: [Float]) -> [Float] {
    #if _endian(little)
      values
    #else
      values.map { Float(bitPattern: $0.bitPattern.littleEndian) }
    #endif
  }
}
