import Basics
import Foundation
import WeightFiles

/// A file of features that is being made: `KEY.safetensors.part`, of its full size from the start.
///
/// Where the header will stand it begins with eight zero bytes, which no safetensors file does, the number of steps that
/// are done, that of all steps, and the program's layout. What is counted is on the disk: the rows are flushed before the
/// number is. Its lock is the caller's; where locks are of one machine alone, two processes may fill in the same file, with
/// the same numbers, unless they begin it within the same milliseconds.
final class PartialFeatures {
  /// Seconds after which the number of steps is written again.
  private static let interval = 20.0
  /// Seconds after which the file of a run that nobody goes on with is removed.
  private static let lifetime = 30.0 * 24 * 3600
  /// What a file of another layout does not have.
  private static let layout: UInt64 = 1

  let plan: FeatureSheet.Plan
  /// Steps that are done.
  private(set) var done = 0
  private let path: String
  private let part: String
  private let shapes: [(name: String, shape: [Int])]
  /// Where each view begins.
  private let starts: [Int]
  private let descriptor: Int32
  private var lastNote = ContinuousClock.now
  /// Whether something could not be written: no step counts any more.
  private var hasFailed = false

  /// Opens the file that a stopped run left, or a new one; nil where it can't be written, or the disk has no room.
  init?(path: String, _ plan: FeatureSheet.Plan) {
    self.path = path
    self.plan = plan
    part = "\(path).part"
    shapes = (0..<plan.views).map { ("view\($0)", [plan.rows, plan.width]) }
    guard let (prefix, order) = try? Self.header(shapes, digest: String(repeating: "0", count: 64))
    else { return nil }
    let bytes = plan.rows * plan.width * MemoryLayout<Float>.size
    var starts = [Int](repeating: 0, count: plan.views)
    for (place, view) in order.enumerated() { starts[view] = prefix.count + place * bytes }
    self.starts = starts
    let size = prefix.count + plan.views * bytes
    descriptor = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    fstat(descriptor, &status)
    if Int(status.st_size) == size, let kept = keptSteps() {
      done = kept
    } else {
      Self.removeForgotten(beside: path, but: part)
      guard ftruncate(descriptor, 0) == 0, posix_fallocate(descriptor, 0, off_t(size)) == 0,
        (try? write([0, 0, UInt64(plan.steps), Self.layout], at: 0)) != nil
      else {
        unlink(part)
        return nil
      }
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes a row.
  ///
  /// - Throws: `ZooError` of code `.system`.
  func put(_ values: [Float], view: Int, row: Int) throws {
    try write(
      values.map(\.bitPattern),
      at: starts[view] + row * plan.width * MemoryLayout<Float>.size)
  }

  /// Notes how many steps are done; on the disk from time to time.
  ///
  /// - Throws: as `put`.
  func advance(to done: Int) throws {
    self.done = done
    if ContinuousClock.now - lastNote > .seconds(Self.interval) { try note() }
  }

  /// Writes how many steps are done, after their rows.
  ///
  /// - Throws: `ZooError` of code `.system`. A flush that failed is not tried again: the system forgets that it failed,
  ///   and with it the rows. So the run ends, and the next one makes them anew.
  func note() throws {
    guard !hasFailed else { return }
    lastNote = .now
    try flush()
    // Whoever filled in the same file may have finished it.
    if try word(0) == 0 { try write([UInt64(done)], at: 8) }
  }

  /// The rows of each view, whose file is in its place now.
  ///
  /// - Throws: as `put`, and where they can't be read again.
  func finished() throws -> [FeatureRows] {
    try note()
    let digits: String
    do {
      digits = try ContentDigest(text: "", shapes, read: values).digits
    } catch {
      // Nobody shall go on with what can't be read.
      unlink(part)
      throw error
    }
    try write(Array(try Self.header(shapes, digest: digits).prefix), at: 0)
    try flush()
    guard rename(part, path) == 0 else {
      guard errno == ENOENT else { throw failure("can't be moved to its place") }
      // Another process that filled in the same file has moved it, or somebody has cleared the folder.
      if let kept = Self.kept(path, views: plan.views, rows: plan.rows) { return kept.rows }
      return try shapes.indices.map {
        FeatureRows(try values($0, 0..<plan.rows * plan.width), width: plan.width)
      }
    }
    AtomicFile.flushFolder(of: path)
    return try Self.rows(of: try OpenTensorFile(path: path), views: plan.views)
  }

  private func values(_ view: Int, _ range: Range<Int>) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: range.count) { values, count in
      try OpenTensorFile.fill(
        UnsafeMutableRawBufferPointer(values), from: descriptor,
        at: starts[view] + range.lowerBound * MemoryLayout<Float>.size, path: part)
      for index in values.indices {
        values[index] = Float(bitPattern: UInt32(littleEndian: values[index].bitPattern))
      }
      count = range.count
    }
  }

  /// The rows of each view of a file that is whole, or else nil; one that was stopped on the way to its place is moved
  /// there.
  static func kept(_ path: String, views: Int, rows: Int, isLocked: Bool = false) -> (
    rows: [FeatureRows], width: Int
  )? {
    func whole(_ path: String) -> OpenTensorFile? {
      // One that is damaged is computed again, as one that is not there.
      guard let file = try? OpenTensorFile(path: path),
        let digits = file.metadata[ContentDigest.key],
        (try? ContentDigest(text: "", file: file))?.digits == digits,
        file.entries.allSatisfy({ $0.shape.count == 2 && $0.shape[0] == rows })
      else { return nil }
      return file
    }
    var file = whole(path)
    if file == nil, isLocked, let left = whole("\(path).part"), rename("\(path).part", path) == 0 {
      file = left
    }
    guard let file, let all = try? Self.rows(of: file, views: views), let width = all.first?.width
    else { return nil }
    return (all, width)
  }

  private static func rows(of file: OpenTensorFile, views: Int) throws -> [FeatureRows] {
    try (0..<views).map { view in
      guard let entry = file.entry("view\(view)") else {
        throw ZooError(.badFormat, "has no tensor \"view\(view)\"", at: Place(path: file.path))
      }
      return try FeatureRows(entry, of: file, limit: FeatureRows.memoryLimit / views)
    }
  }

  private static func header(_ shapes: [(name: String, shape: [Int])], digest: String) throws -> (
    prefix: Data, order: [Int]
  ) {
    try TensorFile.layout(shapes, [ContentDigest.key: digest], path: nil)
  }

  /// Files of runs that were stopped long ago keep their full size, and other versions of the program never go on with
  /// them.
  private static func removeForgotten(beside path: String, but own: String) {
    let folder = parentFolder(of: path)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasSuffix(".safetensors.part") && "\(folder)/\(name)" != own {
      var status = stat()
      guard stat("\(folder)/\(name)", &status) == 0,
        Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > lifetime
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  /// The steps of a stopped run; nil where the file is none of this layout.
  private func keptSteps() -> Int? {
    guard (try? word(0)) == 0, (try? word(2)) == UInt64(plan.steps), (try? word(3)) == Self.layout,
      let done = try? word(1), done <= UInt64(plan.steps)
    else { return nil }
    return Int(done)
  }

  /// One of the 64-bit numbers at the beginning.
  private func word(_ place: Int) throws -> UInt64 {
    var word: UInt64 = 0
    try withUnsafeMutableBytes(of: &word) {
      try OpenTensorFile.fill($0, from: descriptor, at: place * 8, path: part)
    }
    return UInt64(littleEndian: word)
  }

  private func write<Word: FixedWidthInteger>(_ words: [Word], at start: Int) throws {
    try words.map(\.littleEndian).withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = pwrite(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(start + done))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure("can't be written") }
        done += count
      }
    }
  }

  private func flush() throws {
    guard fdatasync(descriptor) == 0 else { throw failure("can't be flushed to the disk") }
  }

  private func failure(_ what: String) -> ZooError {
    hasFailed = true
    let error = systemError(what, part)
    return ZooError(
      error.code, error.message, at: error.place,
      advice:
        "make room or mend the disk, or name another folder in XDG_CACHE_HOME; the same command"
        + " goes on with what was there before")
  }
}
