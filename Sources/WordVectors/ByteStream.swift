import Basics
import Foundation

/// A file read from front to back through one fixed buffer, by lines or by counted bytes.
///
/// What it hands out points into the buffer and holds until the next call.
final class ByteStream {
  /// Stays within the second-level cache, where the copy by the kernel left it.
  private static let chunk = 256 << 10
  private static let capacity = WordVectors.maximumLineBytes + 2 * chunk

  /// The file, for messages.
  let path: String
  /// The number of the line handed out last, from 1.
  private(set) var lineNumber = 0
  /// The size of a regular file, nil of a pipe.
  let size: Int?

  private let descriptor: Int32
  private let buffer: UnsafeMutableRawPointer
  private var start = 0
  private var end = 0
  private var read = 0
  private var isAtEnd = false

  /// Opens a file.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or `.badFormat` for an empty file.
  init(path: String) throws {
    self.path = path
    descriptor = try openPlainFile(path, acceptsShellPipe: true)
    buffer = .allocate(byteCount: Self.capacity, alignment: 64)
    var status = stat()
    fstat(descriptor, &status)
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    try fill()
    guard end > 0 else {
      throw ZooError(
        .badFormat, "the file is empty; expected word vectors", at: Place(path: path),
        advice: "Download or write it again.")
    }
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// The bytes handed out so far.
  var offset: Int { read - (end - start) }

  /// The share of the file that is handed out, 0…1; 0 for a pipe.
  var shareRead: Double { size.map { min(1, Double(offset) / Double(max(1, $0))) } ?? 0 }

  /// The place of the line handed out last.
  var place: Place { Place(path: path, line: lineNumber) }

  /// What stands in the buffer, not handed out yet.
  var buffered: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: buffer + start, count: end - start)
  }

  /// The next line without its newline, or nil at the end of the file.
  ///
  /// - Throws: `ZooError` for a line longer than `WordVectors.maximumLineBytes`.
  func line() throws -> UnsafeRawBufferPointer? {
    var searched = 0
    while true {
      let from = buffer + start + searched
      if let newline = memchr(from, 10, end - start - searched) {
        return handOut(searched + (newline - UnsafeMutableRawPointer(from)), skipping: 1)
      }
      searched = end - start
      guard searched <= WordVectors.maximumLineBytes else { throw endlessLine(lineNumber + 1) }
      if try !fill() { return searched == 0 ? nil : handOut(searched, skipping: 0) }
    }
  }

  /// The next `count` bytes, or nil when the file ends before.
  ///
  /// - Precondition: `count` is at most `WordVectors.maximumLineBytes`.
  func bytes(_ count: Int) throws -> UnsafeRawBufferPointer? {
    precondition(count <= WordVectors.maximumLineBytes, "\(count) bytes do not fit the buffer")
    guard try has(count) else { return nil }
    defer { start += count }
    return UnsafeRawBufferPointer(start: buffer + start, count: count)
  }

  /// Whether so many bytes follow; they are in the buffer then.
  func has(_ count: Int) throws -> Bool {
    while end - start < count { if try !fill() { return false } }
    return true
  }

  /// The next lines, at most `count`, without handing them out; what fits the buffer.
  ///
  /// - Throws: `ZooError` when not even one line ends within the buffer.
  func peekLines(_ count: Int) throws -> [UnsafeRawBufferPointer] {
    while true {
      let seen = buffered
      var lines: [UnsafeRawBufferPointer] = []
      var first = 0
      while lines.count < count, let newline = seen[first...].firstIndex(of: 10) {
        lines.append(UnsafeRawBufferPointer(rebasing: seen[first..<newline]))
        first = newline + 1
      }
      if lines.count == count { return lines }
      if seen.count > WordVectors.maximumLineBytes {
        if lines.isEmpty { throw endlessLine(lineNumber + 1) }
        return lines
      }
      if try !fill() {
        if first < seen.count {
          lines.append(UnsafeRawBufferPointer(rebasing: seen[first...]))
        }
        return lines
      }
    }
  }

  private func handOut(_ count: Int, skipping: Int) -> UnsafeRawBufferPointer {
    defer { start += count + skipping }
    lineNumber += 1
    return UnsafeRawBufferPointer(start: buffer + start, count: count)
  }

  /// Reads a chunk more; false at the end of the file.
  @discardableResult
  private func fill() throws -> Bool {
    if isAtEnd { return false }
    if start > 0 {
      memmove(buffer, buffer + start, end - start)
      end -= start
      start = 0
    }
    precondition(end + Self.chunk <= Self.capacity, "the buffer is full")
    while true {
      if size == nil { try waitForBytes(descriptor) }
      let count = Foundation.read(descriptor, buffer + end, Self.chunk)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw systemError("can't read", path) }
      isAtEnd = count == 0
      end += count
      read += count
      return count > 0
    }
  }

  private func endlessLine(_ number: Int) -> ZooError {
    ZooError(
      .badFormat,
      "a line is longer than \(WordVectors.maximumLineBytes) bytes; expected a word and its "
        + "numbers",
      at: Place(path: path, line: number),
      advice: "It is no text file of word vectors; a binary file starts with a line of two numbers."
    )
  }
}
